using System.Text;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Client;

/// <summary>Holds a service to what it says: an answer counts only if its receipt proves it.</summary>
internal static class AnswerCheck
{
    /// <summary>Checks an answer about <paramref name="digest"/>.</summary>
    public static CheckedAnswer Run(VerdictDocument answer, Digest digest, OpenedCheckpoints checkpoints)
    {
        try
        {
            return new CheckedAnswer(digest, answer, Prove(answer, digest, checkpoints));
        }
        catch (ReceiptException exception)
        {
            return new CheckedAnswer(digest, answer, [], exception);
        }
    }

    // What the receipts prove, one a result; empty for unknown, which nothing can prove.
    private static List<ReceiptCheck> Prove(VerdictDocument answer, Digest digest, OpenedCheckpoints checkpoints)
    {
        if (answer.Algorithm != digest.Algorithm.Name || answer.Digest != digest.Hex)
            throw Differs("The answer is about another document.");
        if (answer.Verdict != (answer.Results is [var first, ..] ? first.Verdict : Verdict.Unknown))
            throw Differs("The answer comes without a receipt, or says something else than its own results.");
        CheckCheckpoint(answer.Checkpoint, checkpoints);
        return [.. answer.Results.Select(result => Check(result, answer.CheckedAt, digest, checkpoints))];
    }

    private static void CheckCheckpoint(CheckpointDocument stated, OpenedCheckpoints checkpoints)
    {
        try
        {
            var signed = checkpoints.Open(stated.Note).Checkpoint;
            if (signed.Origin != stated.Origin || signed.Size != stated.Size || signed.Root.ToString() != stated.Root)
                throw new ReceiptException(ReceiptFault.Checkpoint, "The answer states another checkpoint than the one that is signed.");
        }
        catch (LogFormatException exception)
        {
            throw new ReceiptException(ReceiptFault.Checkpoint, $"The answer stands on no checkpoint of the log: {exception.Message}.", exception);
        }
    }

    private static ReceiptCheck Check(ResultDocument result, DateTimeOffset checkedAt, Digest digest, OpenedCheckpoints checkpoints)
    {
        var check = ReceiptCheck.Run(Parse(result.Receipt), digest, checkpoints.Open);
        var entry = check.Entry;
        var listed = result.Acts.Any(act => act.LogIndex == check.Index && act.Kind == entry.Kind && act.At == entry.At && act.Reason == entry.Reason);
        if (!listed || entry.Issuer != result.Issuer.Id || entry.Kind != DecidingKind(result.Verdict) || entry.Reason != result.Reason)
            throw Differs("The receipt tells of another act than the answer.");
        if (check.Receipt.Note != result.Note)
            throw Differs("The receipt has another note than the answer.");
        if (check.Receipt.Successor?.ToString() != (result.Successor is { } successor ? $"{successor.Algorithm}:{successor.Digest}" : null))
            throw Differs("The receipt names another successor than the answer.");
        if (entry.Kind == ActKind.Issue)
            CheckIssue(entry, result, checkedAt);
        return check;
    }

    private static void CheckIssue(Entry entry, ResultDocument result, DateTimeOffset checkedAt)
    {
        if (entry.LegalName != result.Issuer.LegalName || entry.Jurisdiction != result.Issuer.Jurisdiction)
            throw Differs("The receipt names another issuer than the answer.");
        var byTime = checkedAt >= entry.Expires ? Verdict.Expired : checkedAt < entry.ValidFrom ? Verdict.NotYetValid : Verdict.Verified;
        if (byTime != result.Verdict || entry.Expires != result.Expires || entry.ValidFrom != result.ValidFrom)
            throw Differs("The receipt has another validity than the answer.");
    }

    private static ActKind DecidingKind(Verdict verdict) => verdict switch
    {
        Verdict.Revoked => ActKind.Revoke,
        Verdict.Suspended => ActKind.Suspend,
        Verdict.Superseded => ActKind.Supersede,
        _ => ActKind.Issue,
    };

    private static ReceiptException Differs(string message) => new(ReceiptFault.Document, message);

    private static Receipt Parse(string text)
    {
        try
        {
            return Receipt.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (LogFormatException exception)
        {
            throw new ReceiptException(ReceiptFault.Checkpoint, $"The receipt is malformed: {exception.Message}.", exception);
        }
    }
}
