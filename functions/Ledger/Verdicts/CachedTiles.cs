using Microsoft.Extensions.Caching.Memory;

namespace TrueCopy.Ledger.Verdicts;

/// <summary>Keeps parsed tiles in memory, up to a bound in bytes. Tiles never change, so nothing expires.</summary>
public sealed class CachedTiles(ITileReader reader) : IHashTileSource, IDisposable
{
    /// <summary>The most memory that cached tiles take, in bytes: about 2,000 full tiles.</summary>
    public const long MaxFootprint = 32 * 1024 * 1024;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxFootprint });

    /// <inheritdoc/>
    public ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken) =>
        _cache.TryGetValue(tile, out HashTile? cached) ? new(cached!) : ReadAsync(tile, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private async ValueTask<HashTile> ReadAsync(TileId tile, CancellationToken cancellationToken)
    {
        var bytes = await reader.ReadAsync(tile, cancellationToken);
        var parsed = HashTile.Parse(tile, bytes.Span);
        return _cache.Set(tile, parsed, new MemoryCacheEntryOptions { Size = parsed.Footprint });
    }
}
