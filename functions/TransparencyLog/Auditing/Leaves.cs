namespace TrueCopy.TransparencyLog.Auditing;

/// <summary>One bundle with its tile of leaf hashes, compared.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Entries">Its entries; empty where it cannot be read.</param>
/// <param name="Hashes">The tile's hashes, or those of the entries where it cannot be read; null where neither can.</param>
/// <param name="Faults">What does not go together.</param>
internal sealed record Leaves(TileId Bundle, IReadOnlyList<ReadOnlyMemory<byte>> Entries, MerkleHash[]? Hashes, IReadOnlyList<LogFault> Faults)
{
    public long Start => Bundle.Index * TileId.FullWidth;

    public static async Task<Leaves> ReadAsync(ITileReader log, long index, long size, CancellationToken cancellationToken)
    {
        var bundle = TileId.At(TileId.EntriesLevel, index, size);
        var tile = TileId.At(0, index, size);
        var faults = new List<LogFault>();
        var reading = (
            Bundle: ReadAsync(log, bundle, bytes => EntryBundle.Parse(bytes, bundle.Width), cancellationToken),
            Tile: ReadAsync(log, tile, bytes => HashTile.Parse(tile, bytes.Span), cancellationToken));
        await Task.WhenAll(reading.Bundle, reading.Tile);
        var (entries, unreadableBundle) = await reading.Bundle;
        var (hashes, unreadableTile) = await reading.Tile;
        faults.AddRange(new[] { unreadableBundle, unreadableTile }.OfType<LogFault>());

        var hashed = entries?.Select(entry => TreeHasher.Leaf(entry.Span)).ToArray();
        var stored = hashes?.Hashes.ToArray();
        if (hashed is not null && stored is not null)
        {
            faults.AddRange(hashed.Index()
                .Where(leaf => leaf.Item != stored[leaf.Index])
                .Select(leaf => new LogFault(bundle, $"entry {(index * TileId.FullWidth) + leaf.Index} does not hash to its leaf in {tile}")));
        }

        return new Leaves(bundle, entries ?? [], stored ?? hashed, faults);
    }

    /// <summary>The fault that an exception stands for; null if it is not the log's.</summary>
    public static LogFault? FaultOf(TileId id, Exception exception) => exception switch
    {
        TileNotFoundException => new LogFault(id, "it is missing"),
        LogFormatException => new LogFault(id, exception.Message),
        _ => null,
    };

    private static async Task<(T? Parsed, LogFault? Fault)> ReadAsync<T>(
        ITileReader log,
        TileId id,
        Func<ReadOnlyMemory<byte>, T> parse,
        CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (parse(await log.ReadAsync(id, cancellationToken)), null);
        }
        catch (Exception exception) when (FaultOf(id, exception) is { })
        {
            return (null, FaultOf(id, exception));
        }
    }
}
