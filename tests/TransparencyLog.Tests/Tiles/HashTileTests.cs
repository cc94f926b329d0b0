namespace TrueCopy.TransparencyLog.Tests.Tiles;

public sealed class HashTileTests
{
    [Fact]
    public void A_tile_has_exactly_32_bytes_for_each_hash_that_its_name_promises()
    {
        for (var width = 1; width <= TileId.FullWidth; width++)
        {
            var id = new TileId(0, 0, width);
            Assert.Equal(width, HashTile.Parse(id, new byte[32 * width]).Width);
            foreach (var wrong in new[] { 0, (32 * width) - 32, (32 * width) - 1, (32 * width) + 1, (32 * width) + 32 }.Where(length => length != 32 * width))
                Assert.Throws<LogFormatException>(() => HashTile.Parse(id, new byte[wrong]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(44)]
    [InlineData(255)]
    [InlineData(256)]
    public void Every_perfect_subtree_inside_a_tile_has_the_hash_of_the_RFC(int width)
    {
        var log = TestLog.OfSize(256 + width);
        var tile = HashTile.Parse(new TileId(0, 1, width), log.Tiles[new TileId(0, 1, width)]);
        var reference = Reference.OfLog(256 + width);
        for (var height = 0; height < TileId.Height; height++)
        {
            for (var i = 0; (i + 1) << height <= width; i++)
            {
                var start = 256 + (i << height);
                Assert.Equal(new MerkleHash(reference.Mth(start, start + (1 << height))), tile[new Subtree(height, start >> height)]);
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(44, 44 + 22 + 11 + 5 + 2 + 1)]
    [InlineData(256, 256 + 128 + 64 + 32 + 16 + 8 + 4 + 2)]
    public void The_footprint_of_a_tile_counts_the_subtrees_that_it_keeps(int width, int hashes) =>
        Assert.Equal(hashes * MerkleHash.Size, HashTile.Parse(new TileId(0, 0, width), new byte[width * MerkleHash.Size]).Footprint);
}
