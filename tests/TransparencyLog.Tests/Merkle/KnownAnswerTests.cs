namespace TrueCopy.TransparencyLog.Tests.Merkle;

public sealed class KnownAnswerTests
{
    // The test vectors of certificate-transparency's reference implementation.
    private static readonly string[] Leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly Reference Vectors = new([.. Leaves.Select(Convert.FromHexString)]);

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void The_roots_are_those_of_the_certificate_transparency_vectors(int size, string root)
    {
        var edge = new RightEdge();
        foreach (var leaf in Leaves.Take(size))
            edge.Append(Convert.FromHexString(leaf));

        Assert.Equal(root, Convert.ToHexStringLower(edge.Root().Bytes));
        Assert.Equal(root, Convert.ToHexStringLower(Vectors.Mth(size)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void The_inclusion_proofs_are_those_of_the_certificate_transparency_vectors(int index, int size, params string[] path)
    {
        Assert.Equal(path, ToHex(Vectors.Path(index, size)));
        var leaf = TreeHasher.Leaf(Convert.FromHexString(Leaves[index]));
        Assert.True(ProofVerifier.Includes(leaf, index, size, FromHex(path), new MerkleHash(Vectors.Mth(size))));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(6, 8, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void The_consistency_proofs_are_those_of_the_certificate_transparency_vectors(int oldSize, int size, params string[] path)
    {
        Assert.Equal(path, ToHex(Vectors.Proof(oldSize, size)));
        Assert.True(ProofVerifier.Extends(oldSize, new MerkleHash(Vectors.Mth(oldSize)), size, new MerkleHash(Vectors.Mth(size)), FromHex(path)));
    }

    [Fact]
    public void A_leaf_longer_than_the_stack_buffer_is_hashed_with_its_prefix()
    {
        var entry = new byte[5000];
        Random.Shared.NextBytes(entry);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData([0, .. entry]), TreeHasher.Leaf(entry).Bytes.ToArray());
    }

    private static string[] ToHex(MerkleHash[] path) => [.. path.Select(hash => Convert.ToHexStringLower(hash.Bytes))];

    private static MerkleHash[] FromHex(string[] path) => [.. path.Select(hash => new MerkleHash(Convert.FromHexString(hash)))];
}
