namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>Where the tiles and entry bundles of a log are read from.</summary>
public interface ITileReader
{
    /// <summary>The exact bytes of a tile or entry bundle.</summary>
    /// <remarks>
    /// Where a partial tile is gone because it has since filled, an implementation may read the full tile and return
    /// its beginning (tlog-tiles, "Partial Tiles").
    /// </remarks>
    /// <exception cref="TileNotFoundException">The log holds neither this tile nor the full one in its place.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken);
}

/// <summary>The one rule for tiles that may have filled since they were published (tlog-tiles, "Partial Tiles").</summary>
public static class PartialTiles
{
    /// <summary>The tile; where a partial one is gone, the beginning of the full one in its place.</summary>
    /// <param name="tile">The tile or entry bundle.</param>
    /// <param name="find">Looks for one; null where it is not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TileNotFoundException">Neither is there.</exception>
    /// <exception cref="LogFormatException">What is in the full one's place is not that.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        TileId tile,
        Func<TileId, CancellationToken, Task<ReadOnlyMemory<byte>?>> find,
        CancellationToken cancellationToken)
    {
        if (await find(tile, cancellationToken) is { } found)
            return found;
        return tile.IsPartial && await find(tile with { Width = TileId.FullWidth }, cancellationToken) is { } full
            ? BeginningOf(full, tile)
            : throw new TileNotFoundException(tile);
    }

    private static ReadOnlyMemory<byte> BeginningOf(ReadOnlyMemory<byte> full, TileId partial) => partial.IsEntries
        ? full[..EntryBundle.Parse(full, TileId.FullWidth).Take(partial.Width).Sum(entry => sizeof(ushort) + entry.Length)]
        : full.Length == TileId.FullWidth * MerkleHash.Size
            ? full[..(partial.Width * MerkleHash.Size)]
            : throw new LogFormatException("the full tile in its place does not have 256 hashes");
}

/// <summary>Where parsed hash tiles come from: a reader, or a cache before one.</summary>
public interface IHashTileSource
{
    /// <summary>The tile, parsed.</summary>
    /// <exception cref="TileNotFoundException">The log does not hold it.</exception>
    /// <exception cref="LogFormatException">What the log holds in its place is not a tile of that width.</exception>
    ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken);
}

/// <summary>A log that should hold a tile does not.</summary>
/// <param name="tile">The missing tile.</param>
public sealed class TileNotFoundException(TileId tile) : Exception($"The log has no {tile}.")
{
    /// <summary>The missing tile.</summary>
    public TileId Tile { get; } = tile;
}

/// <summary>Parses tiles straight from a reader, without a cache.</summary>
public sealed class UncachedTiles(ITileReader reader) : IHashTileSource
{
    /// <inheritdoc/>
    public async ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken)
    {
        var bytes = await reader.ReadAsync(tile, cancellationToken);
        return HashTile.Parse(tile, bytes.Span);
    }
}
