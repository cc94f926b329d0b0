using System.Buffers;
using System.Security.Cryptography;

namespace TrueCopy.Receipts.Digests;

/// <summary>Hashes a stream while reading it: two blocks of memory whatever its length.</summary>
public static class StreamDigest
{
    private const int BlockSize = 1024 * 1024;

    /// <summary>Reads <paramref name="stream"/> to its end and returns one digest an algorithm, in the order given.</summary>
    /// <param name="stream">Read from its present position; not disposed.</param>
    /// <param name="algorithms">At least one, each once.</param>
    /// <param name="progress">Told the number of bytes hashed so far after every block; null for none.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    public static async Task<IReadOnlyList<Digest>> ComputeAsync(
        Stream stream,
        IReadOnlyList<DigestAlgorithm> algorithms,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        using var digest = new IncrementalDigest(algorithms);
        var current = ArrayPool<byte>.Shared.Rent(BlockSize);
        var next = ArrayPool<byte>.Shared.Rent(BlockSize);
        Task<int>? reading = null;
        try
        {
            var total = 0L;
            var length = await ReadBlockAsync(stream, current, cancellationToken);
            while (length > 0)
            {
                // The next block travels while this one is hashed. A short block is the last, so a small stream is read once.
                var block = next;
                reading = length < BlockSize ? Task.FromResult(0) : Task.Run(() => ReadBlockAsync(stream, block, cancellationToken), cancellationToken);
                digest.Append(current.AsSpan(0, length));
                total += length;
                progress?.Report(total);
                length = await reading;
                (current, next) = (next, current);
            }

            return digest.Finish();
        }
        finally
        {
            // A buffer still being filled must not go back to the pool.
            if (reading is null or { IsCompleted: true })
            {
                ArrayPool<byte>.Shared.Return(current);
                ArrayPool<byte>.Shared.Return(next);
            }
        }
    }

    /// <summary>The same of bytes that are in memory.</summary>
    public static IReadOnlyList<Digest> Compute(ReadOnlySpan<byte> bytes, IReadOnlyList<DigestAlgorithm> algorithms)
    {
        using var digest = new IncrementalDigest(algorithms);
        digest.Append(bytes);
        return digest.Finish();
    }

    private static async Task<int> ReadBlockAsync(Stream stream, byte[] block, CancellationToken cancellationToken) =>
        await stream.ReadAtLeastAsync(block.AsMemory(0, BlockSize), BlockSize, throwOnEndOfStream: false, cancellationToken);
}

/// <summary>Several digests of the same bytes in one pass over them.</summary>
internal sealed class IncrementalDigest : IDisposable
{
    private readonly IReadOnlyList<DigestAlgorithm> _algorithms;
    private readonly List<IncrementalHash> _hashes = [];
    private readonly Sm3? _sm3;

    public IncrementalDigest(IReadOnlyList<DigestAlgorithm> algorithms)
    {
        _algorithms = algorithms;
        foreach (var algorithm in algorithms)
        {
            if (algorithm == DigestAlgorithm.Sm3)
                _sm3 = new Sm3();
            else
                _hashes.Add(IncrementalHash.CreateHash(NameOf(algorithm)));
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var hash in _hashes)
            hash.AppendData(bytes);
        _sm3?.Append(bytes);
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
                _sm3!.Finish(output);
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
