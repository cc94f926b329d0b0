namespace TrueCopy.TransparencyLog.Tests;

/// <summary>What the log's core may allocate: counted, so the same on every machine.</summary>
public sealed class AllocationTests
{
    private const int Size = 10_000;
    private const int EntryLength = 200;

    [Fact]
    public void Hashing_leaves_and_nodes_allocates_nothing()
    {
        var entry = new byte[EntryLength];
        var hash = TreeHasher.Leaf(entry);
        Assert.Equal(0, Allocated(() => TreeHasher.Node(TreeHasher.Leaf(entry), hash)));
    }

    [Fact]
    public async Task Checking_a_proof_allocates_nothing()
    {
        var (tree, edge) = Log();
        var proof = await tree.InclusionProofAsync(4711, CancellationToken.None);
        var (leaf, root) = (TreeHasher.Leaf(new byte[EntryLength]), edge.Root());
        Assert.Equal(0, Allocated(() => Assert.True(ProofVerifier.Includes(leaf, 4711, Size, proof, root))));
    }

    [Fact]
    public void A_proof_out_of_tiles_in_memory_allocates_its_hashes_and_little_else()
    {
        var (tree, _) = Log();
        Assert.InRange(Allocated(() => tree.InclusionProofAsync(4711, CancellationToken.None).AsTask().Wait()), 1, 1500);
    }

    [Fact]
    public void Proofs_of_neighbours_in_a_whole_tile_allocate_nothing()
    {
        var ((tree, _), path, shortest) = (Log(), new MerkleHash[63], int.MaxValue);
        Assert.Equal(0, Allocated(() =>
        {
            for (var index = 4608; index < 4608 + TileId.FullWidth; index++)
            {
                var copied = tree.CopyInclusionProofAsync(index, path, CancellationToken.None);
                shortest = Math.Min(shortest, copied.IsCompletedSuccessfully ? copied.Result : 0);
            }
        }));
        Assert.InRange(shortest, TileId.Height, path.Length);
    }

    [Fact]
    public async Task A_path_whose_final_part_is_known_is_found_and_copied_without_allocating()
    {
        var (tree, _) = Log();
        var final = (await tree.FindInclusionPathAsync(4711, null, CancellationToken.None)).Final;
        var (path, length) = (new MerkleHash[InclusionPath.MaxLength], 0);
        Assert.Equal(0, Allocated(() =>
        {
            var found = tree.FindInclusionPathAsync(4711, final, CancellationToken.None);
            var copied = found.IsCompletedSuccessfully ? found.Result : default;
            copied.CopyTo(path);
            length = copied.Length;
        }));
        Assert.Equal(await tree.InclusionProofAsync(4711, CancellationToken.None), path[..length]);
    }

    [Fact]
    public void Appending_allocates_the_bundles_and_tiles_that_come_of_it_and_half_as_much_again()
    {
        var edge = new RightEdge();
        var entry = new byte[EntryLength];
        var allocated = Allocated(() =>
        {
            for (var i = 0; i < Size; i++)
                edge.Append(entry);
            edge.TakeTiles();
        });
        Assert.InRange(allocated / Size, 0, 1.5 * (EntryLength + sizeof(ushort) + (2 * MerkleHash.Size)));
    }

    private static (TreeReader Tree, RightEdge Edge) Log()
    {
        var edge = new RightEdge();
        for (var i = 0; i < Size; i++)
            edge.Append(new byte[EntryLength]);
        var tiles = edge.TakeTiles().Where(tile => !tile.Id.IsEntries).ToDictionary(tile => tile.Id, tile => HashTile.Parse(tile.Id, tile.Bytes.Span));
        return (new TreeReader(new InMemoryTiles(tiles), Size), edge);
    }

    private static long Allocated(Action action)
    {
        // Once for what is allocated only once: code, pools and statics.
        action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class InMemoryTiles(Dictionary<TileId, HashTile> tiles) : IHashTileSource
    {
        public ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken) => new(tiles[tile]);
    }
}
