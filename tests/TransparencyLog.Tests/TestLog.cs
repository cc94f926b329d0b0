using System.Text;

namespace TrueCopy.TransparencyLog.Tests;

/// <summary>A log in memory, grown through <see cref="RightEdge"/>, that keeps every tile of every size it took tiles at.</summary>
internal sealed class TestLog : ITileReader
{
    public Dictionary<TileId, byte[]> Tiles { get; } = [];

    public RightEdge Edge { get; private set; } = new();

    /// <summary>Parsed tiles with a cache of their own, which one thread may use.</summary>
    public IHashTileSource Hashes => new ParsedTiles(this);

    public static byte[] Entry(long index) => Encoding.ASCII.GetBytes($"entry {index}");

    public static TestLog OfSize(int size, bool everySize = false)
    {
        var log = new TestLog();
        for (var i = 0; i < size; i++)
        {
            log.Edge.Append(Entry(i));
            if (everySize)
                log.Flush();
        }

        log.Flush();
        return log;
    }

    public void Flush()
    {
        foreach (var tile in Edge.TakeTiles())
            Tiles[tile.Id] = tile.Bytes.ToArray();
    }

    public async Task ReloadAsync() => Edge = await RightEdge.LoadAsync(this, Edge.Size, CancellationToken.None);

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) =>
        Tiles.TryGetValue(tile, out var bytes) ? new(bytes) : throw new TileNotFoundException(tile);

    private sealed class ParsedTiles(TestLog log) : IHashTileSource
    {
        private readonly Dictionary<TileId, HashTile> _parsed = [];

        public ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken)
        {
            if (!_parsed.TryGetValue(tile, out var parsed))
                _parsed[tile] = parsed = HashTile.Parse(tile, log.Tiles.TryGetValue(tile, out var bytes) ? bytes : throw new TileNotFoundException(tile));
            return new(parsed);
        }
    }
}
