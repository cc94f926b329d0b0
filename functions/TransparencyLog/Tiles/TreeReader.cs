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

    // What paths have in common, by the tile that it is above: a place for each of as many as 16 million leaves have; in a longer log, for the
    // last that was asked for of those that have one.
    private const int MaxShared = 256;
    private Shared?[]? _shared;

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

    /// <summary>The same hashes where they are kept; for most leaves of a long log, one tile is looked up.</summary>
    /// <param name="index">The leaf.</param>
    /// <param name="final">What <see cref="InclusionPath.Final"/> of an earlier path of this leaf was, and then no tile is; null if it is not known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<InclusionPath> FindInclusionPathAsync(long index, MerkleHash[]? final, CancellationToken cancellationToken)
    {
        var leaves = TileId.Of(new Subtree(0, index), size);
        if (leaves.IsPartial)
            return new InclusionPath(await InclusionProofAsync(index, cancellationToken));
        if (final is null)
            (await tiles.GetAsync(leaves, cancellationToken)).CopySiblings(index, final = new MerkleHash[TileId.Height]);
        var shared = Recall(leaves) ?? await FindSharedAsync(leaves, cancellationToken);
        return new InclusionPath(final, shared.Tile, leaves.Index, shared.Rest);
    }

    /// <summary>Copies the same hashes; for leaves in their order, of which 256 have in common what is above their tile, nothing else is done for most.</summary>
    /// <param name="index">The leaf.</param>
    /// <param name="path">Where to, with room for <see cref="InclusionPath.MaxLength"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many there are.</returns>
    public async ValueTask<int> CopyInclusionProofAsync(long index, Memory<MerkleHash> path, CancellationToken cancellationToken)
    {
        var leaves = TileId.Of(new Subtree(0, index), size);
        if (leaves.IsPartial)
        {
            var proof = await InclusionProofAsync(index, cancellationToken);
            proof.CopyTo(path);
            return proof.Length;
        }

        var neighbours = Volatile.Read(ref _neighbours);
        if (neighbours?.Id != leaves)
        {
            neighbours = new Neighbours(leaves, await tiles.GetAsync(leaves, cancellationToken), Recall(leaves) ?? await FindSharedAsync(leaves, cancellationToken));
            Volatile.Write(ref _neighbours, neighbours);
        }

        neighbours.Tile.CopySiblings(index, path.Span);
        var above = new InclusionPath([], neighbours.Shared.Tile, leaves.Index, neighbours.Shared.Rest);
        above.CopyTo(path.Span[TileId.Height..]);
        return TileId.Height + above.Length;
    }

    private Shared? Recall(TileId leaves)
    {
        var known = Volatile.Read(ref PlaceOf(SharedBy(leaves)));
        return known?.By == SharedBy(leaves) ? known : null;
    }

    private async ValueTask<Shared> FindSharedAsync(TileId leaves, CancellationToken cancellationToken)
    {
        var by = SharedBy(leaves);
        var below = TileId.Height * (by.Level + 1);
        TreeRange[] ranges = [.. TreeRange.InclusionProof(leaves.Index * TileId.FullWidth, size).Skip(below)];
        var tile = by == leaves ? null : await tiles.GetAsync(by, cancellationToken);
        var shared = new Shared(by, tile, await HashAllAsync(ranges, cancellationToken));
        Volatile.Write(ref PlaceOf(by), shared);
        return shared;
    }

    // The highest of the two tiles above a leaf that is whole.
    private TileId SharedBy(TileId leaves)
    {
        var above = TileId.At(leaves.Level + 1, leaves.Index / TileId.FullWidth, size);
        return above.IsPartial ? leaves : above;
    }

    private ref Shared? PlaceOf(TileId by)
    {
        var places = _shared ?? Interlocked.CompareExchange(ref _shared, new Shared?[2 * MaxShared], null) ?? _shared;
        return ref places[(by.Level * MaxShared) + (int)(by.Index % MaxShared)];
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
    /// <param name="Shared">What the paths of all of them end with.</param>
    private sealed record Neighbours(TileId Id, HashTile Tile, Shared Shared);

    /// <param name="By">A whole tile of the lowest level, or of the one above it.</param>
    /// <param name="Tile">That tile if it is of the one above; null if not.</param>
    /// <param name="Rest">What the paths of all leaves below it end with.</param>
    private sealed record Shared(TileId By, HashTile? Tile, MerkleHash[] Rest);
}
