using System.Text;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Tiles;

public sealed class TileIdTests
{
    [Theory]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(63, 999, 1, "tile/63/999.p/1")]
    [InlineData(1, 1000, 255, "tile/1/x001/000.p/255")]
    [InlineData(TileId.EntriesLevel, 123456, 17, "tile/entries/x123/456.p/17")]
    public void Paths_are_those_of_the_specification(int level, long index, int width, string path)
    {
        Assert.Equal(path, new TileId(level, index, width).ToPath());
        Assert.True(TileId.TryParse(path, out var parsed));
        Assert.Equal(new TileId(level, index, width), parsed);
    }

    [Fact]
    public void Every_tile_has_one_path_that_parses_back() => Gen.Select(Gen.Int[-1, 63], Gen.Long[0, 999_999_999_999_999_999], Gen.Int[1, 256])
        .Sample((level, index, width) =>
            TileId.TryParse(new TileId(level, index, width).ToPath(), out var parsed) && parsed == new TileId(level, index, width));

    [Theory]
    [InlineData("")]
    [InlineData("tile")]
    [InlineData("tile/")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/00/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/+1/000")]
    [InlineData("tile/Entries/000")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/234")]
    [InlineData("tile/0/x001/x234")]
    [InlineData("tile/0/X001/234")]
    [InlineData("tile/0/000/")]
    [InlineData("tile/0//000")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p/1/2")]
    [InlineData("tile/0/000.P/1")]
    [InlineData("tile/0/../000")]
    [InlineData("tile/0/%30%30%30")]
    [InlineData("tile/0/٠٠٠")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/0/000?x")]
    [InlineData("tile/0/x000/000")]
    [InlineData("tile/0/x000/x001/234")]
    [InlineData("tile/0/x01/000")]
    [InlineData("tile/0/x0001/000")]
    [InlineData("tile/0/x001//234")]
    [InlineData("tile/0/x/234")]
    [InlineData("tile/0/x001/..")]
    [InlineData("tile/0/./000")]
    [InlineData("tile/../0/000")]
    [InlineData("tile/0/x001.p/234")]
    [InlineData("tile/0/000.p/-1")]
    [InlineData("tile/0/000.p/1/")]
    [InlineData("tile/0/000.p/999999999999999999999")]
    [InlineData("tile/0/000.p.p/1")]
    [InlineData("tile/0.p/1")]
    [InlineData("tile/064/000")]
    [InlineData("tile/9223372036854775807/000")]
    [InlineData("tile//000")]
    [InlineData("TILE/0/000")]
    [InlineData("tile/ENTRIES/000")]
    [InlineData("tile/entries")]
    [InlineData("tile/entries/")]
    [InlineData("tile/entries/0")]
    [InlineData("tile/0/entries/000")]
    [InlineData("tile\\0\\000")]
    [InlineData("tile/0/000\n")]
    [InlineData(" tile/0/000")]
    [InlineData("tile/0/x001%2F234")]
    [InlineData("tile%2F0/000")]
    [InlineData("tile/0/000.p%2F1")]
    public void Any_other_spelling_is_refused(string path) => Assert.False(TileId.TryParse(path, out _));

    [Fact]
    public void A_level_has_as_many_nodes_as_whole_subtrees_fit_whatever_the_size() => Gen.Select(Gen.Int[0, 63], Gen.Long[0, long.MaxValue])
        .Sample((level, size) =>
            new System.Numerics.BigInteger(TileId.CountAt(level, size)) == new System.Numerics.BigInteger(size) / System.Numerics.BigInteger.Pow(256, level)
            && TileId.CountAt(TileId.EntriesLevel, size) == size);

    [Fact]
    public void The_longest_path_has_six_groups() =>
        Assert.True(TileId.TryParse("tile/entries/x999/x999/x999/x999/x999/999.p/255", out var tile) && tile.Index == 999_999_999_999_999_999);

    [Fact]
    public void A_damaged_path_is_refused_or_is_the_path_of_another_tile() => Mutation.Of("tile/63/x001/x234/067.p/17"u8.ToArray())
        .Sample(bytes => !TileId.TryParse(Encoding.Latin1.GetString(bytes), out var tile) || tile.ToPath() == Encoding.Latin1.GetString(bytes), iter: 20_000);

    [Theory]
    [InlineData(0, 0, 1, 1)]
    [InlineData(0, 0, 255, 255)]
    [InlineData(0, 0, 256, 256)]
    [InlineData(0, 0, 257, 256)]
    [InlineData(0, 1, 257, 1)]
    [InlineData(1, 0, 256, 1)]
    [InlineData(1, 1, 70_000, 17)]
    [InlineData(2, 0, 70_000, 1)]
    [InlineData(TileId.EntriesLevel, 273, 70_000, 112)]
    public void A_tile_is_as_wide_as_the_tree_makes_it(int level, long index, long size, int width) =>
        Assert.Equal(new TileId(level, index, width), TileId.At(level, index, size));

    [Fact]
    public void No_text_makes_the_parser_throw() => Gen.OneOf(Gen.String, Gen.String[Gen.Char["tile/0xp.entries19"], 0, 30].Select(text => "tile/" + text))
        .Sample(path => !TileId.TryParse(path, out var tile) || tile.ToPath() == path, iter: 20_000);
}
