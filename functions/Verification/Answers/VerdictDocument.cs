using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Verification.Answers;

/// <summary>A verdict as the HTTP API answers it.</summary>
/// <param name="Verdict">The answer.</param>
/// <param name="Algorithm">Algorithm of the digest that was asked about.</param>
/// <param name="Digest">That digest, lower-case hex.</param>
/// <param name="CheckedAt">When it was answered, by the service's clock.</param>
/// <param name="Acts">Every act on the document, in the order of effect; empty when unknown.</param>
/// <param name="Checkpoint">The checkpoint that the answer stands on.</param>
/// <param name="Receipt">The deciding act's receipt, the text of a <c>.tlog-proof</c>; absent when unknown.</param>
public sealed record VerdictDocument(
    Verdict Verdict,
    string Algorithm,
    string Digest,
    DateTimeOffset CheckedAt,
    IReadOnlyList<ActDocument> Acts,
    CheckpointDocument Checkpoint,
    string? Receipt = null)
{
    /// <summary>The document of an answer.</summary>
    public static VerdictDocument Of(Answer answer) => new(
        answer.Decision.Verdict,
        answer.Digest.Algorithm.Name,
        answer.Digest.Hex,
        answer.CheckedAt,
        [.. answer.Decision.Acts.Select(ActDocument.Of)],
        CheckpointDocument.Of(answer.Checkpoint),
        answer.Receipt is { } receipt ? System.Text.Encoding.UTF8.GetString(receipt.Encode()) : null);
}

/// <summary>One act on a document.</summary>
/// <param name="LogIndex">Index of its entry in the log.</param>
/// <param name="Kind">What was done.</param>
/// <param name="At">When.</param>
/// <param name="Issuer">By whom.</param>
public sealed record ActDocument(long LogIndex, ActKind Kind, DateTimeOffset At, IssuerDocument Issuer)
{
    internal static ActDocument Of(RecordedAct act) => new(
        act.Anchor.LogIndex,
        act.Entry.Kind,
        act.Entry.At,
        new IssuerDocument(act.Entry.Issuer ?? "", act.Entry.LegalName ?? "", act.Entry.Jurisdiction ?? ""));
}

/// <summary>An issuer as an answer names it.</summary>
/// <param name="Id">Its id, unique in this log.</param>
/// <param name="LegalName">Its registered name: in an act, the name at that time.</param>
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
        System.Text.Encoding.UTF8.GetString(checkpoint.Note.Span));
}
