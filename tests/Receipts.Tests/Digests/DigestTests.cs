using CsCheck;

namespace TrueCopy.Receipts.Tests.Digests;

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
    public void Hex_of_every_algorithm_reads_back_and_one_digit_less_or_more_does_not() =>
        Gen.Select(Gen.Int[0, DigestAlgorithm.All.Count - 1], Gen.Byte.Array[64]).Sample((i, bytes) =>
        {
            var digest = new Digest(DigestAlgorithm.All[i], bytes.AsSpan(0, DigestAlgorithm.All[i].Length));
            Assert.True(Digest.TryParse(digest.Algorithm, digest.Hex, out var parsed));
            Assert.Equal(digest, parsed);
            Assert.Equal(digest.GetHashCode(), parsed.GetHashCode());
            Assert.False(Digest.TryParse(digest.Algorithm, digest.Hex[1..], out _));
            Assert.False(Digest.TryParse(digest.Algorithm, digest.Hex + "0", out _));
        });

    [Fact]
    public void A_digest_cannot_have_another_algorithms_length() =>
        Assert.Throws<ArgumentException>(() => new Digest(DigestAlgorithm.Sha384, new byte[32]));

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
