using System.Collections.Concurrent;

namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>
/// Makes proofs for a tree of a given size out of its tiles. Most proofs need the hash of what is at the tree's right, which is
/// many nodes; a reader that is kept computes it once.
/// </summary>
/// <param name="tiles">Tiles of the log; every tile that a tree of <paramref name="size"/> leaves has.</param>
/// <param name="size">Number of leaves, as a checkpoint states it.</param>
public sealed class TreeReader(IHashTileSource tiles, long size)
{
    // Of ranges that end where the tree does, by where they start; a tree has one a level.
    private readonly ConcurrentDictionary<long, MerkleHash> _ends = new(concurrencyLevel: 1, capacity: 7);
    private Neighbours? _neighbours;

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

    /// <summary>Copies the same hashes; for leaves in their order, of which 256 have in common what is above their tile, nothing else is done for most.</summary>
    /// <param name="index">The leaf.</param>
    /// <param name="path">Where to, with room for 63.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many there are.</returns>
    public async ValueTask<int> CopyInclusionProofAsync(long index, Memory<MerkleHash> path, CancellationToken cancellationToken)
    {
        var tile = TileId.Of(new Subtree(0, index), size);
        if (tile.IsPartial)
        {
            var proof = await InclusionProofAsync(index, cancellationToken);
            proof.CopyTo(path);
            return proof.Length;
        }

        var neighbours = Volatile.Read(ref _neighbours);
        if (neighbours?.Id != tile)
        {
            TreeRange[] above = [.. TreeRange.InclusionProof(index, size).Skip(TileId.Height)];
            neighbours = new Neighbours(tile, await tiles.GetAsync(tile, cancellationToken), await HashAllAsync(above, cancellationToken));
            Volatile.Write(ref _neighbours, neighbours);
        }

        return neighbours.CopyPath(index, path.Span);
    }

    /// <summary>The proof that this tree extends its own first <paramref name="oldSize"/> leaves, for <see cref="ProofVerifier.Extends"/>.</summary>
    public ValueTask<MerkleHash[]> ConsistencyProofAsync(long oldSize, CancellationToken cancellationToken) =>
        HashAllAsync(TreeRange.ConsistencyProof(oldSize, size), cancellationToken);

    private async ValueTask<MerkleHash[]> HashAllAsync(IReadOnlyList<TreeRange> ranges, CancellationToken cancellationToken)
    {
        var fetched = await FetchAsync(ranges, cancellationToken);
        var hashes = new MerkleHash[ranges.Count];
        for (var i = 0; i < hashes.Length; i++)
        {
            if (TryRecall(ranges[i], out hashes[i]))
                continue;
            hashes[i] = Fold(ranges[i], fetched);
            if (ranges[i].End == size)
                _ends[ranges[i].Start] = hashes[i];
        }

        return hashes;
    }

    private bool TryRecall(TreeRange range, out MerkleHash hash)
    {
        hash = default;
        return range.End == size && _ends.TryGetValue(range.Start, out hash);
    }

    // All at once where they have to travel, and without a task where they are in memory. A proof takes a tile or two a
    // level, so a list is faster to search than a dictionary.
    private ValueTask<List<(TileId Id, HashTile Tile)>> FetchAsync(IReadOnlyList<TreeRange> ranges, CancellationToken cancellationToken)
    {
        var fetched = new List<(TileId Id, HashTile Tile)>(4);
        Dictionary<TileId, Task<HashTile>>? travelling = null;
        for (var i = 0; i < ranges.Count; i++)
        {
            if (TryRecall(ranges[i], out _))
                continue;
            for (var rest = ranges[i]; TreeRange.TryTakeLast(ref rest, out var node);)
            {
                var id = TileId.Of(node, size);
                if (IndexOf(fetched, id) >= 0 || travelling?.ContainsKey(id) == true)
                    continue;
                var tile = tiles.GetAsync(id, cancellationToken);
                if (tile.IsCompletedSuccessfully)
                    fetched.Add((id, tile.Result));
                else
                    (travelling ??= []).Add(id, tile.AsTask());
            }
        }

        return travelling is null ? new(fetched) : AwaitAsync(fetched, travelling);
    }

    private static async ValueTask<List<(TileId Id, HashTile Tile)>> AwaitAsync(List<(TileId Id, HashTile Tile)> fetched, Dictionary<TileId, Task<HashTile>> travelling)
    {
        await Task.WhenAll(travelling.Values);
        foreach (var (id, tile) in travelling)
            fetched.Add((id, await tile));
        return fetched;
    }

    // RFC 6962 splits at the largest power of two, so a ragged range hangs its smaller subtrees on the right.
    private MerkleHash Fold(TreeRange range, List<(TileId Id, HashTile Tile)> fetched)
    {
        MerkleHash? hash = null;
        while (TreeRange.TryTakeLast(ref range, out var node))
        {
            var left = fetched[IndexOf(fetched, TileId.Of(node, size))].Tile[node];
            hash = hash is { } right ? TreeHasher.Node(left, right) : left;
        }

        return hash!.Value;
    }

    private static int IndexOf(List<(TileId Id, HashTile Tile)> tiles, TileId id)
    {
        for (var i = 0; i < tiles.Count; i++)
        {
            if (tiles[i].Id == id)
                return i;
        }

        return -1;
    }

    /// <param name="Id">A tile of 256 leaves.</param>
    /// <param name="Tile">The tile.</param>
    /// <param name="Above">What the path of each of them ends with.</param>
    private sealed record Neighbours(TileId Id, HashTile Tile, MerkleHash[] Above)
    {
        public int CopyPath(long index, Span<MerkleHash> path)
        {
            for (var level = 0; level < TileId.Height; level++)
                path[level] = Tile[new Subtree(level, (index >> level) ^ 1)];
            Above.CopyTo(path[TileId.Height..]);
            return TileId.Height + Above.Length;
        }
    }
}
