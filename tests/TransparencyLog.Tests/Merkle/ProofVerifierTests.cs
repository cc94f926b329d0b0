namespace TrueCopy.TransparencyLog.Tests.Merkle;

public sealed class ProofVerifierTests
{
    private const int MaxSize = 64;
    private static readonly TestLog Log = TestLog.OfSize(80, everySize: true);

    [Fact]
    public async Task A_leaf_passes_for_no_index_but_its_own()
    {
        for (var size = 1; size <= MaxSize; size++)
        {
            var root = await RootAsync(size);
            for (var index = 0; index < size; index++)
            {
                var proof = await ProofAsync(index, size);
                for (var other = -1; other <= size + 1; other++)
                    Assert.Equal(other == index, ProofVerifier.Includes(Leaf(index), other, size, proof, root));
            }
        }
    }

    [Fact]
    public async Task A_proof_passes_for_no_leaf_but_its_own()
    {
        for (var size = 1; size <= MaxSize; size++)
        {
            var root = await RootAsync(size);
            for (var index = 0; index < size; index++)
            {
                var proof = await ProofAsync(index, size);
                for (var other = 0; other < size; other++)
                    Assert.Equal(other == index, ProofVerifier.Includes(Leaf(other), index, size, proof, root));
            }
        }
    }

    [Fact]
    public async Task A_proof_made_for_one_size_fails_under_the_root_of_every_other()
    {
        var roots = new MerkleHash[MaxSize + 1];
        for (var size = 0; size <= MaxSize; size++)
            roots[size] = await RootAsync(size);
        for (var size = 1; size <= MaxSize; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var proof = await ProofAsync(index, size);
                for (var other = 0; other <= MaxSize; other++)
                    Assert.Equal(other == size, ProofVerifier.Includes(Leaf(index), index, other, proof, roots[other]));
            }
        }
    }

    [Fact]
    public async Task An_inner_node_does_not_pass_as_a_leaf_of_a_smaller_tree()
    {
        var (left, right) = (TreeHasher.Node(Leaf(0), Leaf(1)), TreeHasher.Node(Leaf(2), Leaf(3)));
        var root = await RootAsync(4);
        Assert.Equal(TreeHasher.Node(left, right), root);
        Assert.False(ProofVerifier.Includes(left, 0, 4, [right], root));
        Assert.NotEqual(left, TreeHasher.Leaf([.. Leaf(0).Bytes, .. Leaf(1).Bytes]));
    }

    [Fact]
    public async Task A_proof_has_exactly_the_length_that_its_index_and_size_ask_for()
    {
        var reader = new TreeReader(Log.Hashes, 9);
        var root = await reader.RootAsync(TestContext.Current.CancellationToken);
        var leaf = TreeHasher.Leaf(TestLog.Entry(8));
        var proof = await reader.InclusionProofAsync(8, TestContext.Current.CancellationToken);

        Assert.Single(proof);
        Assert.True(ProofVerifier.Includes(leaf, 8, 9, proof, root));
        Assert.False(ProofVerifier.Includes(leaf, 8, 9, [], root));
        Assert.False(ProofVerifier.Includes(leaf, 8, 9, [.. proof, default], root));
        Assert.False(ProofVerifier.Includes(leaf, 8, 16, proof, root));
        Assert.False(ProofVerifier.Includes(root, 8, 9, [], root));
    }

    [Fact]
    public async Task A_shorter_or_longer_consistency_proof_fails()
    {
        for (var old = 1; old < 80; old++)
        {
            var proof = await new TreeReader(Log.Hashes, 80).ConsistencyProofAsync(old, TestContext.Current.CancellationToken);
            var (oldRoot, newRoot) = (await RootAsync(old), await RootAsync(80));
            Assert.False(ProofVerifier.Extends(old, oldRoot, 80, newRoot, proof.AsSpan(1)));
            Assert.False(ProofVerifier.Extends(old, oldRoot, 80, newRoot, [.. proof, newRoot]));
            Assert.False(ProofVerifier.Extends(old, newRoot, 80, newRoot, proof));
            Assert.False(ProofVerifier.Extends(old, oldRoot, 80, oldRoot, proof));
        }
    }

    [Fact]
    public async Task Trees_of_equal_size_need_equal_roots_and_no_proof()
    {
        var root = await RootAsync(5);
        Assert.True(ProofVerifier.Extends(5, root, 5, root, []));
        Assert.False(ProofVerifier.Extends(5, root, 5, await RootAsync(6), []));
        Assert.False(ProofVerifier.Extends(5, root, 5, root, [root]));
    }

    [Fact]
    public async Task The_empty_tree_is_a_prefix_of_every_tree_and_only_with_its_own_root()
    {
        var root = await RootAsync(5);
        Assert.True(ProofVerifier.Extends(0, TreeHasher.EmptyRoot, 5, root, []));
        Assert.True(ProofVerifier.Extends(0, TreeHasher.EmptyRoot, 0, TreeHasher.EmptyRoot, []));
        Assert.False(ProofVerifier.Extends(0, root, 5, root, []));
        Assert.False(ProofVerifier.Extends(0, root, 0, root, []));
        Assert.False(ProofVerifier.Extends(0, TreeHasher.EmptyRoot, 5, root, [root]));
    }

    [Fact]
    public async Task A_tree_never_shrinks_and_sizes_are_not_negative()
    {
        var (five, six) = (await RootAsync(5), await RootAsync(6));
        var proof = await new TreeReader(Log.Hashes, 6).ConsistencyProofAsync(5, TestContext.Current.CancellationToken);
        Assert.True(ProofVerifier.Extends(5, five, 6, six, proof));
        Assert.False(ProofVerifier.Extends(6, six, 5, five, proof));
        Assert.False(ProofVerifier.Extends(-1, five, 6, six, proof));
        Assert.False(ProofVerifier.Includes(five, -1, 6, proof, six));
        Assert.False(ProofVerifier.Extends(long.MinValue, five, 6, six, proof));
        Assert.False(ProofVerifier.Extends(-2, five, -1, six, proof));
        Assert.False(ProofVerifier.Includes(five, 0, -1, proof, six));
        Assert.False(ProofVerifier.Includes(five, long.MinValue, long.MaxValue, proof, six));
    }

    [Fact]
    public void The_empty_tree_has_no_leaf()
    {
        Assert.False(ProofVerifier.Includes(TreeHasher.EmptyRoot, 0, 0, [], TreeHasher.EmptyRoot));
        Assert.False(ProofVerifier.Includes(TreeHasher.Leaf([]), 0, 0, [], TreeHasher.EmptyRoot));
    }

    [Fact]
    public void A_proof_is_asked_for_only_of_leaves_and_sizes_that_exist()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeRange.InclusionProof(5, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeRange.InclusionProof(-1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeRange.ConsistencyProof(0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeRange.ConsistencyProof(6, 5));
    }

    private static MerkleHash Leaf(long index) => TreeHasher.Leaf(TestLog.Entry(index));

    private static ValueTask<MerkleHash> RootAsync(long size) => new TreeReader(Log.Hashes, size).RootAsync(TestContext.Current.CancellationToken);

    private static ValueTask<MerkleHash[]> ProofAsync(long index, long size) =>
        new TreeReader(Log.Hashes, size).InclusionProofAsync(index, TestContext.Current.CancellationToken);
}
