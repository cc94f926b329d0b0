using System.Security.Cryptography;
using System.Text;
using TrueCopy.Verification.Commitments;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Tests.Commitments;

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
}
