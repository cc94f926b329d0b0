namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>The hashes of one tile together with every perfect subtree inside it, so that proofs only look up.</summary>
public sealed class HashTile
{
    // The hashes of the perfect subtrees of height 0, which are what the tile stores, then of height 1, and so on: where one is follows from
    // its place, so that those of a path are read at once and not one after the other.
    private readonly MerkleHash[] _nodes;

    private HashTile(int width, MerkleHash[] nodes) => (Width, _nodes) = (width, nodes);

    /// <summary>How many hashes the tile stores: 1 to 256.</summary>
    public int Width { get; }

    /// <summary>The hashes as stored.</summary>
    public ReadOnlySpan<MerkleHash> Hashes => _nodes.AsSpan(0, Width);

    /// <summary>The root of a full tile, which the tile above stores.</summary>
    internal MerkleHash Root => TreeHasher.Node(_nodes[^2], _nodes[^1]);

    /// <summary>Approximate memory that this object holds, in bytes, for sizing caches.</summary>
    public int Footprint => _nodes.Length * MerkleHash.Size;

    /// <summary>Reads a tile's bytes and computes the nodes inside it.</summary>
    /// <exception cref="LogFormatException">The bytes are not exactly as many hashes as <paramref name="id"/> names.</exception>
    public static HashTile Parse(TileId id, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != id.Width * MerkleHash.Size)
            throw new LogFormatException($"tile {id}: a tile of width {id.Width} has {id.Width * MerkleHash.Size} bytes, not {bytes.Length}");

        return Of(MerkleHash.Cast(bytes));
    }

    /// <summary>Computes the nodes inside a tile.</summary>
    /// <param name="hashes">What the tile stores.</param>
    internal static HashTile Of(ReadOnlySpan<MerkleHash> hashes)
    {
        var nodes = new MerkleHash[StartOf(TileId.Height, hashes.Length)];
        hashes.CopyTo(nodes);
        for (var height = 1; height < TileId.Height; height++)
        {
            var below = nodes.AsSpan(StartOf(height - 1, hashes.Length));
            var level = nodes.AsSpan(StartOf(height, hashes.Length), hashes.Length >> height);
            for (var i = 0; i < level.Length; i++)
                level[i] = TreeHasher.Node(below[2 * i], below[(2 * i) + 1]);
        }

        return new HashTile(hashes.Length, nodes);
    }

    /// <summary>The hash of a perfect subtree that <see cref="TileId.Of"/> places in this tile.</summary>
    public MerkleHash this[Subtree node]
    {
        get
        {
            var height = node.Level % TileId.Height;
            var position = (int)node.Index & ((TileId.FullWidth >> height) - 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Width >> height, nameof(node));
            return _nodes[StartOf(height, Width) + position];
        }
    }

    /// <summary>Copies the siblings of one of the hashes of a whole tile, from its own upwards: <see cref="TileId.Height"/> of them.</summary>
    /// <param name="index">Which hash, in the tile or in the level of the tree.</param>
    /// <param name="path">Where to.</param>
    internal void CopySiblings(long index, Span<MerkleHash> path)
    {
        var nodes = _nodes.AsSpan(0, StartOf(TileId.Height, TileId.FullWidth));
        var position = (int)index & (TileId.FullWidth - 1);
        for (var height = 0; height < TileId.Height; height++)
            path[height] = nodes[StartOf(height, TileId.FullWidth) + ((position >> height) ^ 1)];
    }

    private static int StartOf(int height, int width)
    {
        if (width == TileId.FullWidth)
            return (2 * TileId.FullWidth) - ((2 * TileId.FullWidth) >> height);
        var start = 0;
        for (var below = 0; below < height; below++)
            start += width >> below;
        return start;
    }
}
