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
