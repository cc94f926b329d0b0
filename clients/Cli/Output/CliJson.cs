using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Cli.Evidence;
using TrueCopy.Cli.Files;
using TrueCopy.Client;

namespace TrueCopy.Cli.Output;

/// <summary>What <c>hash --json</c> says of a file.</summary>
internal sealed record HashOutput(string File, IReadOnlyDictionary<string, string> Digests);

/// <summary>What <c>issue --json</c> says of a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Its name in the container.</param>
/// <param name="State">One of <see cref="IssueState"/>.</param>
/// <param name="LogIndex">Index of the entry of a document that was issued.</param>
/// <param name="Receipt">Where its receipts are: here, or in the container of answers.</param>
/// <param name="Problem">Why it, or lines of it, were refused.</param>
/// <param name="Error">What failed here.</param>
internal sealed record IssueOutput(string File, string Path, string State, long? LogIndex = null, string? Receipt = null, ProblemDocument? Problem = null, string? Error = null)
{
    /// <summary>What <see cref="Error"/> comes to.</summary>
    [JsonIgnore]
    public int ExitCode { get; init; }
}

/// <summary>What becomes of a file that is to be issued.</summary>
internal static class IssueState
{
    /// <summary>A document that is in the log.</summary>
    public const string Issued = "issued";

    /// <summary>A manifest or a list of acts that is answered.</summary>
    public const string Answered = "answered";

    /// <summary>Uploaded, and not waited for.</summary>
    public const string Uploaded = "uploaded";

    /// <summary>A list of acts of which some were refused.</summary>
    public const string PartlyRefused = "partly refused";

    /// <summary>Refused whole.</summary>
    public const string Rejected = "rejected";

    /// <summary>Uploaded, and not answered in time.</summary>
    public const string Unanswered = "unanswered";

    /// <summary>Not uploaded: it could not be read, or storage not be reached.</summary>
    public const string Failed = "failed";

    /// <summary>Not begun, because storage was closed to all, or it was stopped.</summary>
    public const string NotTried = "not tried";

    /// <summary>In the order in which they are summed up.</summary>
    public static readonly string[] All = [Issued, Answered, Uploaded, PartlyRefused, Rejected, Unanswered, Failed, NotTried];
}

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
    /// <summary>Who has seen the log that the answer stands on; absent where no policy says who should.</summary>
    public WitnessesOutput? Witnesses { get; init; }

    /// <summary>Whether too few have.</summary>
    [JsonIgnore]
    public bool IsNotWitnessed { get; init; }

    /// <summary>The institution that alone was asked about; absent where any counts.</summary>
    public string? AskedIssuer { get; init; }

    /// <summary>What the domains of those who issued it say, by <c>--check-domain</c>; absent without it.</summary>
    public IReadOnlyList<DomainCheck>? Domains { get; init; }

    /// <summary>The evidence that it went into, by <c>--evidence</c>; absent without it.</summary>
    public EvidenceOutput? Evidence { get; init; }

    /// <summary>Who issued it, proven, where the institution that was asked about did not; absent where nobody did.</summary>
    public IReadOnlyList<IssuerDocument>? IssuedByOthers { get; init; }

    public static VerifyOutput Of(VerifiedFile file, string keySource, string? askedIssuer) => Of(file, keySource) with
    {
        AskedIssuer = askedIssuer,
        IssuedByOthers = file.IssuedByOthers.Count == 0 ? null : file.IssuedByOthers,
    };

    private static VerifyOutput Of(VerifiedFile file, string keySource) => file.Answer is { } answer
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
            answer.Fault is null ? answer.Document : null)
        {
            Witnesses = WitnessesOutput.Of(answer.Witnesses ?? answer.Fault?.Witnesses),
            IsNotWitnessed = answer.Fault?.Fault == ReceiptFault.Witnesses,
        };
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
    LegalNames? LegalNames = null,
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
    /// <summary>Who has seen the log of the receipt's size; absent where no policy says who should.</summary>
    public WitnessesOutput? Witnesses { get; init; }

    /// <summary>How the document stands by the log's own status; absent where that is not proven.</summary>
    public EntryStatus? Status { get; init; }

    /// <summary>As of when: of a kept status, when the witnesses had seen it, or it was fetched; of the receipt's own, when the log's last entry was made.</summary>
    public DateTimeOffset? StatusAt { get; init; }

    /// <summary>Why no status is proven.</summary>
    public string? StatusMissing { get; init; }

    public static ReceiptOutput Of(string file, OfflineAnswer answer)
    {
        var check = answer.Check;
        return new ReceiptOutput(
            file,
            Holds: true,
            Act: check.Entry.Kind,
            Issuer: check.Entry.Issuer,
            LegalName: check.Entry.LegalName,
            LegalNames: check.Entry.LegalNames,
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
            Seen: answer.Seen)
        {
            Witnesses = WitnessesOutput.Of(answer.Witnesses),
            Status = answer.Status.Status,
            StatusAt = answer.Status.Status is null ? null : answer.ByStatus?.AsOf ?? answer.Status.At,
            StatusMissing = answer.Status.Missing,
        };
    }
}

/// <summary>What <c>status fetch --json</c> and <c>status show --json</c> say.</summary>
/// <param name="File">Where it is kept.</param>
/// <param name="Log">The log's name.</param>
/// <param name="Entries">How many entries it is of.</param>
/// <param name="AsOf">As of when it is known to be the newest.</param>
/// <param name="FetchedAt">When it was fetched.</param>
/// <param name="From">Index of the first entry whose status the log keeps.</param>
/// <param name="Counts">How many entries have each status, but for those that stand.</param>
/// <param name="Bytes">How large the file is.</param>
/// <param name="Witnesses">Who has seen it; absent where no policy says who should.</param>
internal sealed record StatusOutput(string File, string Log, long Entries, DateTimeOffset AsOf, DateTimeOffset FetchedAt, long From, IReadOnlyDictionary<string, long> Counts, long Bytes, WitnessesOutput? Witnesses)
{
    public static StatusOutput Of(string file, KeptStatus status, long bytes) => new(
        file,
        status.Checkpoint.Checkpoint.Origin,
        status.Covers,
        status.AsOf,
        status.FetchedAt,
        status.From,
        status.Count().ToDictionary(count => StatusText.NameOf(count.Key), count => count.Value),
        bytes,
        WitnessesOutput.Of(status.Witnesses));
}

[JsonSerializable(typeof(List<BundleOutput>))]
[JsonSerializable(typeof(List<HandoverOutput>))]
[JsonSerializable(typeof(List<PackageOutput>))]
[JsonSerializable(typeof(List<ReceiverOutput>))]
[JsonSerializable(typeof(List<StatusOutput>))]
[JsonSerializable(typeof(List<WaitingOutput>))]
[JsonSerializable(typeof(List<HashOutput>))]
[JsonSerializable(typeof(List<ActOutput>))]
[JsonSerializable(typeof(List<IssueOutput>))]
[JsonSerializable(typeof(List<VerifyOutput>))]
[JsonSerializable(typeof(List<ReceiptOutput>))]
internal sealed partial class CliJson : JsonSerializerContext
{
    private static readonly CliJson Instance = new(OptionsOf(indented: true));
    private static readonly CliJson InLines = new(OptionsOf(indented: false));

    public static Printable Write<T>(List<T> results) => Printable.Json(JsonSerializer.Serialize(results, typeof(List<T>), Instance));

    /// <summary>One result in one line, of a run that has no end.</summary>
    public static Printable WriteLine(PackageOutput result) => Printable.Json(JsonSerializer.Serialize(result, InLines.PackageOutput));

    private static JsonSerializerOptions OptionsOf(bool indented) => new()
    {
        WriteIndented = indented,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    };
}
