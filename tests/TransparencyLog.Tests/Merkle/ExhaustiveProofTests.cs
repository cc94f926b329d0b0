using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Tiles;

namespace TrueCopy.TransparencyLog.Tests.Merkle;

/// <summary>
/// Every proof of every tree up to 600 leaves. Altered proofs: every bit for trees up to 48 leaves, and beyond that one
/// bit of every hash, walking through all 256. <c>TRUECOPY_EXHAUSTIVE=1</c> flips every bit of every proof.
/// </summary>
public sealed class ExhaustiveProofTests
{
    private const int MaxSize = 600;
    private static readonly int EveryBitUpTo = Environment.GetEnvironmentVariable("TRUECOPY_EXHAUSTIVE") == "1" ? MaxSize : 48;
    private static readonly TestLog Log = TestLog.OfSize(MaxSize, everySize: true);
    private static readonly MerkleHash[] Roots = [.. Enumerable.Range(0, MaxSize + 1).Select(RootOf)];

    [Fact]
    public async Task Every_inclusion_proof_verifies_and_every_altered_one_fails()
    {
        var flips = 0L;
        await Parallel.ForEachAsync(Enumerable.Range(1, MaxSize), async (size, stop) =>
        {
            var reader = new TreeReader(Log.Hashes, size);
            for (var index = 0; index < size; index++)
            {
                var leaf = TreeHasher.Leaf(TestLog.Entry(index));
                var proof = await reader.InclusionProofAsync(index, stop);
                Assert.True(ProofVerifier.Includes(leaf, index, size, proof, Roots[size]), $"leaf {index} of {size}");
                var tried = Flip(proof, size, index, altered => ProofVerifier.Includes(leaf, index, size, altered, Roots[size]));
                Interlocked.Add(ref flips, tried);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{flips} altered proofs refused");
        Assert.True(flips > 1_000_000);
    }

    [Fact]
    public async Task Every_consistency_proof_verifies_and_every_altered_one_fails()
    {
        var flips = 0L;
        await Parallel.ForEachAsync(Enumerable.Range(1, MaxSize), async (size, stop) =>
        {
            var reader = new TreeReader(Log.Hashes, size);
            for (var old = 1; old <= size; old++)
            {
                var from = old;
                var proof = await reader.ConsistencyProofAsync(old, stop);
                Assert.True(ProofVerifier.Extends(old, Roots[old], size, Roots[size], proof), $"{old} to {size}");
                var tried = Flip(proof, size, old, altered => ProofVerifier.Extends(from, Roots[from], size, Roots[size], altered));
                Interlocked.Add(ref flips, tried);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{flips} altered proofs refused");
        Assert.True(flips > 1_000_000);
    }

    [Fact]
    public async Task Proofs_are_those_of_the_text_of_the_RFC()
    {
        foreach (var size in new[] { 1, 2, 3, 7, 8, 9, 31, 64, 65, 100, 255, 256, 257 })
        {
            var leaves = Enumerable.Range(0, size).Select(i => TestLog.Entry(i)).ToArray();
            var reader = new TreeReader(Log.Hashes, size);
            Assert.Equal(new MerkleHash(Reference.Mth(leaves)), await reader.RootAsync(TestContext.Current.CancellationToken));
            for (var i = 0; i < size; i += Math.Max(1, size / 20))
            {
                Assert.Equal(Reference.Path(i, leaves).ToHashes(), await reader.InclusionProofAsync(i, TestContext.Current.CancellationToken));
                Assert.Equal(Reference.Proof(i + 1, leaves).ToHashes(), await reader.ConsistencyProofAsync(i + 1, TestContext.Current.CancellationToken));
            }
        }
    }

    private static MerkleHash RootOf(int size)
    {
        var edge = new RightEdge();
        for (var i = 0; i < size; i++)
            edge.Append(TestLog.Entry(i));
        return edge.Root();
    }

    private static long Flip(MerkleHash[] proof, int size, int seed, Func<MerkleHash[], bool> verifies)
    {
        var flips = 0L;
        var altered = (MerkleHash[])proof.Clone();
        Span<byte> bytes = stackalloc byte[MerkleHash.Size];
        for (var element = 0; element < proof.Length; element++)
        {
            var (first, last) = size <= EveryBitUpTo ? (0, 255) : ((seed + (31 * element)) % 256, (seed + (31 * element)) % 256);
            for (var bit = first; bit <= last; bit++, flips++)
            {
                proof[element].Bytes.CopyTo(bytes);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                altered[element] = new MerkleHash(bytes);
                Assert.False(verifies(altered), $"size {size}, bit {bit} of hash {element}");
            }

            altered[element] = proof[element];
        }

        return flips;
    }
}
