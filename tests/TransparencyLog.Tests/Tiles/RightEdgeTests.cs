using System.Buffers;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Tiles;

public sealed class RightEdgeTests
{
    [Fact]
    public void The_root_is_that_of_the_RFC_at_every_size()
    {
        var edge = new RightEdge();
        var reference = Reference.OfLog(600);
        for (var size = 0; size <= 600; size++)
        {
            Assert.Equal(size, edge.Size);
            Assert.Equal(new MerkleHash(reference.Mth(size)), edge.Root());
            edge.Append(TestLog.Entry(size));
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
        var expected = new MerkleHash(Reference.OfLog(size).Mth(size));
        Assert.Equal(expected, log.Edge.Root());
        Assert.Equal(expected, await new TreeReader(log.Hashes, size).RootAsync(TestContext.Current.CancellationToken));
        Assert.Equal(expected, (await RightEdge.LoadAsync(log, size, TestContext.Current.CancellationToken)).Root());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 255)]
    [InlineData(0, 256)]
    [InlineData(0, 700)]
    [InlineData(1, 256)]
    [InlineData(255, 258)]
    [InlineData(256, 512)]
    [InlineData(65_280, 256)]
    [InlineData(65_279, 600)]
    [InlineData(65_536, 255)]
    public void Entries_that_were_hashed_beforehand_are_appended_as_one_by_one(int size, int count)
    {
        var (oneByOne, bundled) = (TestLog.OfSize(size).Edge.Clone(), TestLog.OfSize(size).Edge.Clone());
        for (var (from, to) = (size, size); from < size + count; from = to)
        {
            to = Math.Min(size + count, (from | 255) + 1);
            var bundle = new ArrayBufferWriter<byte>();
            for (var i = from; i < to; i++)
            {
                oneByOne.Append(TestLog.Entry(i));
                EntryBundle.Append(bundle, TestLog.Entry(i));
            }

            bundled.Append(new HashedEntries(bundle.WrittenMemory, to - from));
            Assert.Equal((oneByOne.Size, oneByOne.Root()), (bundled.Size, bundled.Root()));
        }

        var (expected, actual) = (oneByOne.TakeTiles(), bundled.TakeTiles());
        Assert.Equal(expected.Select(tile => tile.Id), actual.Select(tile => tile.Id));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Bytes.ToArray(), pair.Second.Bytes.ToArray()));
        Assert.All(actual.Where(tile => tile.Hashes is not null), tile => Assert.True(tile.Hashes!.Hashes.SequenceEqual(HashTile.Parse(tile.Id, tile.Bytes.Span).Hashes)));
        Assert.Equal(actual.Count(tile => tile.Id is { Level: 0, IsPartial: false } && tile.Id.Index * 256 >= size), actual.Count(tile => tile.Hashes is not null));

        // And what is appended then comes where it belongs.
        oneByOne.Append(TestLog.Entry(size + count));
        bundled.Append(TestLog.Entry(size + count));
        Assert.Equal(oneByOne.Root(), bundled.Root());
    }

    [Fact]
    public void Entries_that_are_more_or_fewer_than_said_are_refused()
    {
        var bundle = new ArrayBufferWriter<byte>();
        EntryBundle.Append(bundle, TestLog.Entry(0));
        EntryBundle.Append(bundle, TestLog.Entry(1));
        Assert.Equal(2, new HashedEntries(bundle.WrittenMemory, 2).Entries.Count);
        Assert.Throws<LogFormatException>(() => new HashedEntries(bundle.WrittenMemory, 1));
        Assert.Throws<LogFormatException>(() => new HashedEntries(bundle.WrittenMemory, 3));
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
    public void A_tree_of_70000_has_a_bundle_beside_each_tile_of_level_0_and_it_holds_their_entries()
    {
        var log = TestLog.OfSize(70_000);
        var bundles = log.Tiles.Where(tile => tile.Key.IsEntries).ToArray();
        Assert.Equal(274, bundles.Length);
        Assert.All(bundles, bundle =>
        {
            var (id, hashes) = (bundle.Key, MerkleHash.Cast(log.Tiles[bundle.Key with { Level = 0 }]).ToArray());
            var entries = EntryBundle.Parse(bundle.Value, id.Width).Select(entry => entry.ToArray()).ToArray();
            Assert.Equal(Enumerable.Range(0, id.Width).Select(i => TestLog.Entry((id.Index * 256) + i)), entries);
            Assert.Equal(entries.Select(entry => TreeHasher.Leaf(entry)), hashes);
        });
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
        var reference = Reference.OfLog(1000);
        for (var i = 0; i < 3; i++)
            Assert.Equal(new MerkleHash(reference.Mth(i * 256, (i + 1) * 256)), upper[i]);
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

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(65_792)]
    public async Task An_edge_loaded_beside_the_third_level_of_tiles_grows_as_if_it_had_never_been_written(int size)
    {
        var log = TestLog.OfSize(size);
        await log.ReloadAsync();
        while (log.Edge.Size < 66_100)
            log.Edge.Append(TestLog.Entry(log.Edge.Size));
        log.Flush();

        var whole = TestLog.OfSize(66_100);
        Assert.Equal(whole.Edge.Root(), log.Edge.Root());
        Assert.All(whole.Tiles, tile => Assert.Equal(tile.Value, log.Tiles[tile.Key]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(300)]
    [InlineData(65_791)]
    public void A_copy_grows_by_itself_and_what_it_was_made_from_neither_sees_nor_feels_it(int size)
    {
        var edge = TestLog.OfSize(size).Edge;
        var copy = edge.Clone();
        for (var i = 0; i < 300; i++)
        {
            copy.Append("of the copy"u8);
            edge.Append(TestLog.Entry(size + i));
        }

        var whole = TestLog.OfSize(size + 300);
        Assert.Equal(whole.Edge.Root(), edge.Root());
        Assert.All(edge.TakeTiles(), tile => Assert.Equal(whole.Tiles[tile.Id], tile.Bytes));

        var other = TestLog.OfSize(size);
        for (var i = 0; i < 300; i++)
            other.Edge.Append("of the copy"u8);
        other.Flush();
        Assert.Equal(other.Edge.Root(), copy.Root());
        Assert.All(copy.TakeTiles(), tile => Assert.Equal(other.Tiles[tile.Id], tile.Bytes));
    }
}
