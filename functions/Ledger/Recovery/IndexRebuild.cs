namespace TrueCopy.Ledger.Recovery;

/// <summary>
/// Writes the whole index again from the journal, batch after batch, beside a running service: rows that are there stay,
/// except where a later entry of an act took the place that its first one has to have.
/// </summary>
public sealed class IndexRebuild(IBlobStore blobs, ITableStore tables)
{
    private readonly Journal _journal = new(blobs);

    /// <summary>Rebuilds it.</summary>
    /// <param name="progress">Told how many entries are done; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; running it again does the rest.</param>
    /// <returns>Entries and batches that were read.</returns>
    /// <exception cref="TransparencyLog.LogFormatException">There is no head, or the journal is not whole.</exception>
    public async Task<RecoveryReport> RunAsync(IProgress<(long Done, long Of)>? progress, CancellationToken cancellationToken)
    {
        var shown = await LoadShownAsync(cancellationToken);
        var head = (await new LogState(blobs).LoadHeadAsync(cancellationToken))?.Head ?? throw new TransparencyLog.LogFormatException("head: there is none; let the doctor look first");
        var chain = await JournalChain.FindAsync(_journal, head.Journal, cancellationToken);
        var index = new ActIndex(tables);
        var indexer = new BatchIndexer(tables);
        var issued = new IssuedDocuments(tables, index);
        var (size, replaced) = (0L, 0L);
        var last = await LoadSizeAsync(head, cancellationToken);
        await foreach (var batch in chain.ReadAsync(cancellationToken))
        {
            // What waits for witnesses is found by nobody until the sequencer has published it, and indexes it then.
            if (shown > 0 && batch.Size > shown)
                break;
            await issued.AddAsync(batch.Acts().Where(item => item.Act.Kind == ActKind.Issue).Select(item => (item.Act.Issuer, item.Act.Digest)), cancellationToken);
            var displaced = await indexer.AddAsync(batch, cancellationToken);
            foreach (var (_, lost) in displaced.Where(item => item.Value.Standing?.LogIndex > item.Key))
            {
                await index.ReplaceAsync(lost.Act, cancellationToken);
                replaced++;
            }

            size = batch.Size;
            progress?.Report((size, last));
        }

        IReadOnlyList<Finding> findings = replaced == 0
            ? []
            : [new Finding(FindingKind.Act, $"{replaced} acts were indexed by a later entry than their first", "The first one's row takes its place.", Repaired: true)];
        return new RecoveryReport(size, chain.Count, findings);
    }

    // How far the log was shown, before the head is read; 0 where nothing is left to tell.
    private async Task<long> LoadShownAsync(CancellationToken cancellationToken)
    {
        var published = await new LogStore(blobs).ReadCheckpointAsync(cancellationToken) is { } note ? LogCheckup.TryParse(note)?.Size ?? 0 : 0;
        return Math.Max(published, await new LogState(blobs).LoadFinishedAsync(cancellationToken));
    }

    private async Task<long> LoadSizeAsync(Head head, CancellationToken cancellationToken) =>
        JournalFormat.Decode(await _journal.ReadAsync(head.Journal, cancellationToken)).Size;
}
