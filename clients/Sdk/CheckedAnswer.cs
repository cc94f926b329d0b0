using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Client;

/// <summary>What the service said of a document, and what that is worth.</summary>
/// <param name="Digest">The document.</param>
/// <param name="Document">The service's words, whole.</param>
/// <param name="Receipts">What the receipts prove, one a result; empty for <c>unknown</c>, which nothing can prove, and where <paramref name="Fault"/> is set.</param>
/// <param name="Fault">Why the answer does not count; null if it does.</param>
public sealed record CheckedAnswer(Digest Digest, VerdictDocument Document, IReadOnlyList<ReceiptCheck> Receipts, ReceiptException? Fault = null)
{
    /// <summary>The verdict; null where the answer does not count, which says nothing about the document.</summary>
    public Verdict? Verdict => Fault is null ? Document.Verdict : null;

    /// <summary>Narrows the answer to what one institution says.</summary>
    public CheckedAnswer OfIssuer(string issuer)
    {
        if (Fault is not null)
            return this;
        ResultDocument[] results = [.. Document.Results.Where(result => result.Issuer.Id == issuer)];
        var verdict = results is [var own, ..] ? own.Verdict : TrueCopy.Verification.Verdicts.Verdict.Unknown;
        return this with
        {
            Document = Document with { Verdict = verdict, Results = results },
            Receipts = [.. Receipts.Where(check => check.Entry.Issuer == issuer)],
        };
    }
}
