using TrueCopy.TransparencyLog.Merkle;

namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>Makes proofs for a tree of a given size out of its tiles.</summary>
/// <param name="tiles">Tiles of the log; every tile that a tree of <paramref name="size"/> leaves has.</param>
/// <param name="size">Number of leaves, as a checkpoint states it.</param>
public sealed class TreeReader(IHashTileSource tiles, long size)
{
    /// <summary>The root: what the checkpoint of this size signs.</summary>
    public ValueTask<MerkleHash> RootAsync(CancellationToken cancellationToken) => PrefixRootAsync(size, cancellationToken);

    /// <summary>The root over the first <paramref name="prefix"/> leaves: what a checkpoint of that size signs, out of this tree's tiles alone.</summary>
    public async ValueTask<MerkleHash> PrefixRootAsync(long prefix, CancellationToken cancellationToken) => prefix == 0
        ? TreeHasher.EmptyRoot
        : (await HashAllAsync([new TreeRange(0, prefix)], cancellationToken))[0];

    /// <summary>The hash of leaf <paramref name="index"/>.</summary>
    public async ValueTask<MerkleHash> LeafAsync(long index, CancellationToken cancellationToken)
    {
        var leaf = new Subtree(0, index);
        return (await tiles.GetAsync(TileId.Of(leaf, size), cancellationToken))[leaf];
    }

    /// <summary>Sibling hashes from leaf <paramref name="index"/> upwards, for <see cref="ProofVerifier.Includes"/>.</summary>
    public ValueTask<MerkleHash[]> InclusionProofAsync(long index, CancellationToken cancellationToken) =>
        HashAllAsync(TreeRange.InclusionProof(index, size), cancellationToken);

    /// <summary>The proof that this tree extends its own first <paramref name="oldSize"/> leaves, for <see cref="ProofVerifier.Extends"/>.</summary>
    public ValueTask<MerkleHash[]> ConsistencyProofAsync(long oldSize, CancellationToken cancellationToken) =>
        HashAllAsync(TreeRange.ConsistencyProof(oldSize, size), cancellationToken);

    private async ValueTask<MerkleHash[]> HashAllAsync(IReadOnlyList<TreeRange> ranges, CancellationToken cancellationToken)
    {
        var needed = ranges.SelectMany(range => range.PerfectSubtrees()).Select(node => TileId.Of(node, size)).Distinct().ToArray();
        var fetched = new Dictionary<TileId, HashTile>(needed.Length);
        var pending = Array.ConvertAll(needed, tile => tiles.GetAsync(tile, cancellationToken).AsTask());
        var results = await Task.WhenAll(pending);
        for (var i = 0; i < needed.Length; i++)
            fetched.Add(needed[i], results[i]);

        var hashes = new MerkleHash[ranges.Count];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = Fold(ranges[i], fetched);
        return hashes;
    }

    // RFC 6962 splits at the largest power of two, so a ragged range hangs its smaller subtrees on the right.
    private MerkleHash Fold(TreeRange range, Dictionary<TileId, HashTile> fetched)
    {
        MerkleHash? hash = null;
        foreach (var node in range.PerfectSubtrees().Reverse())
        {
            var left = fetched[TileId.Of(node, size)][node];
            hash = hash is { } right ? TreeHasher.Node(left, right) : left;
        }

        return hash!.Value;
    }
}
