using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Tests.Digests;

public sealed class DigestTests
{
    private static readonly string Hex = new('a', 64);

    [Fact]
    public void Hex_of_either_case_is_the_same_digest()
    {
        Assert.True(Digest.TryParse(DigestAlgorithm.Sha256, Hex.ToUpperInvariant(), out var upper));
        Assert.True(Digest.TryParse(DigestAlgorithm.Sha256, Hex, out var lower));
        Assert.Equal(lower, upper);
        Assert.Equal(Hex, upper.Hex);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData(" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("ａaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Anything_but_hex_of_the_exact_length_is_refused(string? hex) => Assert.False(Digest.TryParse(DigestAlgorithm.Sha256, hex, out _));

    [Fact]
    public void The_same_hash_under_two_algorithms_is_two_digests()
    {
        Assert.True(Digest.TryParse(DigestAlgorithm.Sha256, Hex, out var sha));
        Assert.True(Digest.TryParse(DigestAlgorithm.Sm3, Hex, out var sm3));
        Assert.NotEqual(sha, sm3);
    }

    [Theory]
    [InlineData("SHA-256")]
    [InlineData("sha256")]
    [InlineData("md5")]
    [InlineData("")]
    [InlineData(null)]
    public void Algorithm_names_are_exact(string? name) => Assert.False(DigestAlgorithm.TryParse(name, out _));
}
