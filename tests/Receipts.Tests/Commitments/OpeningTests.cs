using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Receipts.Tests.Commitments;

public sealed class OpeningTests
{
    private static readonly Digest Digest = new(DigestAlgorithm.Sha256, SHA256.HashData("document"u8));

    [Fact]
    public void A_commitment_is_the_HMAC_of_algorithm_zero_byte_and_digest()
    {
        var opening = Opening.Create();
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, opening.Nonce);
        hmac.AppendData(Encoding.ASCII.GetBytes("sha-256"));
        hmac.AppendData([0]);
        hmac.AppendData(Digest.Bytes);
        Assert.Equal(Convert.ToHexStringLower(hmac.GetHashAndReset()), opening.Commit(Digest));
    }

    [Fact]
    public void Whatever_is_committed_to_under_whatever_nonce_the_library_s_HMAC_says_the_same()
    {
        foreach (var algorithm in DigestAlgorithm.All)
        {
            for (var i = 0; i < 100; i++)
            {
                var opening = Opening.Create();
                var digest = new Digest(algorithm, RandomNumberGenerator.GetBytes(algorithm.Length));
                byte[] message = [.. Encoding.ASCII.GetBytes(algorithm.Name), 0, .. digest.Bytes];
                Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(opening.Nonce, message)), opening.Commit(digest));
                Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(opening.Nonce, [.. "successor\0"u8, .. message])), opening.CommitSuccessor(digest));
            }
        }
    }

    // printf 'sha-256\0<digest of "abc">' | openssl mac -digest SHA256 -macopt hexkey:000102… HMAC
    [Fact]
    public void A_commitment_is_what_other_tools_compute()
    {
        var opening = new Opening([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var abc = new Digest(DigestAlgorithm.Sha256, SHA256.HashData("abc"u8));
        Assert.Equal("8ef054130cc1338cd25997e115256f97a03cbdf36db329350a34053e951dafe5", opening.Commit(abc));
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz")]
    [InlineData("0x00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(" 000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000\n")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("０000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("g000000000000000000000000000000000000000000000000000000000000000")]
    public void Anything_but_64_hex_digits_is_no_opening(string hex) => Assert.False(Opening.TryParse(hex, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_nonce_has_32_bytes(int length) => Assert.Throws<ArgumentOutOfRangeException>(() => new Opening(new byte[length]));

    [Fact]
    public void Two_commitments_to_the_same_document_cannot_be_linked() =>
        Assert.NotEqual(Opening.Create().Commit(Digest), Opening.Create().Commit(Digest));

    [Fact]
    public void The_algorithm_is_committed_to_as_well()
    {
        var opening = Opening.Create();
        Assert.NotEqual(opening.Commit(Digest), opening.Commit(new Digest(DigestAlgorithm.Sm3, Digest.Bytes)));
    }

    [Fact]
    public void The_nonce_does_not_slip_into_text()
    {
        var opening = Opening.Create();
        Assert.DoesNotContain(opening.Hex, $"{opening}", StringComparison.OrdinalIgnoreCase);
        Assert.True(Opening.TryParse(opening.Hex, out var parsed));
        Assert.True(parsed.Nonce.SequenceEqual(opening.Nonce));
        Assert.False(Opening.TryParse(opening.Hex[1..], out _));
        Assert.False(Opening.TryParse(null, out _));
    }

    // A nonce that two entries shared would link them, and opening the one would open the other.
    [Fact]
    public void Openings_that_are_drawn_at_once_share_no_part_of_their_nonces()
    {
        var nonces = Opening.Create(1000).Select(opening => opening.Hex).ToArray();
        Assert.Equal(4000, nonces.SelectMany(nonce => nonce.Chunk(16)).Select(part => new string(part)).Distinct().Count());
    }

    [Fact]
    public void Digest_successor_and_note_are_committed_to_under_names_of_their_own()
    {
        var opening = Opening.Create();
        Assert.Equal(Hmac([.. "successor\0sha-256\0"u8, .. Digest.Bytes]), opening.CommitSuccessor(Digest));
        Assert.Equal(Hmac(Encoding.UTF8.GetBytes("note\0因为")), opening.CommitNote("因为"));

        string Hmac(byte[] message) => Convert.ToHexStringLower(HMACSHA256.HashData(opening.Nonce, message));
    }
}
