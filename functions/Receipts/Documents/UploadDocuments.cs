using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Documents;

/// <summary>The answer to <c>GET /v1/issuers/{id}/uploads</c>: what an institution uploaded, and what came of it.</summary>
/// <param name="Id">The issuer.</param>
/// <param name="Total">How many uploads there are under the prefix, of those that were looked at.</param>
/// <param name="Complete">Whether all were looked at; if not, a longer prefix tells of the others.</param>
/// <param name="Days">Counts by day in UTC, oldest first; days without uploads are left out.</param>
/// <param name="Uploads">Newest first.</param>
public sealed record UploadsDocument(string Id, int Total, bool Complete, IReadOnlyList<UploadDayDocument> Days, IReadOnlyList<UploadDocument> Uploads);

/// <summary>The uploads of one day.</summary>
/// <param name="Day">The day, <c>yyyy-MM-dd</c>.</param>
/// <param name="Answered">Those that have all their receipts.</param>
/// <param name="Rejected">Those that were rejected, if only in part.</param>
/// <param name="Waiting">Those without an answer.</param>
public sealed record UploadDayDocument(string Day, long Answered, long Rejected, long Waiting);

/// <summary>An upload and what came of it.</summary>
/// <param name="Path">Its name; <c>~</c> and the SHA-256 of its name, if it is gone and its name too long to name its answers.</param>
/// <param name="Kind">What it is.</param>
/// <param name="State">What came of it.</param>
/// <param name="At">When it was uploaded; when it was answered, if the document is deleted.</param>
/// <param name="Receipts">Documents: where the log records it, once for each algorithm.</param>
/// <param name="Length">Its length in bytes; absent if it is deleted.</param>
/// <param name="Document"><c>deleted</c> if the issuer's retention rule removed it; else absent.</param>
/// <param name="Rejection">Why it was rejected, or lines of it.</param>
/// <param name="Standing">Documents under this name that are no longer there and still stand; absent if there are none.</param>
public sealed record UploadDocument(
    string Path,
    UploadKind Kind,
    UploadState State,
    DateTimeOffset At,
    IReadOnlyList<UploadReceiptDocument> Receipts,
    long? Length = null,
    string? Document = null,
    UploadRejectionDocument? Rejection = null,
    StandingVersionsDocument? Standing = null);

/// <summary>Documents that were overwritten or deleted by their issuer, and stand all the same: only revoking them would change that.</summary>
/// <param name="Note">That it is so, in words.</param>
/// <param name="Versions">The versions, newest first; at most twenty.</param>
public sealed record StandingVersionsDocument(string Note, IReadOnlyList<StandingVersionDocument> Versions)
{
    /// <summary>What <see cref="Note"/> says.</summary>
    public const string NotRevoked = "Deleting or overwriting is not revoking; this document still stands.";

    /// <summary>The most versions that are told of.</summary>
    public const int MaxVersions = 20;
}

/// <summary>A version of an upload that is no longer there.</summary>
/// <param name="Etag">Its ETag, without quotes.</param>
/// <param name="At">When it was uploaded.</param>
/// <param name="Receipts">Where the log records it, once for each algorithm.</param>
/// <param name="Receipt">Name of its receipt in the container of answers.</param>
public sealed record StandingVersionDocument(string Etag, DateTimeOffset At, IReadOnlyList<UploadReceiptDocument> Receipts, string Receipt);

/// <summary>A receipt of a document.</summary>
/// <param name="Algorithm">Algorithm of the digest.</param>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Digest">The document's digest, hex; absent in answers of before their metadata told of it.</param>
public sealed record UploadReceiptDocument(string Algorithm, long LogIndex, string? Digest = null);

/// <summary>Why an upload was rejected, as the answer under <c>rejected/</c> says it.</summary>
/// <param name="Type">Stable URI of the cause.</param>
/// <param name="Title">The cause in a few words.</param>
/// <param name="Detail">What broke which rule.</param>
/// <param name="Lines">Rejections of single lines only: which, and why.</param>
public sealed record UploadRejectionDocument(string Type, string Title, string? Detail = null, IReadOnlyList<RefusedLine>? Lines = null)
{
    /// <summary>The document of a rejection that was written.</summary>
    public static UploadRejectionDocument Of(ProblemDocument written) => new(written.Type, written.Title, written.Detail, written.Lines);
}

/// <summary>What came of an upload.</summary>
[JsonConverter(typeof(WireNameConverter<UploadState>))]
public enum UploadState
{
    /// <summary>Not answered yet.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>Answered with receipts.</summary>
    [JsonStringEnumMemberName("answered")]
    Answered,

    /// <summary>A list of acts of which some lines were refused.</summary>
    [JsonStringEnumMemberName("partlyRejected")]
    PartlyRejected,

    /// <summary>Rejected whole.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,
}
