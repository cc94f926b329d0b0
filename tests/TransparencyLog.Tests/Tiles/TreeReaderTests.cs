namespace TrueCopy.TransparencyLog.Tests.Tiles;

public sealed class TreeReaderTests
{
    private const int Size = 66_051;
    private static readonly TestLog Log = TestLog.OfSize(Size);

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(66_050)]
    public async Task A_leaf_and_its_proof_are_found_across_three_levels_of_tiles(int index)
    {
        var reader = new TreeReader(new UncachedTiles(Log), Size);
        var leaf = await reader.LeafAsync(index, TestContext.Current.CancellationToken);
        Assert.Equal(TreeHasher.Leaf(TestLog.Entry(index)), leaf);
        var proof = await reader.InclusionProofAsync(index, TestContext.Current.CancellationToken);
        Assert.True(ProofVerifier.Includes(leaf, index, Size, proof, Log.Edge.Root()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(66_050)]
    public async Task Consistency_is_proved_across_three_levels_of_tiles(int old)
    {
        var proof = await new TreeReader(new UncachedTiles(Log), Size).ConsistencyProofAsync(old, TestContext.Current.CancellationToken);
        Assert.True(ProofVerifier.Extends(old, TestLog.OfSize(old).Edge.Root(), Size, Log.Edge.Root(), proof));
    }

    [Fact]
    public async Task The_root_of_the_empty_tree_needs_no_tile() => Assert.Equal(
        TreeHasher.EmptyRoot,
        await new TreeReader(new UncachedTiles(new TestLog()), 0).RootAsync(TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_missing_tile_is_named()
    {
        var log = TestLog.OfSize(300);
        var id = new TileId(0, 1, 44);
        Assert.True(log.Tiles.Remove(id));
        var reader = new TreeReader(new UncachedTiles(log), 300);
        var thrown = await Assert.ThrowsAsync<TileNotFoundException>(async () => await reader.InclusionProofAsync(3, TestContext.Current.CancellationToken));
        Assert.Equal(id, thrown.Tile);
    }

    [Fact]
    public async Task What_is_at_the_trees_right_is_read_once_for_all_proofs_of_a_reader()
    {
        var log = TestLog.OfSize(300);
        var reader = new TreeReader(new UncachedTiles(log), 300);
        await reader.InclusionProofAsync(3, TestContext.Current.CancellationToken);
        Assert.True(log.Tiles.Remove(new TileId(0, 1, 44)));
        foreach (var index in new[] { 3, 0, 255 })
        {
            var proof = await reader.InclusionProofAsync(index, TestContext.Current.CancellationToken);
            Assert.True(ProofVerifier.Includes(TreeHasher.Leaf(TestLog.Entry(index)), index, 300, proof, log.Edge.Root()));
        }

        await Assert.ThrowsAsync<TileNotFoundException>(async () => await reader.InclusionProofAsync(256, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_proof_made_from_a_damaged_tile_does_not_verify()
    {
        var log = TestLog.OfSize(300);
        log.Tiles[new TileId(0, 1, 44)][5] ^= 1;
        var proof = await new TreeReader(new UncachedTiles(log), 300).InclusionProofAsync(3, TestContext.Current.CancellationToken);
        Assert.False(ProofVerifier.Includes(TreeHasher.Leaf(TestLog.Entry(3)), 3, 300, proof, log.Edge.Root()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    [InlineData(66_000)]
    public async Task A_proof_that_is_copied_is_the_proof_whatever_was_copied_before(int size)
    {
        var log = TestLog.OfSize(size);
        var (copying, path) = (new TreeReader(log.Hashes, size), new MerkleHash[63]);
        var reading = new TreeReader(log.Hashes, size);
        for (long index = 0; index < size; index += Math.Max(1, size / 1500))
        {
            var length = await copying.CopyInclusionProofAsync(index, path, CancellationToken.None);
            Assert.Equal(await reading.InclusionProofAsync(index, CancellationToken.None), path[..length]);
        }
    }

    [Theory]
    [InlineData(255)]
    [InlineData(257)]
    [InlineData(1000)]
    [InlineData(66_000)]
    [InlineData(132_000)]
    public async Task A_path_that_is_not_copied_yet_is_the_proof_and_what_is_final_of_it_is_so_in_every_later_tree(int size)
    {
        var log = TestLog.OfSize(size);
        var (finding, reading) = (new TreeReader(log.Hashes, size), new TreeReader(log.Hashes, size));
        var earlier = new TreeReader(log.Hashes, size / TileId.FullWidth * TileId.FullWidth);
        for (long index = 0; index < size; index += Math.Max(1, size / 700))
        {
            var proof = await reading.InclusionProofAsync(index, CancellationToken.None);
            var path = await finding.FindInclusionPathAsync(index, null, CancellationToken.None);
            Assert.Equal(proof, path.ToArray());
            Assert.Equal(proof.Length, path.Length);
            Assert.Equal(index / TileId.FullWidth < size / TileId.FullWidth, path.Final is not null);
            if (path.Final is null)
                continue;
            Assert.Equal(proof, (await finding.FindInclusionPathAsync(index, path.Final, CancellationToken.None)).ToArray());
            Assert.Equal(path.Final, (await earlier.FindInclusionPathAsync(index, null, CancellationToken.None)).Final);
        }
    }

    [Fact]
    public async Task What_paths_have_in_common_is_not_given_to_a_leaf_whose_tile_has_the_same_place()
    {
        // Of a log too long to be made here, tiles that differ by their names.
        const long Size = (1L << 24) + (1L << 17) + 300;
        var (finding, reading) = (new TreeReader(new NamedTiles(), Size), new TreeReader(new NamedTiles(), Size));
        for (var round = 0; round < 2; round++)
        {
            foreach (var index in (long[])[5, (1L << 24) + 5, 70_000, (1L << 24) + 70_000, Size - 1, Size - 299])
                Assert.Equal(await reading.InclusionProofAsync(index, CancellationToken.None), (await finding.FindInclusionPathAsync(index, null, CancellationToken.None)).ToArray());
        }
    }

    private sealed class NamedTiles : IHashTileSource
    {
        public ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken)
        {
            var hashes = Enumerable.Range(0, tile.Width).Select(i => TreeHasher.Leaf(System.Text.Encoding.ASCII.GetBytes($"{tile.Level} {tile.Index} {i}"))).ToArray();
            return new(HashTile.Parse(tile, MerkleHash.AsBytes(hashes)));
        }
    }
}
