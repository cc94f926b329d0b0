using System.Security.Cryptography;
using System.Text;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Issuers;

namespace TrueCopy.Verification.Tests;

internal static class Samples
{
    public static readonly Issuer Bank = new("bank", "示范银行", "CN-GD", "bank.example", Retention.Keep, [DigestAlgorithm.Sha256]);

    public static Act Act(string path)
    {
        var source = new BlobVersion("issuer-bank", path, "0x8DC0FFEE");
        return new Act(
            ActId.Of(source, 0, DigestAlgorithm.Sha256),
            ActKind.Issue,
            Bank,
            new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero),
            0,
            DigestOf(Bytes(path)),
            source);
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static Digest DigestOf(byte[] content) => new(DigestAlgorithm.Sha256, SHA256.HashData(content));
}
