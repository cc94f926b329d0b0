using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace TrueCopy.Receipts.Digests;

/// <summary>Several digests of the same bytes in one pass over them.</summary>
internal sealed class IncrementalDigest : IDisposable
{
    private readonly IReadOnlyList<DigestAlgorithm> _algorithms;
    private readonly List<IncrementalHash> _hashes = [];
    private readonly SM3Digest? _sm3;

    public IncrementalDigest(IReadOnlyList<DigestAlgorithm> algorithms)
    {
        _algorithms = algorithms;
        foreach (var algorithm in algorithms)
        {
            if (algorithm == DigestAlgorithm.Sm3)
                _sm3 = new SM3Digest();
            else
                _hashes.Add(IncrementalHash.CreateHash(NameOf(algorithm)));
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var hash in _hashes)
            hash.AppendData(bytes);
        _sm3?.BlockUpdate(bytes);
    }

    /// <summary>The digests, in the order in which the algorithms were given.</summary>
    public IReadOnlyList<Digest> Finish()
    {
        var digests = new List<Digest>(_algorithms.Count);
        var next = 0;
        foreach (var algorithm in _algorithms)
        {
            if (algorithm == DigestAlgorithm.Sm3)
            {
                var output = new byte[algorithm.Length];
                _sm3!.DoFinal(output);
                digests.Add(new Digest(algorithm, output));
            }
            else
            {
                digests.Add(new Digest(algorithm, _hashes[next++].GetHashAndReset()));
            }
        }

        return digests;
    }

    public void Dispose() => _hashes.ForEach(hash => hash.Dispose());

    private static HashAlgorithmName NameOf(DigestAlgorithm algorithm) => algorithm.Name switch
    {
        "sha-256" => HashAlgorithmName.SHA256,
        "sha-384" => HashAlgorithmName.SHA384,
        "sha-512" => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm.Name, "The framework does not hash with it."),
    };
}
