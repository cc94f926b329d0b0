namespace TrueCopy.TransparencyLog.Tests.Tiles;

/// <summary>Which tiles an edge hands out, and that copies do not share them.</summary>
public sealed class RightEdgeWriteTests
{
    [Fact]
    public void A_copy_does_not_touch_the_original_nor_the_original_its_copy()
    {
        var (log, expected) = (TestLog.OfSize(250), TestLog.OfSize(600));
        var (root, copy) = (log.Edge.Root(), log.Edge.Clone());
        for (var i = 0; i < 600; i++)
            copy.Append("something else"u8);
        var (copied, tiles) = (copy.Root(), copy.TakeTiles().ToDictionary(tile => tile.Id, tile => tile.Bytes.ToArray()));

        Assert.Equal(root, log.Edge.Root());
        Assert.Equal(250, log.Edge.Size);
        Assert.Empty(log.Edge.TakeTiles());
        for (var i = 250; i < 600; i++)
            log.Edge.Append(TestLog.Entry(i));
        log.Flush();
        Assert.Equal(expected.Edge.Root(), log.Edge.Root());
        Assert.All(expected.Tiles, tile => Assert.Equal(tile.Value, log.Tiles[tile.Key]));

        Assert.Equal(850, copy.Size);
        Assert.Equal(copied, copy.Root());
        var first = EntryBundle.Parse(tiles[new TileId(TileId.EntriesLevel, 0, 256)], 256);
        Assert.Equal(TestLog.Entry(249), first[249].ToArray());
        Assert.Equal("something else"u8.ToArray(), first[250].ToArray());
    }

    [Fact]
    public void Bytes_that_were_handed_out_do_not_change_when_the_log_grows()
    {
        var edge = TestLog.OfSize(0).Edge;
        for (var i = 0; i < 300; i++)
            edge.Append(TestLog.Entry(i));
        var taken = edge.TakeTiles();
        var before = taken.Select(tile => tile.Bytes.ToArray()).ToArray();
        for (var i = 300; i < 900; i++)
            edge.Append(TestLog.Entry(i));
        edge.TakeTiles();
        Assert.Equal(before, taken.Select(tile => tile.Bytes.ToArray()));
    }

    [Fact]
    public void Only_what_changed_is_written()
    {
        var log = TestLog.OfSize(1000);
        Assert.Empty(log.Edge.TakeTiles());
        log.Edge.Append(TestLog.Entry(1000));
        TileId[] expected = [new(TileId.EntriesLevel, 3, 233), new(0, 3, 233)];
        Assert.Equal(expected, log.Edge.TakeTiles().Select(tile => tile.Id));
        Assert.Empty(log.Edge.TakeTiles());
    }

    [Fact]
    public void Each_tile_is_written_once_and_a_full_one_in_the_place_of_the_partial_one_it_was()
    {
        var log = TestLog.OfSize(250);
        for (var i = 250; i < 520; i++)
            log.Edge.Append(TestLog.Entry(i));
        TileId[] expected =
        [
            new(TileId.EntriesLevel, 0, 256), new(TileId.EntriesLevel, 1, 256), new(TileId.EntriesLevel, 2, 8),
            new(0, 0, 256), new(0, 1, 256), new(0, 2, 8),
            new(1, 0, 2),
        ];
        Assert.Equal(expected, log.Edge.TakeTiles().Select(tile => tile.Id).OrderBy(tile => tile.Level).ThenBy(tile => tile.Index));
    }

    [Fact]
    public async Task A_loaded_edge_has_nothing_to_write()
    {
        var log = TestLog.OfSize(700);
        await log.ReloadAsync();
        Assert.Empty(log.Edge.TakeTiles());
    }

    [Fact]
    public void An_entry_that_is_too_long_is_refused_and_changes_nothing()
    {
        var log = TestLog.OfSize(10);
        var root = log.Edge.Root();
        Assert.Throws<ArgumentException>(() => log.Edge.Append(new byte[EntryBundle.MaxEntryLength + 1]));
        Assert.Equal(10, log.Edge.Size);
        Assert.Equal(root, log.Edge.Root());
        Assert.Empty(log.Edge.TakeTiles());
        log.Edge.Append(TestLog.Entry(10));
        log.Flush();
        Assert.Equal(TestLog.OfSize(11).Tiles[new TileId(TileId.EntriesLevel, 0, 11)], log.Tiles[new TileId(TileId.EntriesLevel, 0, 11)]);
    }
}
