namespace TrueCopy.Client;

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
