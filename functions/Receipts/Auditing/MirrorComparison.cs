using System.Globalization;

namespace TrueCopy.Receipts.Auditing;

/// <summary>How a mirror's log goes with the one that the operator shows.</summary>
public enum MirrorState
{
    /// <summary>They are the same.</summary>
    Same,

    /// <summary>The mirror has a beginning of what the operator shows.</summary>
    Behind,

    /// <summary>The operator shows a beginning of what it signed and the mirror has: it publishes late, or hides the end.</summary>
    Ahead,

    /// <summary>No log has both: the operator signed one thing for the mirror and another for whoever asked it.</summary>
    SplitView,

    /// <summary>What the mirror serves proves nothing: it is malformed, not signed by the log, or its tiles or the log's are missing or wrong.</summary>
    Unproven,
}

/// <summary>A log as its operator shows it, held beside a mirror's copy of it (C2SP tlog-mirror).</summary>
/// <param name="State">How they go together.</param>
/// <param name="Size">Number of entries of the mirror's checkpoint; 0 where it is not one of the log.</param>
/// <param name="Note">The mirror's checkpoint, byte for byte: of a split view, half of the evidence.</param>
/// <param name="Reason">Why nothing is proven; null otherwise.</param>
public sealed record MirrorComparison(MirrorState State, long Size, ReadOnlyMemory<byte> Note, string? Reason)
{
    /// <summary>Compares checkpoints by a consistency proof made from the tiles of the larger.</summary>
    /// <param name="shown">The operator's checkpoint, its signatures verified.</param>
    /// <param name="tiles">The operator's tiles.</param>
    /// <param name="mirror">The mirror's copy.</param>
    /// <param name="note">The mirror's checkpoint.</param>
    /// <param name="keys">Keys that may have signed that, a set after the other: a mirror may be of a time before the last rotation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<MirrorComparison> RunAsync(
        SignedCheckpoint shown,
        ITileReader tiles,
        ITileReader mirror,
        ReadOnlyMemory<byte> note,
        IReadOnlyList<KeySet> keys,
        CancellationToken cancellationToken)
    {
        var (copied, reason) = Open(note, keys);
        if (copied is null)
            return new MirrorComparison(MirrorState.Unproven, 0, note, reason);
        var (smaller, larger, of) = copied.Size <= shown.Size ? (copied, shown, tiles) : (shown, copied, mirror);
        try
        {
            return await CheckpointHistory.CompareAsync(new UncachedTiles(of), smaller.Checkpoint, larger.Checkpoint, cancellationToken) switch
            {
                Consistency.Holds => new MirrorComparison(copied.Size == shown.Size ? MirrorState.Same : copied.Size < shown.Size ? MirrorState.Behind : MirrorState.Ahead, copied.Size, note, null),
                Consistency.Unproven => new MirrorComparison(MirrorState.Unproven, copied.Size, note, string.Create(CultureInfo.InvariantCulture, $"the tiles do not prove that the log of {larger.Size} entries begins with that of {smaller.Size}")),
                _ => new MirrorComparison(MirrorState.SplitView, copied.Size, note, null),
            };
        }
        catch (Exception exception) when (exception is LogFormatException or TileNotFoundException)
        {
            return new MirrorComparison(MirrorState.Unproven, copied.Size, note, exception.Message);
        }
    }

    private static (SignedCheckpoint? Checkpoint, string? Reason) Open(ReadOnlyMemory<byte> note, IReadOnlyList<KeySet> keys)
    {
        string? reason = null;
        foreach (var set in keys)
        {
            try
            {
                return (set.Open(note), null);
            }
            catch (LogFormatException exception)
            {
                reason ??= exception.Message;
            }
        }

        return (null, reason);
    }
}
