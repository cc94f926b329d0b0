namespace TrueCopy.TransparencyLog.Tests.Merkle;

/// <summary>Right hashes in the wrong number or order, for every proof of every tree up to 130 leaves.</summary>
public sealed class MisshapenProofTests
{
    private const int MaxSize = 130;
    private static readonly TestLog Log = TestLog.OfSize(MaxSize, everySize: true);
    private static readonly Reference Expected = Reference.OfLog(MaxSize);

    [Fact]
    public async Task An_inclusion_proof_with_a_hash_missing_added_or_moved_fails()
    {
        for (var size = 1; size <= MaxSize; size++)
        {
            var (reader, root) = (new TreeReader(Log.Hashes, size), Root(size));
            for (var index = 0; index < size; index++)
            {
                var (at, of, leaf) = (index, size, TreeHasher.Leaf(TestLog.Entry(index)));
                var proof = await reader.InclusionProofAsync(index, TestContext.Current.CancellationToken);
                AssertShapeMatters(proof, leaf, root, path => ProofVerifier.Includes(leaf, at, of, path, root));
            }
        }
    }

    [Fact]
    public async Task A_consistency_proof_with_a_hash_missing_added_or_moved_fails()
    {
        for (var size = 1; size <= MaxSize; size++)
        {
            var (reader, root) = (new TreeReader(Log.Hashes, size), Root(size));
            for (var old = 1; old <= size; old++)
            {
                var (from, to, oldRoot) = (old, size, Root(old));
                var proof = await reader.ConsistencyProofAsync(old, TestContext.Current.CancellationToken);
                AssertShapeMatters(proof, oldRoot, root, path => ProofVerifier.Extends(from, oldRoot, to, root, path));
            }
        }
    }

    private static MerkleHash Root(int size) => new(Expected.Mth(size));

    private static void AssertShapeMatters(MerkleHash[] proof, MerkleHash start, MerkleHash root, Func<MerkleHash[], bool> verifies)
    {
        Assert.True(verifies(proof));
        foreach (var extra in new[] { default, start, root, proof.LastOrDefault() })
        {
            Assert.False(verifies([.. proof, extra]));
            Assert.False(verifies([extra, .. proof]));
        }

        for (var i = 0; i < proof.Length; i++)
        {
            Assert.False(verifies([.. proof[..i], .. proof[(i + 1)..]]));
            for (var j = i + 1; j < proof.Length; j++)
            {
                var swapped = (MerkleHash[])proof.Clone();
                (swapped[i], swapped[j]) = (proof[j], proof[i]);
                Assert.False(verifies(swapped));
            }
        }
    }
}
