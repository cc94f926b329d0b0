namespace TrueCopy.Ledger.Sequencing;

/// <summary>Private state of the one log: its head and how far publication has come.</summary>
public interface ILogState
{
    /// <summary>The head; null before genesis.</summary>
    Task<StoredHead?> LoadHeadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the head if it still is <paramref name="expectedVersion"/> (null: if there is none). Exactly one of
    /// several writers succeeds. An implementation must tell its own write whose answer was lost from another's.
    /// </summary>
    /// <returns>The new version; null if another writer was first.</returns>
    Task<string?> TryReplaceHeadAsync(Head head, string? expectedVersion, CancellationToken cancellationToken);

    /// <summary>Number of entries that are published and indexed, and whose answers are queued; 0 before genesis.</summary>
    Task<long> LoadFinishedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Records that everything up to <paramref name="size"/> is finished. The mark never moves back: a process that
    /// finishes a batch late, after another has finished the next one, changes nothing.
    /// </summary>
    Task SaveFinishedAsync(long size, CancellationToken cancellationToken);

    /// <summary>When that mark last moved; null before genesis.</summary>
    Task<DateTimeOffset?> FinishedAtAsync(CancellationToken cancellationToken);
}
