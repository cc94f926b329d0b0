namespace TrueCopy.TransparencyLog.Tests.Merkle;

/// <summary>
/// Every proof of every tree up to 264 leaves, which is beyond the first tile. Altered ones, where one bit of the leaf, a root or a
/// hash of the path is flipped: every bit for trees up to 33 leaves, and beyond that one bit of every hash of every
/// proof, walking through all 256. <c>TRUECOPY_EXHAUSTIVE=1</c> goes to 600 leaves and flips every bit of every hash.
/// </summary>
public sealed class ExhaustiveProofTests
{
    private static readonly bool IsExhaustive = Environment.GetEnvironmentVariable("TRUECOPY_EXHAUSTIVE") == "1";
    private static readonly int MaxSize = IsExhaustive ? 600 : 264;
    private const int Bits = 8 * MerkleHash.Size;
    private static readonly int EveryBitUpTo = IsExhaustive ? MaxSize : 33;
    private static readonly TestLog Log = TestLog.OfSize(MaxSize, everySize: true);
    private static readonly Reference Expected = Reference.OfLog(MaxSize);
    private static readonly MerkleHash[] Roots = [.. Enumerable.Range(0, MaxSize + 1).Select(size => new MerkleHash(Expected.Mth(size)))];

    [Fact]
    public Task Every_inclusion_proof_is_that_of_the_RFC_and_verifies_and_with_any_bit_changed_fails() => ForEveryPairAsync(
        async (reader, size, count) =>
        {
            var index = count - 1;
            var proof = await reader.InclusionProofAsync(index, TestContext.Current.CancellationToken);
            AssertSame(Expected.Path(index, size), proof, $"leaf {index} of {size}");
            return Flip(
                [TreeHasher.Leaf(TestLog.Entry(index)), Roots[size], .. proof],
                size,
                index,
                hashes => ProofVerifier.Includes(hashes[0], index, size, hashes.AsSpan(2), hashes[1]));
        });

    [Fact]
    public Task Every_consistency_proof_is_that_of_the_RFC_and_verifies_and_with_any_bit_changed_fails() => ForEveryPairAsync(
        async (reader, size, old) =>
        {
            var proof = await reader.ConsistencyProofAsync(old, TestContext.Current.CancellationToken);
            AssertSame(Expected.Proof(old, size), proof, $"from {old} to {size}");
            return Flip(
                [Roots[old], Roots[size], .. proof],
                size,
                old,
                hashes => ProofVerifier.Extends(old, hashes[0], size, hashes[1], hashes.AsSpan(2)));
        });

    // Calls check with every size and, for each, every number from 1 to that size.
    private static async Task ForEveryPairAsync(Func<TreeReader, int, int, Task<long>> check)
    {
        var (proofs, flips) = (0L, 0L);
        await Parallel.ForEachAsync(Enumerable.Range(1, MaxSize), async (size, _) =>
        {
            var reader = new TreeReader(Log.Hashes, size);
            for (var count = 1; count <= size; count++)
            {
                Interlocked.Add(ref flips, await check(reader, size, count));
                Interlocked.Increment(ref proofs);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{proofs} proofs verified, {flips} altered ones refused");
        Assert.Equal(MaxSize * (MaxSize + 1) / 2, proofs);
    }

    private static void AssertSame(MerkleHash[] expected, MerkleHash[] actual, string proof)
    {
        if (!expected.AsSpan().SequenceEqual(actual))
            Assert.Fail($"the proof {proof} is not that of the RFC");
    }

    private static long Flip(MerkleHash[] hashes, int size, int seed, Func<MerkleHash[], bool> verifies)
    {
        Assert.True(verifies(hashes), $"size {size}, proof {seed}");
        var flips = 0L;
        Span<byte> bytes = stackalloc byte[MerkleHash.Size];
        for (var element = 0; element < hashes.Length; element++)
        {
            var original = hashes[element];
            var walking = (seed + (31 * element)) % Bits;
            var (first, last) = size <= EveryBitUpTo ? (0, Bits - 1) : (walking, walking);
            for (var bit = first; bit <= last; bit++, flips++)
            {
                original.Bytes.CopyTo(bytes);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                hashes[element] = new MerkleHash(bytes);
                if (verifies(hashes))
                    Assert.Fail($"size {size}, proof {seed}: bit {bit} of hash {element} does not matter");
            }

            hashes[element] = original;
        }

        return flips;
    }
}
