using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace TrueCopy.Testing;

/// <summary>Issuers, acts and bytes that tests of several projects begin with.</summary>
public static class Samples
{
    /// <summary>An issuer.</summary>
    public static readonly Issuer Bank = new("bank", "示范银行", "CN-GD", "bank.example", Retention.Keep, [DigestAlgorithm.Sha256]);

    /// <summary>A receiver.</summary>
    public static readonly Receiver Lender = new("lender", "示范贷款", "HK", "lender.example", EncryptionKey.Encode(new byte[EncryptionKey.Size]), ["credit", "other"], 90);

    /// <summary>What intake stages for a package.</summary>
    public static readonly StagedHandover Handover = new(new BlobVersion("receiver-lender", $"{new string('a', 64)}.truecopy", "0x1"), new string('a', 64), ActKind.Handover, new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero), DigestOf([1]))
    {
        Lock = new string('b', 64),
        WithdrawLock = new string('c', 64),
        Length = 1000,
    };

    private static readonly byte[] Structural = [.. "\"\\{}[]:,.0eu"u8, 0, 0x80];

    /// <summary>An issue of a document that holds its own path.</summary>
    public static Act Act(string path) => Upload(path).FirstIssue();

    /// <summary>What intake stages for an upload of one document.</summary>
    public static StagedUpload Upload(string path) => new(
        new BlobVersion("issuer-bank", path, "0x8DC0FFEE"),
        Bank,
        new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero),
        AnswerForm.OfDocument,
        [new RequestedAct(ActKind.Issue, 0) { Digests = [DigestOf(Bytes(path))] }]);

    /// <summary>The first act of an upload, ready for the log.</summary>
    public static Act FirstIssue(this StagedUpload upload)
    {
        var (request, digest) = (upload.Acts[0], upload.Acts[0].Digests[0]);
        return upload.ToAct(request, ActId.Of(upload.Source, request.Position, digest.Algorithm), digest, Unpublished.None);
    }

    /// <summary>Copies of some bytes with up to three of them replaced, and sometimes cut off.</summary>
    public static Gen<byte[]> Damage(byte[] bytes) =>
        Gen.Select(
            Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.OneOf(Gen.Byte, Gen.Int[0, Structural.Length - 1].Select(i => Structural[i]))).Array[1, 3],
            Gen.Frequency((4, Gen.Const(bytes.Length)), (1, Gen.Int[0, bytes.Length])),
            (changes, length) =>
            {
                var copy = bytes.ToArray();
                foreach (var (at, value) in changes)
                    copy[at] = value;
                return copy[..length];
            });

    /// <summary>UTF-8.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>SHA-256.</summary>
    public static Digest DigestOf(byte[] content) => new(DigestAlgorithm.Sha256, SHA256.HashData(content));
}
