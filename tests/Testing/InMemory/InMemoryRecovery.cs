namespace TrueCopy.Testing.InMemory;

/// <summary>The recovery port over a world in memory.</summary>
public sealed class InMemoryRecovery(InMemoryWorld world) : IRecoveryStorage
{
    /// <summary>Messages that failed for good.</summary>
    public long Poison { get; set; }

    /// <summary>A doctor over a world.</summary>
    public static Doctor Doctor(InMemoryWorld world) =>
        new(world.Ledger, world.Ledger, world.Ledger, world.Ledger, world.Ledger, world.Ledger, world.Ledger, world.Ledger, world.Staged, world.Inbox, new InMemoryRecovery(world), world.Time);

    /// <summary>The rebuild of a world's index.</summary>
    public static IndexRebuild Rebuild(InMemoryWorld world) =>
        new(world.Ledger, world.Ledger, new BatchIndexer(world.Ledger, world.Ledger, world.Ledger, world.Ledger, world.Ledger), new InMemoryRecovery(world));

    /// <inheritdoc/>
    public async Task<string> PreviousBatchAsync(string name, CancellationToken cancellationToken)
    {
        var batch = await ((IJournal)world.Ledger).ReadAsync(name, cancellationToken);
        return JournalFormat.ReadPrevious(batch[..Math.Min(batch.Length, JournalFormat.MaxBeginning)]);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AnchorRow> ListAnchorsAsync(CancellationToken cancellationToken) =>
        world.Ledger.Anchors.Select(anchor => new AnchorRow(anchor.Digest, anchor.ActId, anchor.LogIndex, anchor.ActId.Value)).ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task ReplaceAnchorAsync(Anchor anchor, CancellationToken cancellationToken) =>
        world.Operations.RunAsync("anchor.replace", () => world.Ledger.Put(anchor));

    /// <inheritdoc/>
    public Task RemoveAnchorAsync(AnchorRow row, CancellationToken cancellationToken) =>
        world.Operations.RunAsync("anchor.remove", () => world.Ledger.Lose(row.Digest, row.ActId));

    /// <inheritdoc/>
    public string ReferenceKey(string issuer, string reference) => $"{issuer}/{reference}";

    /// <inheritdoc/>
    public IAsyncEnumerable<ReferenceRow> ListReferencesAsync(CancellationToken cancellationToken) =>
        world.Ledger.References.Keys.Select(row => new ReferenceRow(ReferenceKey(row.Issuer, row.Reference), row.Digest)).ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task RemoveReferenceAsync(ReferenceRow row, CancellationToken cancellationToken)
    {
        foreach (var key in world.Ledger.References.Keys.Where(key => ReferenceKey(key.Issuer, key.Reference) == row.Key && key.Digest.Equals(row.Digest)))
            world.Ledger.References.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<(string Issuer, Digest Digest)> ListRevocationsAsync(CancellationToken cancellationToken) =>
        world.Ledger.Revocations.Keys.ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task RemoveRevocationAsync(string issuer, Digest digest, CancellationToken cancellationToken)
    {
        world.Ledger.Revocations.TryRemove((issuer, digest), out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveCheckpointAsync(CancellationToken cancellationToken)
    {
        world.Ledger.SetCheckpoint(null);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<PendingWork> CountPendingAsync(CancellationToken cancellationToken) => Task.FromResult(new PendingWork(Poison, world.DeadLetters.Kept.Count));

    /// <inheritdoc/>
    public Task<bool> LacksAnswerAsync(BlobVersion source, string answer, CancellationToken cancellationToken) =>
        Task.FromResult(!world.Inbox.HasAnswer(source, answer));

    /// <inheritdoc/>
    public IAsyncEnumerable<DeadLetter> ListDeadLettersAsync(string queue, CancellationToken cancellationToken) =>
        world.DeadLetters.Kept.Where(letter => letter.Key.Queue == queue).Select(letter => new DeadLetter(letter.Key.Id, letter.Value)).ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task RemoveDeadLetterAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var key in world.DeadLetters.Kept.Keys.Where(key => key.Id == name))
            world.DeadLetters.Kept.TryRemove(key, out _);
        return Task.CompletedTask;
    }
}
