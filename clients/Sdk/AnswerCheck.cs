using System.Text;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Client;

/// <summary>
/// Holds a service to what it says: an answer counts only if it says what the entries say that its receipts prove, and
/// nothing else outside of what it marks as unproven.
/// </summary>
internal static class AnswerCheck
{
    private static readonly Comparer<CheckedResult> EarliestIssuance =
        Comparer<CheckedResult>.Create((left, right) => (left.Issue.Entry.At, left.Issue.Index).CompareTo((right.Issue.Entry.At, right.Issue.Index)));

    /// <summary>Checks an answer about <paramref name="digest"/>.</summary>
    /// <param name="answer">What the service said.</param>
    /// <param name="digest">What it was asked.</param>
    /// <param name="checkpoints">Checkpoints that count.</param>
    /// <param name="now">Time by this client's clock, which judges validity.</param>
    public static CheckedAnswer Run(VerdictDocument answer, Digest digest, OpenedCheckpoints checkpoints, DateTimeOffset now)
    {
        try
        {
            if (answer.Algorithm != digest.Algorithm.Name || answer.Digest != digest.Hex)
                throw Differs("The answer is about another document.");
            CheckCheckpoint(answer.Checkpoint, checkpoints);
            CheckedResult[] results = [.. answer.Results.Select(result => Prove(result, answer.CheckedAt, digest, checkpoints))];
            CheckWhole(answer, results);
            return AsOf(new CheckedAnswer(digest, answer, results, now));
        }
        catch (ReceiptException exception)
        {
            return new CheckedAnswer(digest, answer, [], now, exception);
        }
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

    private static CheckedResult Prove(ResultDocument result, DateTimeOffset checkedAt, Digest digest, OpenedCheckpoints checkpoints)
    {
        var deciding = ReceiptCheck.Run(Parse(result.Receipt), digest, checkpoints.Open);
        var issue = result.IssueReceipt is null ? deciding : ReceiptCheck.Run(Parse(result.IssueReceipt), digest, checkpoints.Open);
        if (issue.Entry is not { Kind: ActKind.Issue, Issuer: not null, LegalName: not null, Jurisdiction: not null })
            throw Differs("The answer comes without a receipt of the issue that it rests on.");
        if (!ReferenceEquals(issue, deciding))
        {
            if (deciding.Entry.Kind is not (ActKind.Revoke or ActKind.Suspend or ActKind.Supersede))
                throw Differs("The receipt is not of an act that decides.");
            if (deciding.Entry.Issuer != issue.Entry.Issuer || deciding.Entry.Target != issue.Index)
                throw Differs("The receipt is of an act on another issue than the answer.");
        }

        var proven = ResultDocument.Of(issue.Entry, deciding.Entry, deciding.Receipt, checkedAt);
        return Difference(result, proven) is { } member
            ? throw Differs($"The receipt has another {member} than the answer.")
            : new CheckedResult(result, deciding, issue);
    }

    private static string? Difference(ResultDocument said, ResultDocument proven) =>
        said.Issuer != proven.Issuer ? "issuer"
        : said.Verdict != proven.Verdict ? "verdict"
        : said.Since != proven.Since ? "time"
        : said.ValidFrom != proven.ValidFrom || said.Expires != proven.Expires ? "validity"
        : said.Reason != proven.Reason ? "reason"
        : said.Note != proven.Note ? "note"
        : said.Successor != proven.Successor ? "successor"
        : null;

    private static void CheckWhole(VerdictDocument answer, CheckedResult[] results)
    {
        if (results.DistinctBy(result => result.Issue.Entry.Issuer, StringComparer.Ordinal).Count() != results.Length)
            throw Differs("The answer has two results of one institution.");
        if (!results.Order(EarliestIssuance).SequenceEqual(results))
            throw Differs("The answer's results are not in the order of their issues.");
        if (answer.Verdict != VerdictRule.Overall(answer.Results.Select(result => result.Verdict)))
            throw Differs("The answer comes without a receipt, or says something else than its own results.");
    }

    // The service's words are of its own clock. Where validity begins or ends between that and this one, this one's count.
    private static CheckedAnswer AsOf(CheckedAnswer answer)
    {
        if (answer.Results.All(result => result.Document.Verdict == VerdictRule.WordOf(result.Deciding.Entry, answer.CheckedAt).Verdict))
            return answer;
        CheckedResult[] results = [.. answer.Results.Select(result => result.At(answer.CheckedAt))];
        return answer.With(results);
    }

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
