using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Client;
using TrueCopy.Verification;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Cli.Output;

/// <summary>What <c>hash --json</c> says of a file.</summary>
internal sealed record HashOutput(string File, IReadOnlyDictionary<string, string> Digests);

/// <summary>What <c>issue --json</c> says of a file: <c>issued</c>, <c>answered</c> (a manifest or a list of acts), <c>partly refused</c>, <c>uploaded</c>, <c>rejected</c> or <c>unanswered</c>.</summary>
internal sealed record IssueOutput(string File, string Path, string State, long? LogIndex = null, string? Receipt = null, ProblemDocument? Problem = null);

/// <summary>What <c>revoke --json</c> and the like say of a document: <c>revoked</c> (and so on), <c>refused</c> or <c>unanswered</c>.</summary>
internal sealed record ActOutput(string Document, string State, IReadOnlyList<long>? LogIndices = null, string? Detail = null);

/// <summary>What <c>verify --json</c> says of a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Algorithm">Algorithm of the digest that was asked about.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Verdict">Absent where there is no answer that can be relied on.</param>
/// <param name="ReceiptVerified">Whether the receipt was checked here and holds; absent where there is none.</param>
/// <param name="KeyPinned">Whether the key came from the user rather than from the service.</param>
/// <param name="Error">Why there is no answer.</param>
/// <param name="Answer">What the service said, whole.</param>
internal sealed record VerifyOutput(
    string File,
    string Algorithm,
    string Digest,
    Verdict? Verdict,
    bool? ReceiptVerified,
    bool KeyPinned,
    string? Error,
    VerdictDocument? Answer)
{
    public static VerifyOutput Of(string file, CheckedAnswer answer, bool keyPinned)
    {
        bool? verified = answer.Fault is not null ? false : answer.Receipts.Count == 0 ? null : true;
        return new VerifyOutput(file, answer.Digest.Algorithm.Name, answer.Digest.Hex, answer.Verdict, verified, keyPinned, answer.Fault?.Message, answer.Document);
    }
}

/// <summary>What <c>receipt check --json</c> says.</summary>
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
    IReadOnlyList<string>? SignedBy = null);

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

    public static string Write<T>(List<T> results) => JsonSerializer.Serialize(results, typeof(List<T>), Instance);
}
