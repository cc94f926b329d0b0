using System.Numerics;

namespace TrueCopy.TransparencyLog.Auditing;

/// <summary>
/// The beginning of a log whose entries were all hashed: whole bundles, summed up by at most 55 hashes, so that an audit
/// goes on where the last one ended.
/// </summary>
public sealed class AuditedPrefix
{
    /// <summary>Nothing yet.</summary>
    public static readonly AuditedPrefix Empty = new(0, []);

    private readonly MerkleHash[] _nodes;

    /// <summary>Takes up an earlier audit.</summary>
    /// <param name="size">Number of entries; whole bundles.</param>
    /// <param name="nodes">Roots of the perfect subtrees that make it up, the largest first.</param>
    /// <exception cref="LogFormatException">No such prefix has so many nodes.</exception>
    public AuditedPrefix(long size, IReadOnlyList<MerkleHash> nodes)
    {
        if (size < 0 || size % TileId.FullWidth != 0 || nodes.Count != BitOperations.PopCount((ulong)size))
            throw new LogFormatException("audited prefix: whole bundles, and one hash for each perfect subtree");
        Size = size;
        _nodes = [.. nodes];
    }

    /// <summary>Number of entries.</summary>
    public long Size { get; }

    /// <summary>Roots of the perfect subtrees, the largest first.</summary>
    public IReadOnlyList<MerkleHash> Nodes => _nodes;

    /// <summary>Adds the next whole bundle.</summary>
    /// <param name="bundle">Root over its entries.</param>
    /// <param name="grown">The subtree that it completed at every height on the way up, the bundle's own first.</param>
    public AuditedPrefix Append(MerkleHash bundle, out IReadOnlyList<(Subtree Node, MerkleHash Hash)> grown)
    {
        var nodes = new List<MerkleHash>(_nodes);
        var completed = new List<(Subtree, MerkleHash)>();
        var (hash, height, index) = (bundle, TileId.Height, Size >> TileId.Height);
        completed.Add((new Subtree(height, index), hash));
        for (; ((Size >> height) & 1) == 1; nodes.RemoveAt(nodes.Count - 1))
        {
            hash = TreeHasher.Node(nodes[^1], hash);
            (height, index) = (height + 1, index >> 1);
            completed.Add((new Subtree(height, index), hash));
        }

        nodes.Add(hash);
        grown = completed;
        return new AuditedPrefix(Size + TileId.FullWidth, nodes);
    }

    /// <summary>The node of a perfect subtree that the prefix is made up of.</summary>
    public MerkleHash this[int height] => _nodes[BitOperations.PopCount((ulong)Size >> (height + 1))];

    /// <summary>The root over the prefix and, after it, the perfect subtrees of a last, partial bundle.</summary>
    /// <param name="rest">Their roots, the largest first.</param>
    public MerkleHash Root(IEnumerable<MerkleHash> rest)
    {
        MerkleHash? root = null;
        foreach (var node in _nodes.Concat(rest).Reverse())
            root = root is { } right ? TreeHasher.Node(node, right) : node;
        return root ?? TreeHasher.EmptyRoot;
    }
}
