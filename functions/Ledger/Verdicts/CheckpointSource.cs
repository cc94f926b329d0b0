namespace TrueCopy.Ledger.Verdicts;

/// <summary>Where a checkpoint to make receipts against comes from.</summary>
public interface ICheckpointSource
{
    /// <summary>A checkpoint that has at least <paramref name="minimumSize"/> entries.</summary>
    /// <exception cref="LogUnavailableException">There is none.</exception>
    ValueTask<SignedCheckpoint> GetAsync(long minimumSize, CancellationToken cancellationToken);
}

/// <summary>The published checkpoint, read again, once for all who ask, when it is older than a moment or too small for what was asked.</summary>
/// <remarks>One instance a process; verified once each time it changes.</remarks>
public sealed class CheckpointSource : ICheckpointSource
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);
    private readonly ILogKeys _keys;
    private readonly LogStore _log;
    private readonly TimeProvider _time;
    private readonly SharedRead<SignedCheckpoint> _reading;
    private Cached? _cached;

    /// <summary>Reads a log's checkpoint.</summary>
    /// <param name="keys">Whose signatures count.</param>
    /// <param name="log">Where it is published.</param>
    /// <param name="time">The clock by which it ages.</param>
    public CheckpointSource(ILogKeys keys, LogStore log, TimeProvider time)
    {
        (_keys, _log, _time) = (keys, log, time);
        _reading = new SharedRead<SignedCheckpoint>(ReadAsync);
    }

    /// <summary>The newest checkpoint that has at least <paramref name="minimumSize"/> entries.</summary>
    /// <exception cref="LogUnavailableException">The log has not begun, or is smaller than its own index says.</exception>
    public async ValueTask<SignedCheckpoint> GetAsync(long minimumSize, CancellationToken cancellationToken)
    {
        var cached = Volatile.Read(ref _cached);
        if (cached is not null && cached.Checkpoint.Size >= minimumSize && _time.GetElapsedTime(cached.ReadAt) < Lifetime)
            return cached.Checkpoint;

        // A reading that began before this call may miss what this call knows of; the one after it does not.
        var (checkpoint, isNew) = await _reading.GetAsync(cancellationToken);
        if (checkpoint.Size < minimumSize && !isNew)
            (checkpoint, _) = await _reading.GetAsync(cancellationToken);
        return checkpoint.Size >= minimumSize
            ? checkpoint
            : throw new LogUnavailableException("The published checkpoint does not cover an indexed entry.");
    }

    private async Task<SignedCheckpoint> ReadAsync(CancellationToken cancellationToken)
    {
        var cached = Volatile.Read(ref _cached);
        var readAt = _time.GetTimestamp();

        // To begin with the keys may be far away too; later a checkpoint that has not changed needs none.
        var keys = cached is null ? _keys.CurrentAsync(cancellationToken).AsTask() : null;
        var note = await _log.ReadCheckpointAsync(cancellationToken)
            ?? throw new LogUnavailableException("The log has no checkpoint yet.");
        var checkpoint = cached is not null && note.Span.SequenceEqual(cached.Checkpoint.Note.Span)
            ? cached.Checkpoint
            : Open(note, await (keys ?? _keys.CurrentAsync(cancellationToken).AsTask()));
        Volatile.Write(ref _cached, new Cached(checkpoint, readAt));
        return checkpoint;
    }

    private static SignedCheckpoint Open(ReadOnlyMemory<byte> note, LogIdentity identity) =>
        SignedCheckpoint.Open(note, identity.Origin, identity.Verifiers);

    private sealed record Cached(SignedCheckpoint Checkpoint, long ReadAt);
}

/// <summary>The log cannot answer now; asking again later may help.</summary>
public sealed class LogUnavailableException(string message) : Exception(message);
