namespace TrueCopy.Testing.InMemory;

/// <summary>A log as a version wrote it that kept no status: its batches end with whatever they record.</summary>
public static class EarlierLog
{
    /// <summary>Begins the log of a world, with its genesis.</summary>
    public static Task BeginAsync(InMemoryWorld world, CancellationToken cancellationToken) =>
        CommitAsync(world, [new JournalRecord(Entry.Genesis(InMemoryWorld.Origin, [.. world.Identity.Verifiers.Select(key => key.ToString())], world.Time.GetUtcNow()).Encode(), null, null)], cancellationToken);

    /// <summary>Adds acts in one batch, which is published and indexed.</summary>
    public static Task AddAsync(InMemoryWorld world, IEnumerable<Act> acts, CancellationToken cancellationToken) => CommitAsync(
        world,
        [
            .. acts.Select(act =>
            {
                var opening = Opening.Create();
                var entry = act.ToEntry(opening);
                return new JournalRecord(entry.Encode(), act with { Entry = entry }, opening);
            }),
        ],
        cancellationToken);

    private static async Task CommitAsync(InMemoryWorld world, IReadOnlyList<JournalRecord> records, CancellationToken cancellationToken)
    {
        var ledger = world.Ledger;
        var head = ledger.Head;
        var edge = head is null ? new RightEdge() : await RightEdge.LoadAsync(ledger.Log, InMemoryLedger.SizeOf(head.Note), cancellationToken);
        var start = edge.Size;
        foreach (var record in records)
            edge.Append(record.Entry.Span);
        var signed = await SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, edge.Size, edge.Root()), world.Identity.Signers, cancellationToken);
        var batch = new JournalBatch(head?.Journal ?? "", start, edge.Root(), records, edge.TakeTiles(), head is null ? signed.Note : default(ReadOnlyMemory<byte>?));
        ledger.SetJournal(batch.Name, JournalFormat.Encode(batch).ToArray());
        ledger.SetHead(new Head(batch.Name, signed.Note));
        foreach (var tile in batch.Tiles)
            await ledger.Log.WriteAsync(tile, cancellationToken);
        await ledger.Log.PublishCheckpointAsync(signed.Note, batch.Size, cancellationToken);
        var tables = ledger.Tables;
        await new BatchIndexer(tables).AddAsync(batch, cancellationToken);
        await ledger.State.SaveFinishedAsync(batch.Size, cancellationToken);
    }
}
