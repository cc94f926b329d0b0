using System.Security.Cryptography;

namespace TrueCopy.TransparencyLog.Tests;

/// <summary>
/// RFC 9162, sections 2.1.3.2 and 2.1.4.2, step by step as the text has them; the product computes the shape of a proof
/// first, this shifts its way up.
/// </summary>
internal static class ReferenceVerifier
{
    /// <summary>The root that the path leads to, or null where it is too short or too long.</summary>
    public static byte[]? InclusionRoot(byte[] leaf, long index, long size, IEnumerable<byte[]> path)
    {
        if (index < 0 || index >= size)
            return null;
        var (fn, sn, r) = (index, size - 1, leaf);
        foreach (var p in path)
        {
            if (sn == 0)
                return null;
            if ((fn & 1) == 1 || fn == sn)
            {
                r = Node(p, r);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                r = Node(r, p);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 ? r : null;
    }

    /// <summary>The two roots that the path leads to, or null where it is too short or too long; for 0 &lt; first &lt; second.</summary>
    public static (byte[] First, byte[] Second)? ConsistencyRoots(long first, byte[] firstHash, long second, IReadOnlyList<byte[]> path)
    {
        if (path.Count == 0)
            return null;
        IReadOnlyList<byte[]> hashes = (first & (first - 1)) == 0 ? [firstHash, .. path] : path;
        var (fn, sn) = (first - 1, second - 1);
        while ((fn & 1) == 1)
            (fn, sn) = (fn >> 1, sn >> 1);
        var (fr, sr) = (hashes[0], hashes[0]);
        foreach (var c in hashes.Skip(1))
        {
            if (sn == 0)
                return null;
            if ((fn & 1) == 1 || fn == sn)
            {
                (fr, sr) = (Node(c, fr), Node(c, sr));
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                sr = Node(sr, c);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 ? (fr, sr) : null;
    }

    public static byte[][] ToBytes(this IEnumerable<MerkleHash> hashes) => [.. hashes.Select(hash => hash.Bytes.ToArray())];

    public static MerkleHash[] ToHashes(this IEnumerable<byte[]> hashes) => [.. hashes.Select(hash => new MerkleHash(hash))];

    private static byte[] Node(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);
}
