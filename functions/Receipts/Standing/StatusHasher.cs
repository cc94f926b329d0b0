namespace TrueCopy.Receipts.Standing;

/// <summary>
/// The hashes of the status tree: those of the log's own tree (<see cref="TreeHasher"/>) over pages. Nearly all of it is
/// zero, and the hashes of what is zero are constants.
/// </summary>
public static class StatusHasher
{
    private static readonly MerkleHash[] Zeros = MakeZeros();

    /// <summary>The leaf of a page.</summary>
    public static MerkleHash Page(ReadOnlySpan<byte> page) => page.Length == StatusPage.Length
        ? TreeHasher.Leaf(page)
        : throw new ArgumentException($"A page has {StatusPage.Length} bytes.", nameof(page));

    /// <summary>The root of 2^<paramref name="level"/> pages that are all zero.</summary>
    /// <param name="level">0 (one page) to 62.</param>
    public static MerkleHash Zero(int level) => Zeros[level];

    /// <summary>The root over some pages of the tree, such as all of them or those that one hash of a path stands for.</summary>
    /// <param name="pages">Which.</param>
    /// <param name="node">The root of a perfect subtree.</param>
    public static MerkleHash Root(TreeRange pages, Func<Subtree, MerkleHash> node)
    {
        MerkleHash? root = null;
        for (var rest = pages; TreeRange.TryTakeLast(ref rest, out var last);)
            root = root is { } right ? TreeHasher.Node(node(last), right) : node(last);
        return root ?? TreeHasher.EmptyRoot;
    }

    private static MerkleHash[] MakeZeros()
    {
        var zeros = new MerkleHash[63];
        zeros[0] = TreeHasher.Leaf(StatusPage.Zero.Span);
        for (var level = 1; level < zeros.Length; level++)
            zeros[level] = TreeHasher.Node(zeros[level - 1], zeros[level - 1]);
        return zeros;
    }
}
