using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.AzureStorage.Tests.LostAnswers;

/// <summary>An upload and what comes of it.</summary>
/// <param name="Issuer">Id of the issuer.</param>
/// <param name="Path">Name of the blob.</param>
/// <param name="Content">Its content.</param>
/// <param name="Acts">How many acts it comes to.</param>
/// <param name="Answers">The blobs that answer it.</param>
internal sealed record Upload(string Issuer, string Path, byte[] Content, int Acts, params string[] Answers)
{
    public Dictionary<string, string> Metadata { get; init; } = [];

    /// <summary>Whether retention removes it.</summary>
    public bool IsDeleted { get; init; }
}

/// <summary>One kind of upload, from its event to its receipts, in a log that has begun.</summary>
/// <param name="Before">What is in the log already.</param>
/// <param name="Uploads">What is uploaded while the network loses an answer; nothing: the log begins.</param>
/// <param name="Verdicts">What verifiers are told in the end.</param>
internal sealed record Scenario(Upload[] Before, Upload[] Uploads, params (Digest Digest, Verdict Verdict)[] Verdicts)
{
    /// <summary>What the bank is called from then on, in the registry alone; null for as before.</summary>
    public string? Renamed { get; init; }

    private const int LongLines = 350;
    private static readonly byte[] Content = "a document with two digests"u8.ToArray();

    private static readonly Upload Document = new(
        "bank",
        "目录/a b.pdf",
        Content,
        2,
        AnswerPath.Receipt("目录/a b.pdf", DigestAlgorithm.Sha256),
        AnswerPath.Receipt("目录/a b.pdf", DigestAlgorithm.Sm3))
    { Metadata = { ["reference"] = "loan-1" } };

    private static readonly Upload Manifest = new("bank", "short.manifest.jsonl", Lines(0, 3), 3, AnswerPath.Lines("short.manifest.jsonl"));

    // So long that its body goes through a blob, and its rows through transactions of 100.
    private static readonly Upload LongManifest = new("bank", "long.manifest.jsonl", Lines(100, LongLines), LongLines, AnswerPath.Lines("long.manifest.jsonl"));

    private static readonly Upload Acts = new(
        "bank",
        "all.acts.jsonl",
        Encoding.UTF8.GetBytes(
            $$"""
            {"act":"suspend","algorithm":"sha-256","digest":"{{Sha256(Content).Hex}}"}
            {"act":"revoke","reference":"line-1","reason":"issuedInError","note":"wrong"}
            {"act":"revoke","algorithm":"sha-256","digest":"{{Sha256("never issued"u8).Hex}}"}

            """),
        3,
        AnswerPath.Lines("all.acts.jsonl"),
        AnswerPath.Rejection("all.acts.jsonl"));

    private static readonly Upload Doomed = new("bureau", "doomed.pdf", [1], 1, AnswerPath.Receipt("doomed.pdf", DigestAlgorithm.Sha256)) { IsDeleted = true };

    private static readonly Upload Malformed = new("bank", "bad.manifest.jsonl", "nonsense\n"u8.ToArray(), 0, AnswerPath.Rejection("bad.manifest.jsonl"));

    public static IReadOnlyDictionary<string, Scenario> All { get; } = new Dictionary<string, Scenario>
    {
        ["genesis"] = new([], []),
        ["document"] = new([], [Document], (Sha256(Content), Verdict.Verified)),
        ["manifest"] = new([], [Manifest], (DigestOf(0), Verdict.Verified), (DigestOf(2), Verdict.Verified)),
        ["long manifest"] = new([], [LongManifest], (DigestOf(100), Verdict.Verified), (DigestOf(100 + LongLines - 1), Verdict.Verified)),
        ["acts"] = new([Document, Manifest], [Acts], (Sha256(Content), Verdict.Suspended), (DigestOf(0), Verdict.Verified), (DigestOf(1), Verdict.Revoked)),
        ["retention"] = new([], [Doomed], (Sha256([1]), Verdict.Verified)),
        ["rejection"] = new([], [Malformed]),
        ["overwritten document"] = new([Document], [Document with { Content = [2] }], (Sha256(Content), Verdict.Verified), (Sha256([2]), Verdict.Verified)),
        ["change of the registry"] = new([Doomed], []) { Renamed = "示范银行 (renamed)" },
    };

    private static Digest Sha256(ReadOnlySpan<byte> content) => new(DigestAlgorithm.Sha256, SHA256.HashData(content));

    // One partition of the index, as far as that goes: a transaction takes rows of one partition only.
    private static Digest DigestOf(int line)
    {
        var bytes = SHA256.HashData(BitConverter.GetBytes(line));
        bytes[0] = 0xaa;
        return new Digest(DigestAlgorithm.Sha256, bytes);
    }

    private static byte[] Lines(int first, int count) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(first, count).Select(line =>
        $$"""{"algorithm":"sha-256","digest":"{{DigestOf(line).Hex}}"{{(line < 100 ? $",\"reference\":\"line-{line}\"" : "")}}}""" + "\n")));
}
