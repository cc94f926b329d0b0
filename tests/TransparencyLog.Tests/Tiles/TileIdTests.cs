using CsCheck;
using TrueCopy.TransparencyLog.Tiles;

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
    public void Any_other_spelling_is_refused(string path) => Assert.False(TileId.TryParse(path, out _));

    [Fact]
    public void No_text_makes_the_parser_throw() => Gen.OneOf(Gen.String, Gen.String[Gen.Char["tile/0xp.entries19"], 0, 30].Select(text => "tile/" + text))
        .Sample(path => !TileId.TryParse(path, out var tile) || tile.ToPath() == path, iter: 20_000);
}
