using System.Globalization;
using System.Text;

namespace TrueCopy.Client;

/// <summary>Holds the checkpoints of a service's answers to each other and to what is known of the log.</summary>
internal sealed class LogContinuity(ServiceConnection connection)
{
    /// <summary>The checkpoints that are known and those that the service shows now, the largest first; each smaller one is a beginning of it.</summary>
    /// <param name="notes">What the service shows; at least one.</param>
    /// <param name="keys">Keys that may have signed those, a set after the other.</param>
    /// <param name="known">Checkpoints from before, whose signatures were verified.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogChangedException">One of them is not.</exception>
    public async Task<IReadOnlyList<SignedCheckpoint>> LargestAsync(
        IReadOnlyCollection<string> notes,
        IReadOnlyList<KeySet> keys,
        IEnumerable<SignedCheckpoint> known,
        CancellationToken cancellationToken)
    {
        if (notes.Count == 0)
            throw new ArgumentException("There is no checkpoint to go by.", nameof(notes));

        // Of two of the same size the known one stays.
        SignedCheckpoint[] all = [.. known, .. notes.Distinct().Select(note => Open(note, keys))];
        var largest = all.MaxBy(checkpoint => checkpoint.Size)!;
        foreach (var smaller in all.DistinctBy(checkpoint => (checkpoint.Size, checkpoint.Checkpoint.Root)))
            await ExtendsAsync(smaller, largest, cancellationToken);
        return [largest, .. all.Where(checkpoint => checkpoint != largest)];
    }

    private static SignedCheckpoint Open(string note, IReadOnlyList<KeySet> keys)
    {
        LogFormatException? first = null;
        foreach (var set in keys)
        {
            try
            {
                return set.Open(Encoding.UTF8.GetBytes(note));
            }
            catch (LogFormatException exception)
            {
                first ??= exception;
            }
        }

        throw new LogChangedException(LogChange.Keys, $"What the service shows is not the log of the keys that are known: {first!.Message}.", first);
    }

    /// <summary>Requires that one checkpoint goes on from another.</summary>
    /// <exception cref="LogChangedException">It does not.</exception>
    public async Task ExtendsAsync(SignedCheckpoint smaller, SignedCheckpoint larger, CancellationToken cancellationToken)
    {
        try
        {
            var tiles = new UncachedTiles(new RemoteLog(connection));
            if (await CheckpointHistory.CompareAsync(tiles, smaller.Checkpoint, larger.Checkpoint, cancellationToken) != Consistency.Holds)
                throw new LogChangedException(LogChange.History, string.Create(CultureInfo.InvariantCulture, $"The log of {larger.Size} entries does not go on from the log of {smaller.Size} entries that was shown before: history was rewritten."));
        }
        catch (Exception exception) when (exception is TileNotFoundException or LogFormatException)
        {
            throw new LogChangedException(LogChange.History, $"The log does not show that it goes on from what it was: {exception.Message}", exception);
        }
    }
}
