namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>The hashes of one tile together with every perfect subtree inside it, so that proofs only look up.</summary>
public sealed class HashTile
{
    // _levels[h] holds the hashes of the perfect subtrees of height h inside the tile; _levels[0] is what the tile stores.
    private readonly MerkleHash[][] _levels;

    private HashTile(MerkleHash[][] levels) => _levels = levels;

    /// <summary>How many hashes the tile stores: 1 to 256.</summary>
    public int Width => _levels[0].Length;

    /// <summary>The hashes as stored.</summary>
    public ReadOnlySpan<MerkleHash> Hashes => _levels[0];

    /// <summary>The root of a full tile, which the tile above stores.</summary>
    internal MerkleHash Root => TreeHasher.Node(_levels[^1][0], _levels[^1][1]);

    /// <summary>Approximate memory that this object holds, in bytes, for sizing caches.</summary>
    public int Footprint => _levels.Sum(level => level.Length) * MerkleHash.Size;

    /// <summary>Reads a tile's bytes and computes the nodes inside it.</summary>
    /// <exception cref="LogFormatException">The bytes are not exactly as many hashes as <paramref name="id"/> names.</exception>
    public static HashTile Parse(TileId id, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != id.Width * MerkleHash.Size)
            throw new LogFormatException($"tile {id}: a tile of width {id.Width} has {id.Width * MerkleHash.Size} bytes, not {bytes.Length}");

        return Of(MerkleHash.Cast(bytes).ToArray());
    }

    /// <summary>Computes the nodes inside a tile.</summary>
    /// <param name="hashes">What the tile stores; nobody changes them any more.</param>
    internal static HashTile Of(MerkleHash[] hashes)
    {
        var levels = new List<MerkleHash[]>(TileId.Height) { hashes };
        while (levels[^1].Length > 1 && levels.Count < TileId.Height)
        {
            var below = levels[^1];
            var level = new MerkleHash[below.Length / 2];
            for (var i = 0; i < level.Length; i++)
                level[i] = TreeHasher.Node(below[2 * i], below[(2 * i) + 1]);
            levels.Add(level);
        }

        return new HashTile([.. levels]);
    }

    /// <summary>The hash of a perfect subtree that <see cref="TileId.Of"/> places in this tile.</summary>
    public MerkleHash this[Subtree node]
    {
        get
        {
            var height = node.Level % TileId.Height;
            return _levels[height][node.Index & ((TileId.FullWidth >> height) - 1)];
        }
    }
}
