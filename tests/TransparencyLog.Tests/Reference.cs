using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace TrueCopy.TransparencyLog.Tests;

/// <summary>RFC 6962, section 2.1, written down as the text has it: recursive, and nothing shared with the product. D[a:b] is remembered.</summary>
internal sealed class Reference(IReadOnlyList<byte[]> leaves)
{
    private readonly ConcurrentDictionary<(int Start, int End), byte[]> _known = [];

    /// <summary>The reference over the first entries of <see cref="TestLog"/>.</summary>
    public static Reference OfLog(int size) => new([.. Enumerable.Range(0, size).Select(i => TestLog.Entry(i))]);

    /// <summary>MTH(D[0:n]).</summary>
    public byte[] Mth(int n) => Mth(0, n);

    /// <summary>MTH(D[start:end]).</summary>
    public byte[] Mth(int start, int end)
    {
        var n = end - start;
        if (n == 0)
            return SHA256.HashData([]);
        if (_known.TryGetValue((start, end), out var known))
            return known;
        return _known[(start, end)] = n == 1
            ? SHA256.HashData([0, .. leaves[start]])
            : SHA256.HashData([1, .. Mth(start, start + Split(n)), .. Mth(start + Split(n), end)]);
    }

    /// <summary>PATH(m, D[0:n]).</summary>
    public MerkleHash[] Path(int m, int n) => [.. Path(m, 0, n).Select(hash => new MerkleHash(hash))];

    /// <summary>PROOF(m, D[0:n]).</summary>
    public MerkleHash[] Proof(int m, int n) => [.. SubProof(m, 0, n, true).Select(hash => new MerkleHash(hash))];

    private List<byte[]> Path(int m, int start, int end)
    {
        if (end - start == 1)
            return [];
        var k = Split(end - start);
        return m < k
            ? [.. Path(m, start, start + k), Mth(start + k, end)]
            : [.. Path(m - k, start + k, end), Mth(start, start + k)];
    }

    private List<byte[]> SubProof(int m, int start, int end, bool complete)
    {
        if (m == end - start)
            return complete ? [] : [Mth(start, end)];
        var k = Split(end - start);
        return m <= k
            ? [.. SubProof(m, start, start + k, complete), Mth(start + k, end)]
            : [.. SubProof(m - k, start + k, end, false), Mth(start, start + k)];
    }

    // "Let k be the largest power of two smaller than n."
    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
            k *= 2;
        return k;
    }
}
