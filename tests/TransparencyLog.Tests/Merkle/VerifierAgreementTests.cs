using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Merkle;

/// <summary>The product's verifier against the algorithms of RFC 9162, which work differently.</summary>
public sealed class VerifierAgreementTests
{
    private const int MaxSize = 24;
    private static readonly Reference Log = Reference.OfLog(MaxSize + 1);

    // A size is not bound by the proof but by the checkpoint: under one root, another size may well ask for the same chain.
    [Fact]
    public void Inclusion_is_judged_as_the_RFC_judges_it_whatever_index_and_size_are_claimed()
    {
        var accepted = 0;
        for (var size = 1; size <= MaxSize; size++)
        {
            var root = Log.Mth(size);
            for (var index = 0; index < size; index++)
            {
                var (leaf, proof) = (Log.Mth(index, index + 1), Log.Path(index, size));
                for (var claimedSize = 0; claimedSize <= MaxSize + 1; claimedSize++)
                {
                    for (var claimedIndex = -1; claimedIndex <= MaxSize + 1; claimedIndex++)
                    {
                        var led = ReferenceVerifier.InclusionRoot(leaf, claimedIndex, claimedSize, proof.ToBytes());
                        var expected = led is not null && led.SequenceEqual(root);
                        Assert.Equal(expected, ProofVerifier.Includes(new MerkleHash(leaf), claimedIndex, claimedSize, proof, new MerkleHash(root)));
                        Assert.True(!expected || claimedSize != size || claimedIndex == index);
                        accepted += expected ? 1 : 0;
                    }
                }
            }
        }

        Assert.True(accepted > MaxSize * (MaxSize + 1) / 2);
    }

    [Fact]
    public void Consistency_is_judged_as_the_RFC_judges_it_whatever_sizes_are_claimed()
    {
        var accepted = 0;
        for (var size = 2; size <= MaxSize; size++)
        {
            for (var old = 1; old < size; old++)
            {
                var (first, second, proof) = (Log.Mth(old), Log.Mth(size), Log.Proof(old, size));
                for (var claimedSize = 2; claimedSize <= MaxSize + 1; claimedSize++)
                {
                    for (var claimedOld = 1; claimedOld < claimedSize; claimedOld++)
                    {
                        var led = ReferenceVerifier.ConsistencyRoots(claimedOld, first, claimedSize, proof.ToBytes());
                        var expected = led is var (one, two) && one.SequenceEqual(first) && two.SequenceEqual(second);
                        Assert.Equal(expected, ProofVerifier.Extends(claimedOld, new MerkleHash(first), claimedSize, new MerkleHash(second), proof));
                        accepted += expected ? 1 : 0;
                    }
                }
            }
        }

        Assert.True(accepted >= MaxSize * (MaxSize - 1) / 2);
    }

    [Fact]
    public void Of_any_tree_up_to_2_to_the_63_a_leaf_has_proofs_of_one_length_only() => Gen.Select(
            Sizes.Where(size => size > 0), Gen.Long[0, long.MaxValue], Gen.Byte.Array[32].Array[65])
        .Sample((size, seed, hashes) =>
        {
            var lengths = 0;
            for (var length = 0; length < hashes.Length; length++)
            {
                var (index, leaf, path) = (seed % size, hashes[^1], hashes[..length]);
                var led = ReferenceVerifier.InclusionRoot(leaf, index, size, path);
                var root = new MerkleHash(led ?? RootIgnoringLength(leaf, path));
                Assert.Equal(led is not null, ProofVerifier.Includes(new MerkleHash(leaf), index, size, path.ToHashes(), root));
                lengths += led is null ? 0 : 1;
            }

            Assert.Equal(1, lengths);
        });

    [Fact]
    public void Of_any_two_trees_up_to_2_to_the_63_consistency_has_proofs_of_one_length_only() => Gen.Select(
            Sizes.Where(size => size > 1), Gen.OneOf(Gen.Long[0, long.MaxValue], Gen.Int[0, 62].Select(bit => (1L << bit) - 1)), Gen.Byte.Array[32].Array[66])
        .Sample((size, seed, hashes) =>
        {
            var old = 1 + (seed % (size - 1));
            var perfect = (old & (old - 1)) == 0;
            var lengths = 0;
            for (var length = 0; length < hashes.Length; length++)
            {
                var (given, path) = (hashes[^1], hashes[..length]);
                var led = ReferenceVerifier.ConsistencyRoots(old, given, size, path);

                // Where the old tree is a node of the new, its root is what the path starts from; otherwise it is what the path leads to.
                var first = new MerkleHash(led is null || perfect ? given : led.Value.First);
                var second = new MerkleHash(led?.Second ?? given);
                Assert.Equal(led is not null, ProofVerifier.Extends(old, first, size, second, path.ToHashes()));
                lengths += led is null ? 0 : 1;
            }

            Assert.Equal(1, lengths);
        });

    // Sizes of every magnitude, and those beside a power of two.
    private static Gen<long> Sizes => Gen.OneOf(
        Gen.Select(Gen.Long[0, long.MaxValue], Gen.Int[0, 62], (value, shift) => value >> shift),
        Gen.Select(Gen.Int[0, 62], Gen.Long[-1, 1], (bit, offset) => (1L << bit) + offset),
        Gen.Const(long.MaxValue));

    private static byte[] RootIgnoringLength(byte[] leaf, byte[][] path) => path.LastOrDefault() ?? leaf;
}
