using CsCheck;
using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Tiles;

namespace TrueCopy.TransparencyLog.Tests.Tiles;

public sealed class RightEdgeTests
{
    [Fact]
    public void The_root_is_that_of_the_RFC_at_every_size()
    {
        var edge = new RightEdge();
        var leaves = new List<byte[]>();
        for (var size = 0; size <= 300; size++)
        {
            Assert.Equal(new MerkleHash(Reference.Mth(leaves.ToArray())), edge.Root());
            edge.Append(TestLog.Entry(size));
            leaves.Add(TestLog.Entry(size));
        }
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(70_000)]
    public async Task Large_trees_have_the_root_of_the_RFC_and_the_tiles_give_it_again(int size)
    {
        var log = TestLog.OfSize(size);
        var expected = new MerkleHash(Reference.Mth(Enumerable.Range(0, size).Select(i => TestLog.Entry(i)).ToArray()));
        Assert.Equal(expected, log.Edge.Root());
        Assert.Equal(expected, await new TreeReader(log.Hashes, size).RootAsync(TestContext.Current.CancellationToken));
        Assert.Equal(expected, (await RightEdge.LoadAsync(log, size, TestContext.Current.CancellationToken)).Root());
    }

    [Fact]
    public void A_tree_of_70000_has_the_tiles_of_the_specifications_example()
    {
        var tiles = TestLog.OfSize(70_000).Tiles.Keys.Where(tile => !tile.IsEntries).ToArray();
        Assert.Equal(273, tiles.Count(tile => tile is { Level: 0, IsPartial: false }));
        Assert.Equal(new TileId(0, 273, 112), Assert.Single(tiles, tile => tile is { Level: 0, IsPartial: true }));
        Assert.Equal(new TileId(1, 0, 256), Assert.Single(tiles, tile => tile is { Level: 1, IsPartial: false }));
        Assert.Equal(new TileId(1, 1, 17), Assert.Single(tiles, tile => tile is { Level: 1, IsPartial: true }));
        Assert.Equal(new TileId(2, 0, 1), Assert.Single(tiles, tile => tile.Level == 2));
        Assert.Equal(277, tiles.Length);
    }

    [Fact]
    public void A_tree_of_256_has_a_full_tile_and_above_it_a_partial_one_of_width_1()
    {
        TileId[] expected = [new(TileId.EntriesLevel, 0, 256), new(0, 0, 256), new(1, 0, 1)];
        Assert.Equal(expected, TestLog.OfSize(256).Tiles.Keys.OrderBy(tile => tile.Level));
    }

    [Fact]
    public void Each_hash_of_an_upper_tile_is_the_root_of_the_full_tile_below()
    {
        var log = TestLog.OfSize(1000);
        var upper = MerkleHash.Cast(log.Tiles[new TileId(1, 0, 3)]).ToArray();
        for (var i = 0; i < 3; i++)
        {
            var below = Enumerable.Range(i * 256, 256).Select(leaf => TestLog.Entry(leaf)).ToArray();
            Assert.Equal(new MerkleHash(Reference.Mth(below)), upper[i]);
        }
    }

    [Fact]
    public Task However_appending_is_split_and_reloaded_the_tiles_are_the_same() => Gen.Int[1, 400].Array[1, 8].SampleAsync(
        async batches =>
        {
            var log = new TestLog();
            foreach (var batch in batches)
            {
                for (var i = 0; i < batch; i++)
                    log.Edge.Append(TestLog.Entry(log.Edge.Size));
                log.Flush();
                await log.ReloadAsync();
            }

            var whole = TestLog.OfSize(batches.Sum());
            Assert.Equal(whole.Edge.Root(), log.Edge.Root());
            Assert.All(whole.Tiles, tile => Assert.Equal(tile.Value, log.Tiles[tile.Key]));
        },
        iter: 60);

    [Fact]
    public void A_copy_does_not_touch_the_original()
    {
        var log = TestLog.OfSize(300);
        var root = log.Edge.Root();
        var copy = log.Edge.Clone();
        for (var i = 0; i < 300; i++)
            copy.Append(TestLog.Entry(i));

        Assert.Equal(root, log.Edge.Root());
        Assert.Equal(300, log.Edge.Size);
        Assert.Empty(log.Edge.TakeTiles());
    }

    [Fact]
    public void Only_what_changed_is_written()
    {
        var log = TestLog.OfSize(1000);
        Assert.Empty(log.Edge.TakeTiles());
        log.Edge.Append(TestLog.Entry(1000));
        TileId[] expected = [new(TileId.EntriesLevel, 3, 233), new(0, 3, 233)];
        Assert.Equal(expected, log.Edge.TakeTiles().Select(tile => tile.Id));
    }

    [Fact]
    public async Task A_damaged_tile_or_bundle_is_refused_when_the_edge_is_loaded()
    {
        foreach (var level in new[] { 0, TileId.EntriesLevel })
        {
            var log = TestLog.OfSize(10);
            log.Tiles[new TileId(level, 0, 10)][^1] ^= 1;
            await Assert.ThrowsAsync<LogFormatException>(() => RightEdge.LoadAsync(log, 10, CancellationToken.None));
        }

        var cut = TestLog.OfSize(10);
        cut.Tiles[new TileId(0, 0, 10)] = cut.Tiles[new TileId(0, 0, 10)][..^1];
        await Assert.ThrowsAsync<LogFormatException>(() => RightEdge.LoadAsync(cut, 10, CancellationToken.None));
        cut.Tiles.Remove(new TileId(0, 0, 10));
        await Assert.ThrowsAsync<TileNotFoundException>(() => RightEdge.LoadAsync(cut, 10, CancellationToken.None));
    }
}
