namespace TrueCopy.Ledger.Sequencing;

/// <summary>A committed state of the log, ready to append to.</summary>
/// <param name="Version">Version tag of the head that commits it; null before genesis.</param>
/// <param name="Journal">Name of the batch that led here; empty before genesis.</param>
/// <param name="Checkpoint">The signed head; null before genesis.</param>
/// <param name="Edge">The right edge; never appended to, only cloned.</param>
/// <param name="Status">The status that the last entry commits to; null where the log has none yet.</param>
public sealed record Tip(string? Version, string Journal, SignedCheckpoint? Checkpoint, RightEdge Edge, LogStatus? Status)
{
    /// <summary>Index of the first entry whose status is kept; in a log of before that, the next one.</summary>
    public long StatusFrom => Status?.From ?? Edge.Size;
}

/// <summary>The committed head, and how far the world knows of it.</summary>
/// <param name="Stored">The head.</param>
/// <param name="Checkpoint">Its checkpoint, signed by the log alone.</param>
/// <param name="Finished">Number of entries that are published, indexed and owed.</param>
/// <param name="Published">The note that is published; null for none.</param>
public sealed record CommittedHead(StoredHead Stored, SignedCheckpoint Checkpoint, long Finished, ReadOnlyMemory<byte>? Published)
{
    /// <summary>Whether all of it is finished.</summary>
    public bool IsFinished => Finished >= Checkpoint.Size;
}

/// <summary>A batch that is committed and so will be published, by this process or the next.</summary>
/// <param name="Batch">What it adds.</param>
/// <param name="Checkpoint">The signed head after it.</param>
/// <param name="Tip">What to append to next.</param>
public sealed record CommittedBatch(JournalBatch Batch, SignedCheckpoint Checkpoint, Tip Tip);

/// <summary>Turns acts into a committed batch. Nothing that it does is visible until the head is replaced.</summary>
public sealed class BatchCommitter(
    ILogKeys keys,
    LogState state,
    HeadCheck heads,
    Journal journal,
    LogStore log,
    IHashTileSource tiles,
    PackStore packs,
    SequencerMetrics metrics,
    TimeProvider time)
{
    /// <summary>The committed head, and what of it is published and finished, for finishing what was left; null before genesis.</summary>
    /// <exception cref="LogFormatException">The state is damaged, belongs to another log or other keys, or came back as it was earlier.</exception>
    public async Task<CommittedHead?> LoadHeadAsync(CancellationToken cancellationToken)
    {
        var (stored, finished, published) = await heads.LoadAsync(cancellationToken);
        if (stored is null)
            return null;
        var identity = await keys.ReloadAsync(cancellationToken);
        return new CommittedHead(stored, SignedCheckpoint.Open(stored.Head.Note, identity.Origin, identity.Verifiers), finished, published);
    }

    /// <summary>Whether nobody has committed after <paramref name="tip"/>.</summary>
    public async Task<bool> IsCurrentAsync(Tip tip, CancellationToken cancellationToken) =>
        (await state.LoadHeadAsync(cancellationToken))?.Version == tip.Version;

    /// <summary>The batch that a head names.</summary>
    public async Task<JournalBatch> LoadBatchAsync(StoredHead head, CancellationToken cancellationToken) =>
        JournalFormat.Decode(await journal.ReadAsync(head.Head.Journal, cancellationToken));

    /// <summary>The tip at a head whose tiles are all published.</summary>
    public async Task<Tip> LoadTipAsync(StoredHead head, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var status = LogStatus.FindAsync(packs, log, tiles, checkpoint, cancellationToken);
        var loading = RightEdge.LoadAsync(log, checkpoint.Size, cancellationToken);
        await Task.WhenAll(status, loading);
        var edge = await loading;
        return edge.Root() == checkpoint.Checkpoint.Root
            ? new Tip(head.Version, head.Head.Journal, checkpoint, edge, await status)
            : throw new LogFormatException("log: the published tiles are not those of the committed checkpoint");
    }

    /// <summary>Commits the log's first entry, which names the log and its keys, and the status of it.</summary>
    /// <returns>The batch; null if another writer was first.</returns>
    public async Task<CommittedBatch?> TryCommitGenesisAsync(CancellationToken cancellationToken)
    {
        var identity = await keys.ReloadAsync(cancellationToken);
        var genesis = OwnRecord(Entry.Genesis(identity.Origin, Names(identity), time.GetUtcNow()));
        return await TryCommitAsync(identity, new Tip(null, "", null, new RightEdge(), null), new BatchEntries(0, [genesis], [], act => act), new Dictionary<long, EntryStatus>(), cancellationToken);
    }

    /// <summary>Whether other keys sign now than signed <paramref name="tip"/>, which the log has to say.</summary>
    public async Task<bool> HaveKeysChangedAsync(Tip tip, CancellationToken cancellationToken) =>
        (await KeysAfterAsync(tip, cancellationToken)).Changed;

    /// <summary>
    /// Commits what is new of issuers, then acts, then the status of all entries, after <paramref name="tip"/>; before them, if the
    /// keys have changed, which keys sign from this checkpoint on.
    /// </summary>
    /// <returns>The batch; null if another writer was first, in which case nothing happened.</returns>
    public async Task<CommittedBatch?> TryCommitAsync(Tip tip, StagedBatch staged, CancellationToken cancellationToken)
    {
        var (identity, changed) = await KeysAfterAsync(tip, cancellationToken);
        JournalRecord[] own = [.. changed ? [OwnRecord(Entry.OfKeys(Names(identity), time.GetUtcNow()))] : Array.Empty<JournalRecord>(), .. staged.Announced.Select(OwnRecord)];
        var first = tip.Edge.Size + own.Length;
        if (staged.Statuses.Keys.Any(index => index >= tip.Edge.Size && index < ActsOfBatch.FirstIndex))
        {
            // Whoever committed after the tip was indexed before the batch was made.
            return await IsCurrentAsync(tip, cancellationToken) ? throw new LogFormatException("index: it names an entry that the log does not have yet; let the doctor look") : null;
        }

        var statuses = staged.Statuses.ToDictionary(status => IndexOf(status.Key), status => status.Value);
        return await TryCommitAsync(identity, tip, new BatchEntries(tip.Edge.Size, own, staged.Acts, Placed), statuses, cancellationToken);

        long IndexOf(long named) => named >= ActsOfBatch.FirstIndex ? first + (named - ActsOfBatch.FirstIndex) : named;

        Act Placed(Act act) => act.Entry.Replaces is null && act.Entry.Yields is null ? act : act with
        {
            Entry = act.Entry with
            {
                Replaces = act.Entry.Replaces is { } replaced ? IndexOf(replaced) : null,
                Yields = act.Entry.Yields is { } other ? IndexOf(other) : null,
            },
        };
    }

    // A change is believed only when the source confirms it: a process with an old view would take back what another announced.
    private async Task<(LogIdentity Identity, bool Changed)> KeysAfterAsync(Tip tip, CancellationToken cancellationToken)
    {
        var identity = await keys.CurrentAsync(cancellationToken);
        if (!identity.IsThatOf(tip.Checkpoint!))
            identity = await keys.ReloadAsync(cancellationToken);
        return (identity, !identity.IsThatOf(tip.Checkpoint!));
    }

    private static string[] Names(LogIdentity identity) => [.. identity.Verifiers.Select(verifier => verifier.ToString())];

    private static JournalRecord OwnRecord(Entry entry) => new(entry.Encode(), null, null);

    private async Task<CommittedBatch?> TryCommitAsync(
        LogIdentity identity,
        Tip tip,
        BatchEntries entries,
        IReadOnlyDictionary<long, EntryStatus> statuses,
        CancellationToken cancellationToken)
    {
        var (records, bundles) = entries.Make(room: 1);
        var covered = tip.Edge.Size + records.Length - 1;
        var status = await (tip.Status?.Packed ?? PackedStatus.Empty(packs, Math.Max(tip.Edge.Size, 1))).WithAsync(statuses, covered, cancellationToken);
        var last = Entry.OfStatus(covered, status.Root, tip.StatusFrom, time.GetUtcNow());
        records[^1] = OwnRecord(last);
        var pack = status.Pack(records[^1].Entry);
        var edge = tip.Edge.Clone();
        foreach (var bundle in bundles)
            edge.Append(bundle);
        edge.Append(records[^1].Entry.Span);

        var batch = new JournalBatch(tip.Journal, tip.Edge.Size, edge.Root(), records, edge.TakeTiles(), Pack: pack);
        var signing = SignedCheckpoint.SignAsync(new Checkpoint(identity.Origin, batch.Size, batch.Root), identity.Signers, cancellationToken);
        if (batch.Keys().Any())
            batch = batch with { Note = (await signing).Note };
        var body = JournalFormat.Write(batch);
        var writing = journal.TryWriteAsync(batch.Name, body.Written, cancellationToken);
        await Task.WhenAll(writing, signing);
        metrics.Signed();
        if (await writing)
            body.Dispose();

        // Of two signatures under the same words the journal keeps the first, and what is kept elsewhere is the journal's.
        if (batch.Note is not null && !await writing)
            batch = batch with { Note = JournalFormat.Decode(await journal.ReadAsync(batch.Name, cancellationToken)).Note };

        var checkpoint = await signing;
        if (await state.TryReplaceHeadAsync(new Head(batch.Name, checkpoint.Note), tip.Version, cancellationToken) is not { } committed)
            return null;
        if (!committed.Head.Note.Span.SequenceEqual(checkpoint.Note.Span))
            checkpoint = SignedCheckpoint.Open(committed.Head.Note, identity.Origin, identity.Verifiers);
        packs.Keep(batch.Size, pack);
        return new CommittedBatch(batch, checkpoint, new Tip(committed.Version, batch.Name, checkpoint, edge, new LogStatus(records[^1].Entry, last, status)));
    }
}
