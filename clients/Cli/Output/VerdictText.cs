using System.Globalization;
using TrueCopy.Client;
using TrueCopy.Verification;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Cli.Output;

/// <summary>A verdict in words for a person. Colour only underlines what the words say.</summary>
internal static class VerdictText
{
    public static Printable Of(VerifyOutput result, IReadOnlyList<ReceiptCheck> checks, Terminal terminal)
    {
        var text = new Printable();
        text.AppendLine($"{Headline(result.Verdict, terminal)}  {result.File}");
        switch (result.Verdict)
        {
            case null when result.Digest is null:
                return text.AppendLine($"  {result.Error}");
            case null:
                text.AppendLine($"  The service's answer cannot be relied on. {result.Error}");
                text.AppendLine($"  This says nothing about the file. Do not rely on it until the service is looked into.");
                break;
            case Verdict.Unknown:
                text.AppendLine($"  No issuer of this log issued a file with these bytes. Either it was changed since it was");
                text.AppendLine($"  issued, by as little as one bit, or it was never issued here. The log cannot tell which.");
                break;
            default:
                for (var i = 0; i < checks.Count; i++)
                    AppendResult(text, result.Answer!.Results[i], severalResults: checks.Count > 1);
                AppendChecks(text, checks[0], result.Algorithm!);
                break;
        }

        text.AppendLine($"  {result.Algorithm} {result.Digest}");
        return text;
    }

    /// <summary>A verdict in a word, as different to the eye without colour as with it.</summary>
    public static Printable Headline(Verdict? verdict, Terminal terminal)
    {
        var (word, tone) = Headline(verdict);
        return terminal.Paint(tone, word);
    }

    public static (string Word, Tone Tone) Headline(Verdict? verdict) => verdict switch
    {
        Verdict.Verified => ("✔ VERIFIED", Tone.Good),
        Verdict.Revoked => ("✘ REVOKED", Tone.Bad),
        Verdict.Suspended => ("⏸ SUSPENDED", Tone.Caution),
        Verdict.Superseded => ("↷ SUPERSEDED", Tone.Caution),
        Verdict.Expired => ("⌛ EXPIRED", Tone.Caution),
        Verdict.NotYetValid => ("⏳ NOT YET VALID", Tone.Caution),
        Verdict.Unknown => ("? UNKNOWN", Tone.Bad),
        _ => ("‼ NO ANSWER", Tone.Bad),
    };

    /// <summary>What the verdict means, in half a sentence.</summary>
    private static string Meaning(ResultDocument result) => result.Verdict switch
    {
        Verdict.Revoked => $"taken back for good at {Time(result.Since)}",
        Verdict.Suspended => $"on hold since {Time(result.Since)}; it may be reinstated",
        Verdict.Superseded => $"replaced by another document at {Time(result.Since)}",
        Verdict.Expired => $"to be relied on until {Time(result.Since)} only",
        Verdict.NotYetValid => $"to be relied on from {Time(result.Since)} on",
        _ => "it stands",
    };

    private static void AppendResult(Printable text, ResultDocument result, bool severalResults)
    {
        var issuer = result.Issuer;
        foreach (var issue in result.Acts.Where(act => act.Kind == ActKind.Issue))
            text.AppendLine($"  issued by {issuer.LegalName} [{issuer.Jurisdiction}] ({issuer.Id}) at {Time(issue.At)}, log entry {issue.LogIndex}");
        if (result.Verdict != Verdict.Verified || severalResults)
            text.AppendLine($"  {ExactName.Of(result.Verdict)}: {Meaning(result)}");
        if (result.Reason is { } reason)
            text.AppendLine($"  reason: {ExactName.Of(reason)}{(result.Note is null ? "" : $" ({result.Note})")}");
        if (result.Successor is { } successor)
            text.AppendLine($"  replaced by {successor.Algorithm} {successor.Digest}, which is {ExactName.Of(successor.Verdict)}");
        if (result is { Verdict: Verdict.Verified, Expires: { } expires })
            text.AppendLine($"  to be relied on until {Time(expires)}");
    }

    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static Printable FirstUse(LogKeys keys, string knownLogs) => $"""

        First use: the log's key came from the service itself. It is kept in {knownLogs},
        and the service is held to it from now on. To be sure of this time too, compare it with the key that you got
        by another way, or give that one with --key (or TRUECOPY_KEY):
          {keys.Verifiers[0]}

        """;

    public static void AppendChecks(Printable text, ReceiptCheck check, string algorithm)
    {
        text.AppendLine($"  checked here, not taken on trust:");
        text.AppendLine($"    ✔ the receipt is about this file's {algorithm} digest");
        text.AppendLine($"    ✔ entry {check.Index} is in the log of {check.Checkpoint.Size} entries");
        foreach (var key in check.Checkpoint.Signers)
            text.AppendLine($"    ✔ that log is signed by {key.Name}+{key.KeyId:x8}");
    }
}
