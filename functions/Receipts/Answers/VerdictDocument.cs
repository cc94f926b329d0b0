using System.Text;

namespace TrueCopy.Receipts.Answers;

/// <summary>A verdict as the HTTP API answers it.</summary>
/// <param name="Verdict">The word that all results share, <c>conflicting</c> if they differ, or unknown if there is none.</param>
/// <param name="Algorithm">Algorithm of the digest that was asked about.</param>
/// <param name="Digest">That digest, lower-case hex.</param>
/// <param name="CheckedAt">When it was answered, by the service's clock.</param>
/// <param name="Results">One for each institution that issued these bytes, the earliest issuance first.</param>
/// <param name="Checkpoint">The checkpoint that the answer stands on.</param>
public sealed record VerdictDocument(
    Verdict Verdict,
    string Algorithm,
    string Digest,
    DateTimeOffset CheckedAt,
    IReadOnlyList<ResultDocument> Results,
    CheckpointDocument Checkpoint);

/// <summary>
/// What one institution says of the document. All of it but <paramref name="Unproven"/> follows from the entries that
/// the receipts prove, and the clock.
/// </summary>
/// <param name="Issuer">Who, as the issue that the result rests on names it.</param>
/// <param name="Verdict">Neither unknown nor conflicting.</param>
/// <param name="Since">Since when: the deciding act's time, or the end or beginning of validity.</param>
/// <param name="Receipt">Proof of the act that decides: the text of a <c>.tlog-proof</c>.</param>
/// <param name="IssueReceipt">Proof of the issue that it was done to; absent where that issue decides itself.</param>
/// <param name="ValidFrom">From when the document is to be relied on, if that was said.</param>
/// <param name="Expires">From when it is no longer to be relied on, if that was said.</param>
/// <param name="Reason">Why, for what was done to the document after it was issued.</param>
/// <param name="Note">What the institution adds to the reason.</param>
/// <param name="Successor">The document that takes its place, when superseded.</param>
/// <param name="Unproven">What only the service says.</param>
public sealed record ResultDocument(
    IssuerDocument Issuer,
    Verdict Verdict,
    DateTimeOffset Since,
    string Receipt,
    string? IssueReceipt = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? Expires = null,
    ReasonCode? Reason = null,
    string? Note = null,
    DigestDocument? Successor = null,
    UnprovenDocument? Unproven = null);

/// <summary>What the service says of a result and no receipt proves: good to know, not to rely on.</summary>
/// <param name="Acts">What the institution did to the document, in the order of effect; the last <see cref="MaxActs"/>.</param>
/// <param name="Type">The institution's word for the kind of document.</param>
/// <param name="SuccessorVerdict">What the same institution says of the document that takes this one's place.</param>
public sealed record UnprovenDocument(IReadOnlyList<ActDocument> Acts, string? Type = null, Verdict? SuccessorVerdict = null)
{
    /// <summary>The most acts that are told, so that no institution makes answers about another's document long.</summary>
    public const int MaxActs = 100;
}

/// <summary>One act on a document.</summary>
/// <param name="LogIndex">Index of its entry in the log.</param>
/// <param name="Kind">What was done.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why; absent for an issue.</param>
public sealed record ActDocument(long LogIndex, ActKind Kind, DateTimeOffset At, ReasonCode? Reason = null);

/// <summary>An issuer as an answer names it.</summary>
/// <param name="Id">Its id, unique in this log.</param>
/// <param name="LegalName">Its registered name: in a result, the name when it issued.</param>
/// <param name="Jurisdiction">ISO 3166 code.</param>
/// <param name="Domain">Its own domain name; absent where none was given.</param>
public sealed record IssuerDocument(string Id, string LegalName, string Jurisdiction, string? Domain = null);

/// <summary>A checkpoint as an answer names it.</summary>
/// <param name="Origin">The log.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Root">Root hash, base64.</param>
/// <param name="Note">The whole signed note.</param>
public sealed record CheckpointDocument(string Origin, long Size, string Root, string Note)
{
    /// <summary>The document of a checkpoint.</summary>
    public static CheckpointDocument Of(SignedCheckpoint checkpoint) => new(
        checkpoint.Checkpoint.Origin,
        checkpoint.Size,
        checkpoint.Checkpoint.Root.ToString(),
        Encoding.UTF8.GetString(checkpoint.Note.Span));
}

/// <summary>The body of <c>POST /v1/verify</c>.</summary>
/// <param name="Digests">What to look up: 1 to <see cref="MaxDigests"/>.</param>
public sealed record BatchRequestDocument(IReadOnlyList<DigestDocument> Digests)
{
    /// <summary>The most digests in one request.</summary>
    public const int MaxDigests = 1000;
}

/// <summary>A digest.</summary>
/// <param name="Algorithm">One of the algorithm names.</param>
/// <param name="Digest">Hex; of either case in a request, lower case in an answer.</param>
public sealed record DigestDocument(string Algorithm, string Digest);

/// <summary>The answer to <c>POST /v1/verify</c>.</summary>
/// <param name="Results">One a digest, in the order asked.</param>
public sealed record BatchAnswerDocument(IReadOnlyList<VerdictDocument> Results);
