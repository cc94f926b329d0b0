using System.Security.Cryptography;
using TrueCopy.TransparencyLog.Merkle;

namespace TrueCopy.TransparencyLog.Tests;

/// <summary>RFC 6962, section 2.1, written down as the text has it: slow, recursive, and nothing shared with the product.</summary>
internal static class Reference
{
    public static byte[] Mth(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 0)
            return SHA256.HashData([]);
        if (leaves.Length == 1)
            return SHA256.HashData([0, .. leaves[0]]);
        var k = Split(leaves.Length);
        return SHA256.HashData([1, .. Mth(leaves[..k]), .. Mth(leaves[k..])]);
    }

    public static List<byte[]> Path(int m, ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 1)
            return [];
        var k = Split(leaves.Length);
        return m < k
            ? [.. Path(m, leaves[..k]), Mth(leaves[k..])]
            : [.. Path(m - k, leaves[k..]), Mth(leaves[..k])];
    }

    public static List<byte[]> Proof(int m, ReadOnlySpan<byte[]> leaves) => SubProof(m, leaves, true);

    public static MerkleHash[] ToHashes(this IEnumerable<byte[]> hashes) => [.. hashes.Select(hash => new MerkleHash(hash))];

    private static List<byte[]> SubProof(int m, ReadOnlySpan<byte[]> leaves, bool complete)
    {
        if (m == leaves.Length)
            return complete ? [] : [Mth(leaves)];
        var k = Split(leaves.Length);
        return m <= k
            ? [.. SubProof(m, leaves[..k], complete), Mth(leaves[k..])]
            : [.. SubProof(m - k, leaves[k..], false), Mth(leaves[..k])];
    }

    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
            k *= 2;
        return k;
    }
}
