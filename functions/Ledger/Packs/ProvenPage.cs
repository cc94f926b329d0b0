using System.Runtime.InteropServices;

namespace TrueCopy.Ledger.Packs;

/// <summary>A node of pages, and what the paths of all of them end with.</summary>
/// <param name="Number">Which: the number of a page, without what <see cref="PackNode.Width"/> pages have in common.</param>
/// <param name="Node">The node; null if its pages are all zero.</param>
/// <param name="Edge">Its hashes if it holds the last page, and so may not have as many as it can; null if it has them all.</param>
/// <param name="Above">The hashes from its own sibling upwards.</param>
internal sealed record StatusBranch(long Number, PackNode? Node, MerkleHash[][]? Edge, MerkleHash[] Above)
{
    /// <summary>Copies the hashes of a path within a node of nothing but zeros.</summary>
    /// <returns>How many.</returns>
    public static int CopyZeros(int level, Span<MerkleHash> path)
    {
        for (var i = 0; i < PackNode.Height; i++)
            path[i] = StatusHasher.Zero((level * PackNode.Height) + i);
        return PackNode.Height;
    }

    /// <summary>Copies the path of a page up to the node's root.</summary>
    /// <returns>How many.</returns>
    public int CopyPath(int number, Span<MerkleHash> path) =>
        Edge is not null ? PackNode.CopyPath(Edge, number, path) : Node?.CopyWholePath(number, path) ?? CopyZeros(0, path);

    /// <summary>How many hashes that is.</summary>
    public int LengthOfPath(int number)
    {
        if (Edge is null)
            return PackNode.Height;
        var count = 0;
        for (var layer = 0; layer < Edge.Length - 1; layer++)
            count += ((number >> layer) ^ 1) < Edge[layer].Length ? 1 : 0;
        return count;
    }
}

/// <summary>A page of the status, and its path where that is kept: nothing is copied before it is needed.</summary>
public readonly struct ProvenPage
{
    private readonly StatusBranch _branch;
    private readonly int _number;

    internal ProvenPage(StatusBranch branch, int number) => (_branch, _number) = (branch, number);

    /// <summary>The page.</summary>
    public ReadOnlyMemory<byte> Page => _branch.Node?.Page(_number) ?? StatusPage.Zero;

    /// <summary>Length of its path in bytes.</summary>
    public int PathLength => (_branch.LengthOfPath(_number) + _branch.Above.Length) * MerkleHash.Size;

    /// <summary>Copies its path, from its sibling upwards.</summary>
    /// <param name="path">Where to, with room for <see cref="PathLength"/> bytes.</param>
    public void CopyPath(Span<byte> path)
    {
        var hashes = MemoryMarshal.Cast<byte, MerkleHash>(path);
        _branch.Above.CopyTo(hashes[_branch.CopyPath(_number, hashes)..]);
    }

    /// <summary>A copy of its path.</summary>
    public byte[] PathToArray()
    {
        var path = new byte[PathLength];
        CopyPath(path);
        return path;
    }
}
