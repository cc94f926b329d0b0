using System.Text;

namespace TrueCopy.Client;

/// <summary>
/// Holds a service to what it says: an answer counts only if it says what the entries say that its receipts prove, and
/// nothing else outside of what it marks as unproven.
/// </summary>
internal static class AnswerCheck
{
    /// <summary>Checks an answer about <paramref name="digest"/>.</summary>
    /// <param name="answer">What the service said.</param>
    /// <param name="digest">What it was asked.</param>
    /// <param name="checkpoints">Checkpoints that count.</param>
    /// <param name="policy">Whose witnesses have to have seen them, and how lately; null for none.</param>
    /// <param name="now">Time by this client's clock, which judges validity.</param>
    public static CheckedAnswer Run(VerdictDocument answer, Digest digest, OpenedCheckpoints checkpoints, (TrustPolicy Rules, TimeSpan MaxAge)? policy, DateTimeOffset now)
    {
        try
        {
            if (answer.Algorithm != digest.Algorithm.Name || answer.Digest != digest.Hex)
                throw Differs("The answer is about another document.");
            Freshness.Check(answer.CheckedAt, now);
            var signed = Open(answer.Checkpoint, checkpoints);
            PolicyResult? witnesses = null;
            if (policy is { } required)
            {
                witnesses = checkpoints.Require(required.Rules, signed, now);
                Witnessing.RequireRecent(witnesses, now, required.MaxAge);
            }

            // Receipts are kept: each has to hold by itself.
            SignedCheckpoint OpenSame(ReadOnlyMemory<byte> note)
            {
                var own = Same(checkpoints.Open(note), signed);
                if (policy is { } each)
                    checkpoints.Require(each.Rules, own, now);
                return own;
            }

            var results = new CheckedResult[answer.Results.Count];
            for (var i = 0; i < results.Length; i++)
                results[i] = Prove(answer.Results[i], answer.CheckedAt, digest, OpenSame);
            CheckWhole(answer, results);
            return AsOf(new CheckedAnswer(digest, answer, results, now) { Witnesses = witnesses });
        }
        catch (ReceiptException exception)
        {
            return new CheckedAnswer(digest, answer, [], now, exception);
        }
    }

    private static SignedCheckpoint Open(CheckpointDocument stated, OpenedCheckpoints checkpoints)
    {
        try
        {
            var signed = checkpoints.Open(stated.Note);
            return signed.Checkpoint.Origin == stated.Origin && signed.Size == stated.Size && signed.Checkpoint.Root.ToString() == stated.Root
                ? signed
                : throw new ReceiptException(ReceiptFault.Checkpoint, "The answer states another checkpoint than the one that is signed.");
        }
        catch (LogFormatException exception)
        {
            throw new ReceiptException(ReceiptFault.Checkpoint, $"The answer stands on no checkpoint of the log: {exception.Message}.", exception);
        }
    }

    // What one institution says stands on the same log as what another says.
    private static SignedCheckpoint Same(SignedCheckpoint own, SignedCheckpoint ofAnswer) =>
        own.Size == ofAnswer.Size && own.Checkpoint.Root == ofAnswer.Checkpoint.Root
            ? own
            : throw new LogFormatException("it stands on another checkpoint than the answer");

    private static CheckedResult Prove(ResultDocument result, DateTimeOffset checkedAt, Digest digest, Func<ReadOnlyMemory<byte>, SignedCheckpoint> open)
    {
        var deciding = ReceiptCheck.Run(Parse(result.Receipt), digest, open);
        var issue = result.IssueReceipt is null ? deciding : ReceiptCheck.Run(Parse(result.IssueReceipt), digest, open);
        if (issue.Entry is not { Kind: ActKind.Issue, Issuer: not null, LegalName: not null, Jurisdiction: not null })
            throw Differs("The answer comes without a receipt of the issue that it rests on.");
        if (!ReferenceEquals(issue, deciding))
        {
            if (deciding.Entry.Kind is not (ActKind.Revoke or ActKind.Suspend or ActKind.Supersede))
                throw Differs("The receipt is not of an act that decides.");
            if (deciding.Entry.Issuer != issue.Entry.Issuer || deciding.Entry.Target != issue.Index)
                throw Differs("The receipt is of an act on another issue than the answer.");
        }

        if (Difference(result, issue.Entry, deciding, checkedAt) is { } member)
            throw Differs($"The receipt has another {member} than the answer.");

        // Whatever the service, its index or its storage say: the log itself says how the document stands.
        return issue.Status.Contradicts(result.Verdict) is { } contradiction
            ? throw new ReceiptException(ReceiptFault.Status, contradiction)
            : new CheckedResult(result, deciding, issue);
    }

    private static string? Difference(ResultDocument said, Entry issue, ReceiptCheck deciding, DateTimeOffset checkedAt)
    {
        var word = VerdictWord.Of(deciding.Entry, checkedAt);
        return said.Issuer.Id != issue.Issuer || said.Issuer.LegalName != issue.LegalName || said.Issuer.LegalNames != issue.LegalNames || said.Issuer.Jurisdiction != issue.Jurisdiction || said.Issuer.Domain is not null || said.Issuer.DomainOutcome is not null ? "issuer"
            : said.Verdict != word.Verdict ? "verdict"
            : said.Since != word.Since ? "time"
            : said.ValidFrom != issue.ValidFrom || said.Expires != issue.Expires ? "validity"
            : said.Reason != deciding.Entry.Reason ? "reason"
            : said.Note != deciding.Receipt.Note ? "note"
            : said.Successor?.Algorithm != deciding.Receipt.Successor?.Algorithm.Name || said.Successor?.Digest != deciding.Receipt.Successor?.Hex ? "successor"
            : null;
    }

    private static void CheckWhole(VerdictDocument answer, CheckedResult[] results)
    {
        for (var i = 1; i < results.Length; i++)
        {
            for (var before = 0; before < i; before++)
            {
                if (results[before].Issue.Entry.Issuer == results[i].Issue.Entry.Issuer)
                    throw Differs("The answer has two results of one institution.");
            }

            if (Issuance(results[i - 1]).CompareTo(Issuance(results[i])) > 0)
                throw Differs("The answer's results are not in the order of their issues.");
        }

        if (answer.Verdict != VerdictWord.Overall(answer.Results, result => result.Verdict))
            throw Differs("The answer comes without a receipt, or says something else than its own results.");
    }

    private static (DateTimeOffset At, long Index) Issuance(CheckedResult result) => (result.Issue.Entry.At, result.Issue.Index);

    // The service's words are of its own clock. Where validity begins or ends between that and this one, this one's count.
    private static CheckedAnswer AsOf(CheckedAnswer answer)
    {
        foreach (var result in answer.Results)
        {
            if (VerdictWord.Of(result.Deciding.Entry, answer.CheckedAt).Verdict != result.Document.Verdict)
                return answer.With([.. answer.Results.Select(each => each.At(answer.CheckedAt))]);
        }

        return answer;
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

/// <summary>What the service said of a document, and what that is worth.</summary>
/// <param name="Digest">The document.</param>
/// <param name="Document">
/// What counts: all of it follows from entries that are proven and the clock of this client, but for what results mark as
/// unproven. Where <paramref name="Fault"/> is set, the service's words as they came, good for looking into only.
/// </param>
/// <param name="Results">Each institution's result with its proofs; empty for <c>unknown</c>, which nothing can prove, and where <paramref name="Fault"/> is set.</param>
/// <param name="CheckedAt">When it was checked, by this client's clock.</param>
/// <param name="Fault">Why the answer does not count; null if it does.</param>
public sealed record CheckedAnswer(
    Digest Digest,
    VerdictDocument Document,
    IReadOnlyList<CheckedResult> Results,
    DateTimeOffset CheckedAt,
    ReceiptException? Fault = null)
{
    /// <summary>Who has seen the state of the log that the answer stands on, and when; null where no policy says who should.</summary>
    public PolicyResult? Witnesses { get; init; }

    /// <summary>The verdict; null where the answer does not count, which says nothing about the document.</summary>
    public Verdict? Verdict => Fault is null ? Document.Verdict : null;

    /// <summary>Every receipt that the answer rests on: of each result that of the deciding act, then that of its issue if it is another.</summary>
    public IReadOnlyList<ReceiptCheck> Receipts => [.. Results.SelectMany(result => result.Receipts)];

    /// <summary>Narrows the answer to what one institution says.</summary>
    public CheckedAnswer OfIssuer(string issuer) =>
        Fault is null ? With([.. Results.Where(result => result.Document.Issuer.Id == issuer)]) : this;

    internal CheckedAnswer With(IReadOnlyList<CheckedResult> results) => this with
    {
        Document = Document with { Verdict = VerdictWord.Overall(results, result => result.Document.Verdict), Results = [.. results.Select(result => result.Document)] },
        Results = results,
    };
}

/// <summary>What one institution says, and the proof of it.</summary>
/// <param name="Document">What it says; all proven but what is marked as not.</param>
/// <param name="Deciding">The act that decides.</param>
/// <param name="Issue">The issue that the result rests on: the very same where nothing was done to it.</param>
public sealed record CheckedResult(ResultDocument Document, ReceiptCheck Deciding, ReceiptCheck Issue)
{
    /// <summary>That of the deciding act, then that of the issue if it is another.</summary>
    public IEnumerable<ReceiptCheck> Receipts => ReferenceEquals(Deciding, Issue) ? [Deciding] : [Deciding, Issue];

    internal CheckedResult At(DateTimeOffset now)
    {
        var (verdict, since) = VerdictWord.Of(Deciding.Entry, now);
        return this with { Document = Document with { Verdict = verdict, Since = since } };
    }
}
