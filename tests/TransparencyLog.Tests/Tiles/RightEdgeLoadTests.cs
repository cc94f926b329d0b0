namespace TrueCopy.TransparencyLog.Tests.Tiles;

/// <summary>What loading accepts. Above the leaves nothing is there to compare with, so the caller compares the root with the checkpoint's.</summary>
public sealed class RightEdgeLoadTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(256)]
    [InlineData(300)]
    [InlineData(1000)]
    [InlineData(65_536)]
    [InlineData(66_051)]
    public async Task One_changed_bit_in_what_is_loaded_is_refused_or_gives_another_root(int size)
    {
        var log = TestLog.OfSize(size);
        var root = log.Edge.Root();
        var reads = new Recorder(log);
        Assert.Equal(root, (await LoadAsync(reads, size)).Root());
        Assert.NotEmpty(reads.Read);
        foreach (var tile in reads.Read)
        {
            var bytes = log.Tiles[tile];
            for (var bit = 0; bit < bytes.Length * 8; bit += tile.IsEntries || tile.Level == 0 ? 7 : 1)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(await LoadsWithRootAsync(), $"{tile}, bit {bit}");
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        async Task<bool> LoadsWithRootAsync()
        {
            try
            {
                return (await LoadAsync(log, size)).Root() == root;
            }
            catch (LogFormatException)
            {
                return false;
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(TileId.EntriesLevel)]
    public async Task Leaves_that_are_not_those_of_the_entries_are_refused(int damaged)
    {
        var log = TestLog.OfSize(10);
        log.Tiles[new TileId(damaged, 0, 10)][^1] ^= 1;
        await Assert.ThrowsAsync<LogFormatException>(() => LoadAsync(log, 10));
    }

    [Theory]
    [InlineData(0, 44)]
    [InlineData(1, 1)]
    [InlineData(TileId.EntriesLevel, 44)]
    public async Task A_tile_or_bundle_that_is_too_short_or_too_long_is_refused(int level, int width)
    {
        var id = new TileId(level, level == 1 ? 0 : 1, width);
        var log = TestLog.OfSize(300);
        var whole = log.Tiles[id];
        foreach (var damaged in new byte[][] { [], whole[..^1], whole[..^32], [.. whole, 0], [.. whole, .. new byte[32]] })
        {
            log.Tiles[id] = damaged;
            await Assert.ThrowsAsync<LogFormatException>(() => LoadAsync(log, 300));
        }
    }

    [Fact]
    public async Task A_missing_tile_or_bundle_is_named()
    {
        foreach (var id in new TileId[] { new(0, 1, 44), new(1, 0, 1), new(TileId.EntriesLevel, 1, 44) })
        {
            var log = TestLog.OfSize(300);
            Assert.True(log.Tiles.Remove(id));
            Assert.Equal(id, (await Assert.ThrowsAsync<TileNotFoundException>(() => LoadAsync(log, 300))).Tile);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(255, 2)]
    [InlineData(256, 1)]
    [InlineData(65_536, 1)]
    [InlineData(66_051, 4)]
    public async Task Only_partial_tiles_and_the_partial_bundle_are_read(int size, int expected)
    {
        var reads = new Recorder(TestLog.OfSize(size));
        await LoadAsync(reads, size);
        Assert.Equal(expected, reads.Read.Count);
        Assert.All(reads.Read, tile => Assert.True(tile.IsPartial));
    }

    private static Task<RightEdge> LoadAsync(ITileReader tiles, long size) =>
        RightEdge.LoadAsync(tiles, size, TestContext.Current.CancellationToken);

    private sealed class Recorder(ITileReader tiles) : ITileReader
    {
        public List<TileId> Read { get; } = [];

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
        {
            Read.Add(tile);
            return tiles.ReadAsync(tile, cancellationToken);
        }
    }
}
