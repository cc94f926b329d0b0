using System.Text;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Cli.Service;

/// <summary>Holds a service to what it says: an answer counts only if its receipt proves it.</summary>
internal static class AnswerCheck
{
    /// <summary>Checks an answer about <paramref name="digest"/>.</summary>
    /// <returns>What the receipt proves; null for <c>unknown</c>, which nothing can prove.</returns>
    /// <exception cref="ReceiptException">The receipt does not hold, or says something else than the answer.</exception>
    public static ReceiptCheck? Run(VerdictDocument answer, Digest digest, LogKeys keys)
    {
        if (answer.Algorithm != digest.Algorithm.Name || answer.Digest != digest.Hex)
            throw new ReceiptException(ReceiptFault.Document, "The answer is about another document.");
        if (answer.Receipt is null)
        {
            return answer.Verdict == Verdict.Unknown
                ? null
                : throw new ReceiptException(ReceiptFault.Document, "The answer comes without a receipt.");
        }

        var check = ReceiptCheck.Run(Parse(answer.Receipt), digest, keys.Verifiers);
        var agrees = answer.Acts.Any(act =>
            act.LogIndex == check.Index
            && act.Kind == check.Entry.Kind
            && act.At == check.Entry.At
            && act.Issuer.Id == check.Entry.Issuer
            && act.Issuer.LegalName == check.Entry.LegalName
            && act.Issuer.Jurisdiction == check.Entry.Jurisdiction);
        return agrees
            ? check
            : throw new ReceiptException(ReceiptFault.Document, "The receipt tells of another act than the answer.");
    }

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
