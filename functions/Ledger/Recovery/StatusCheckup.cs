namespace TrueCopy.Ledger.Recovery;

/// <summary>
/// Makes the status of every entry again from the journal, batch after batch, and holds to it what the log's status entries commit
/// to and what the packs hold. A status that was signed is evidence, whatever it says; a pack follows from the journal.
/// </summary>
internal sealed class StatusCheckup(PackStore packs, JournalChain chain, Findings findings) : IDisposable
{
    private const string RepairPack = "It is written again from the journal.";
    private readonly JournalPacks _derived = new(chain);
    private StatusFold? _fold;
    private PackedStatus? _status;

    /// <summary>Looks at a batch, of which all before were looked at.</summary>
    public async Task CheckAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Pack is null && _fold is null)
            return;
        _fold ??= new StatusFold(batch.Start);
        var changes = new Dictionary<long, EntryStatus>();
        var isSound = true;
        foreach (var record in batch.Records)
        {
            var index = _fold.Size;
            var step = _fold.Add(record.Act?.Entry ?? Entry.Parse(record.Entry.Span));
            foreach (var change in step.Changes)
                changes[change.Index] = change.Status;
            if (step.Breach is not { } breach)
                continue;
            isSound = false;
            findings.Note(FindingKind.Status, $"entry {index} breaks a rule of the status: {breach}", "It is signed, and stays as evidence. Mirrors sign nothing more of this log; look for what made the batch.");
        }

        if (batch.Pack is not { } pack)
        {
            findings.Note(FindingKind.Status, $"the batch of {batch.Size} entries does not end with the status, and an earlier one does", "It is signed, and stays as evidence.");
            return;
        }

        if (isSound)
        {
            _status = await (_status ?? PackedStatus.Empty(_derived, Math.Max(batch.Start, 1))).WithAsync(changes, batch.Size - 1, cancellationToken);
            if (!_status.Pack(batch.Records[^1].Entry).Span.SequenceEqual(pack.Span))
                findings.Note(FindingKind.Status, $"the journal's status pack of {batch.Size} entries is not that of its entries", "Whoever reads it finds out, and answers nothing. Look for what made the batch.");
        }

        _derived.Keep(batch.Size, pack);
        var stored = await packs.ReadAsync(batch.Size, cancellationToken);
        if (stored is null)
            await findings.RepairAsync(FindingKind.Pack, "# status packs are missing", RepairPack, PackStore.NameOf(batch.Size), () => packs.ReplaceAsync(batch.Size, pack, cancellationToken));
        else if (!stored.Value.Span.SequenceEqual(pack.Span))
            await findings.RepairAsync(FindingKind.Pack, "# status packs have other bytes than the journal", RepairPack, PackStore.NameOf(batch.Size), () => packs.ReplaceAsync(batch.Size, pack, cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => _derived.Dispose();

    // What the journal has of the packs, so that none that is stored is relied on.
    private sealed class JournalPacks(JournalChain chain) : PackReader
    {
        protected override async Task<ReadOnlyMemory<byte>?> ReadPartAsync(long size, long from, int most, CancellationToken cancellationToken) =>
            (await chain.FindAsync(size - 1, cancellationToken)).Pack is { } pack && from < pack.Length
                ? pack.Slice((int)from, (int)Math.Min(most, pack.Length - from))
                : null;
    }
}
