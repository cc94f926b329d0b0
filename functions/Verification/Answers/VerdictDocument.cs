using System.Text;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Verification.Answers;

/// <summary>A verdict as the HTTP API answers it.</summary>
/// <param name="Verdict">The overall answer: that of the first result, or unknown if there is none.</param>
/// <param name="Algorithm">Algorithm of the digest that was asked about.</param>
/// <param name="Digest">That digest, lower-case hex.</param>
/// <param name="CheckedAt">When it was answered, by the service's clock.</param>
/// <param name="Results">One for each institution that issued these bytes, the nearest to verified first.</param>
/// <param name="Checkpoint">The checkpoint that the answer stands on.</param>
public sealed record VerdictDocument(
    Verdict Verdict,
    string Algorithm,
    string Digest,
    DateTimeOffset CheckedAt,
    IReadOnlyList<ResultDocument> Results,
    CheckpointDocument Checkpoint)
{
    /// <summary>The document of an answer.</summary>
    public static VerdictDocument Of(Answer answer) => new(
        answer.Verdict,
        answer.Digest.Algorithm.Name,
        answer.Digest.Hex,
        answer.CheckedAt,
        [.. answer.Issuers.Select(ResultDocument.Of)],
        CheckpointDocument.Of(answer.Checkpoint));
}

/// <summary>What one institution says of the document.</summary>
/// <param name="Issuer">Who, as it was called when it last issued the document.</param>
/// <param name="Verdict">Never unknown.</param>
/// <param name="Since">Since when it is so.</param>
/// <param name="Acts">Everything that it did to the document, in the order of effect.</param>
/// <param name="Receipt">Proof of the act that decides: the text of a <c>.tlog-proof</c>.</param>
/// <param name="ValidFrom">From when the document is to be relied on, if that was said.</param>
/// <param name="Expires">From when it is no longer to be relied on, if that was said.</param>
/// <param name="Type">The institution's word for the kind of document.</param>
/// <param name="Reason">Why, for what was done to the document after it was issued.</param>
/// <param name="Note">What the institution adds to the reason.</param>
/// <param name="Successor">The document that takes its place, when superseded.</param>
public sealed record ResultDocument(
    IssuerDocument Issuer,
    Verdict Verdict,
    DateTimeOffset Since,
    IReadOnlyList<ActDocument> Acts,
    string Receipt,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? Expires = null,
    string? Type = null,
    ReasonCode? Reason = null,
    string? Note = null,
    SuccessorDocument? Successor = null)
{
    internal static ResultDocument Of(IssuerAnswer answer)
    {
        var result = answer.Result;
        var issue = result.Issue;
        return new ResultDocument(
            new IssuerDocument(issue.Entry.Issuer ?? "", issue.Entry.LegalName ?? "", issue.Entry.Jurisdiction ?? ""),
            result.Verdict,
            result.Since,
            [.. result.Acts.Select(act => new ActDocument(act.Anchor.LogIndex, act.Entry.Kind, act.Entry.At, act.Entry.Reason))],
            Encoding.UTF8.GetString(answer.Receipt.Encode()),
            issue.Entry.ValidFrom,
            issue.Entry.Expires,
            issue.Anchor.Confidential.Type,
            result.Deciding.Entry.Reason,
            result.Deciding.Anchor.Confidential.Note,
            answer.Successor is { } successor ? new SuccessorDocument(successor.Digest.Algorithm.Name, successor.Digest.Hex, successor.Verdict) : null);
    }
}

/// <summary>The document that takes another's place.</summary>
/// <param name="Algorithm">Algorithm of its digest.</param>
/// <param name="Digest">Its digest, lower-case hex.</param>
/// <param name="Verdict">What the same institution says of it.</param>
public sealed record SuccessorDocument(string Algorithm, string Digest, Verdict Verdict);

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
    internal static CheckpointDocument Of(TransparencyLog.Checkpoints.SignedCheckpoint checkpoint) => new(
        checkpoint.Checkpoint.Origin,
        checkpoint.Size,
        checkpoint.Checkpoint.Root.ToString(),
        Encoding.UTF8.GetString(checkpoint.Note.Span));
}
