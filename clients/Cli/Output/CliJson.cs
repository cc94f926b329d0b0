using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Cli.Files;
using TrueCopy.Client;

namespace TrueCopy.Cli.Output;

/// <summary>What <c>hash --json</c> says of a file.</summary>
internal sealed record HashOutput(string File, IReadOnlyDictionary<string, string> Digests);

/// <summary>What <c>issue --json</c> says of a file: <c>issued</c>, <c>answered</c> (a manifest or a list of acts), <c>partly refused</c>, <c>uploaded</c>, <c>rejected</c> or <c>unanswered</c>.</summary>
internal sealed record IssueOutput(string File, string Path, string State, long? LogIndex = null, string? Receipt = null, ProblemDocument? Problem = null);

/// <summary>What <c>revoke --json</c> and the like say of a document: <c>revoked</c> (and so on), <c>refused</c> or <c>unanswered</c>.</summary>
internal sealed record ActOutput(string Document, string State, IReadOnlyList<long>? LogIndices = null, string? Detail = null);

/// <summary>What <c>verify --json</c> says of a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Algorithm">Algorithm of the digest that was asked about; absent, as the digest, if the file cannot be read.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Verdict">Absent where there is no answer that can be relied on.</param>
/// <param name="ReceiptVerified">Whether the receipt was checked here and holds; absent where there is none.</param>
/// <param name="KeyPinned">Whether the key was known before the service was asked.</param>
/// <param name="KeySource">Where it came from: <c>given</c>, <c>known</c> from an earlier run, or <c>service</c>.</param>
/// <param name="Error">Why there is no answer, or why the file cannot be read.</param>
/// <param name="CheckedAt">When the answer was checked, by this machine's clock.</param>
/// <param name="Answer">The answer, if it counts: all of it follows from what was checked here, but for each result's <c>unproven</c>, which is the service's word.</param>
internal sealed record VerifyOutput(
    string File,
    string? Algorithm,
    string? Digest,
    Verdict? Verdict,
    bool? ReceiptVerified,
    bool KeyPinned,
    string KeySource,
    string? Error,
    DateTimeOffset? CheckedAt = null,
    VerdictDocument? Answer = null)
{
    public static VerifyOutput Of(VerifiedFile file, string keySource) => file.Answer is { } answer
        ? Of(file.File.Path, answer, keySource)
        : new VerifyOutput(file.File.Path, null, null, null, null, keySource != "service", keySource, file.Error);

    public static VerifyOutput Of(string file, CheckedAnswer answer, string keySource)
    {
        bool? verified = answer.Fault is not null ? false : answer.Results.Count == 0 ? null : true;
        return new VerifyOutput(
            file,
            answer.Digest.Algorithm.Name,
            answer.Digest.Hex,
            answer.Verdict,
            verified,
            keySource != "service",
            keySource,
            answer.Fault?.Message,
            answer.CheckedAt,
            answer.Fault is null ? answer.Document : null);
    }
}

/// <summary>What <c>receipt check --json</c> and <c>verify --offline --json</c> say. There is no verdict: that only the service knows.</summary>
internal sealed record ReceiptOutput(
    string File,
    bool Holds,
    string? Fault = null,
    string? Reason = null,
    ActKind? Act = null,
    string? Issuer = null,
    string? LegalName = null,
    string? Jurisdiction = null,
    DateTimeOffset? At = null,
    ReasonCode? ActReason = null,
    string? Note = null,
    string? Successor = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? Expires = null,
    long? LogIndex = null,
    long? TreeSize = null,
    IReadOnlyList<string>? SignedBy = null,
    bool? Seen = null)
{
    public static ReceiptOutput Of(string file, OfflineAnswer answer)
    {
        var check = answer.Check;
        return new ReceiptOutput(
            file,
            Holds: true,
            Act: check.Entry.Kind,
            Issuer: check.Entry.Issuer,
            LegalName: check.Entry.LegalName,
            Jurisdiction: check.Entry.Jurisdiction,
            At: check.Entry.At,
            ActReason: check.Entry.Reason,
            Note: check.Receipt.Note,
            Successor: check.Receipt.Successor?.ToString(),
            ValidFrom: check.Entry.ValidFrom,
            Expires: check.Entry.Expires,
            LogIndex: check.Index,
            TreeSize: check.Checkpoint.Size,
            SignedBy: [.. check.Checkpoint.Signers.Select(key => key.ToString())],
            Seen: answer.Seen);
    }
}

[JsonSerializable(typeof(List<HashOutput>))]
[JsonSerializable(typeof(List<ActOutput>))]
[JsonSerializable(typeof(List<IssueOutput>))]
[JsonSerializable(typeof(List<VerifyOutput>))]
[JsonSerializable(typeof(List<ReceiptOutput>))]
internal sealed partial class CliJson : JsonSerializerContext
{
    private static readonly CliJson Instance = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    });

    public static Printable Write<T>(List<T> results) => Printable.Json(JsonSerializer.Serialize(results, typeof(List<T>), Instance));
}
