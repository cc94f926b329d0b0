using CsCheck;

namespace TrueCopy.Receipts.Tests.Standing;

/// <summary>The tree that is sparse says what the definition says, and what another implementation computed.</summary>
public sealed class StatusTreeTests
{
    [Fact]
    public void Codes_are_four_bits_each_the_low_half_of_a_byte_first()
    {
        var page = new byte[StatusPage.Length];
        StatusPage.Write(page, 128, EntryStatus.Suspended);
        StatusPage.Write(page, 129, EntryStatus.Revoked);
        StatusPage.Write(page, 255, EntryStatus.Reissued);
        Assert.Equal("31" + new string('0', 124) + "40", Convert.ToHexString(page));
        StatusPage.Write(page, 129, EntryStatus.Superseded);
        Assert.Equal([EntryStatus.Suspended, EntryStatus.Superseded, EntryStatus.Stands, EntryStatus.Reissued], new long[] { 128, 129, 130, 255 }.Select(index => StatusPage.Read(page, index)));
        Assert.Equal([0, 1, 1, 1, 2], new long[] { 0, 1, 127, 128, 129 }.Select(StatusPage.CountFor));
    }

    // sha256 of 65 zero bytes, and the same twenty times over; ten million entries with and without four codes: computed in Python.
    [Fact]
    public void Roots_are_those_that_another_implementation_computed()
    {
        Assert.Equal("98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7", Hex(StatusHasher.Zero(0)));
        Assert.Equal("4f6e5d7244367466fc406a025a24ecd32bba3cdd2f58d36cb68aff99eecd5707", Hex(StatusHasher.Zero(20)));
        var tree = new StatusTree();
        tree.Grow(10_000_000);
        Assert.Equal("371b1a57443f202228c1d14ec5e8a27697a8aad1e25c2fd1a17c618dbfa47aa4", Hex(tree.Root()));
        (tree[2], tree[128], tree[9_999_999], tree[5_000_001]) = (EntryStatus.Revoked, EntryStatus.Suspended, EntryStatus.Reissued, EntryStatus.Superseded);
        Assert.Equal("dcca220970242ed282472e7c98450748340bdaeb553e370c07165a9f0d7b2977", Hex(tree.Root()));
    }

    [Fact]
    public void The_root_and_every_path_are_those_of_the_definition_however_the_tree_grows_and_changes()
    {
        var change = Gen.Select(Gen.Double.Unit, Gen.Int[0, 5]);
        Gen.Select(Gen.Long[0, 900], change.Array[0, 6]).Array[1, 8].Sample(
            steps =>
            {
                var (tree, codes) = (new StatusTree(), new List<int>());
                foreach (var (growth, changes) in steps)
                {
                    codes.AddRange(Enumerable.Repeat(0, (int)growth));
                    tree.Grow(codes.Count);
                    foreach (var (where, code) in changes.Where(_ => codes.Count > 0))
                    {
                        var index = (int)(where * codes.Count);
                        (codes[index], tree[index]) = (code, (EntryStatus)code);
                    }

                    var leaves = PlainTree.Leaves(codes);
                    var root = PlainTree.Root(leaves);
                    Assert.Equal(root, tree.Root());
                    Assert.Equal(root, new StatusTree(tree.Size, tree.Pages).Root());
                    Assert.Equal(leaves.Count(leaf => leaf != StatusHasher.Zero(0)), tree.Pages.Count);
                    for (var page = 0; page < leaves.Length; page++)
                        Assert.True(ProofVerifier.Includes(leaves[page], page, leaves.Length, [.. tree.Path(page)], root));
                }
            },
            iter: Stryker.IsRunning ? 20 : 200);
    }

    [Fact]
    public void A_page_or_a_code_beyond_the_last_entry_is_refused()
    {
        var tree = new StatusTree();
        tree.Grow(130);
        var page = new byte[StatusPage.Length];
        StatusPage.Write(page, 129, EntryStatus.Revoked);
        tree.SetPage(1, page);
        Assert.Equal(EntryStatus.Revoked, tree[129]);
        StatusPage.Write(page, 130, EntryStatus.Revoked);
        Assert.Throws<LogFormatException>(() => tree.SetPage(1, page));
        Assert.Throws<LogFormatException>(() => tree.SetPage(2, new byte[StatusPage.Length]));
        Assert.Throws<LogFormatException>(() => tree.SetPage(-1, new byte[StatusPage.Length]));
        Assert.Throws<LogFormatException>(() => tree.SetPage(0, new byte[StatusPage.Length - 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree[130]);
        Assert.Throws<LogFormatException>(() => new StatusTree(130, [new(1, page)]));
    }

    private static string Hex(MerkleHash hash) => Convert.ToHexStringLower(hash.Bytes);
}

/// <summary>The tree as RFC 9162, section 2.1.1, defines it, over every page.</summary>
internal static class PlainTree
{
    public static MerkleHash[] Leaves(IReadOnlyList<int> codes) =>
        [.. codes.Chunk(128).Select(chunk =>
        {
            int[] whole = [.. chunk, .. new int[128 - chunk.Length]];
            return TreeHasher.Leaf([.. whole.Chunk(2).Select(pair => (byte)(pair[0] + (16 * pair[1])))]);
        })];

    public static MerkleHash Root(MerkleHash[] leaves)
    {
        if (leaves.Length < 2)
            return leaves.Length == 0 ? TreeHasher.EmptyRoot : leaves[0];
        var split = 1;
        while (2 * split < leaves.Length)
            split *= 2;
        return TreeHasher.Node(Root(leaves[..split]), Root(leaves[split..]));
    }
}
