using TrueCopy.Client;

namespace TrueCopy.Cli.Output;

/// <summary>A verdict in words for a person. Colour only underlines what the words say.</summary>
internal static class VerdictText
{
    /// <summary>Where institutions differ, the one that counts is the one that the document names.</summary>
    public const string AskForOne = "ask for the institution that the document names: --issuer ID";

    private const int FewActs = 5;

    /// <param name="result">As JSON says it.</param>
    /// <param name="answer">What was answered; null if the file cannot be read.</param>
    /// <param name="terminal">For colour.</param>
    public static Printable Of(VerifyOutput result, CheckedAnswer? answer, Terminal terminal)
    {
        var text = new Printable();
        var (word, tone) = Headline(result);
        text.AppendLine($"{terminal.Paint(tone, word)}  {result.File}");
        switch (result.Verdict)
        {
            case null when result.Digest is null:
                return text.AppendLine($"  {result.Error}");
            case null when result.IsNotWitnessed:
                WitnessText.AppendRefusal(text, answer!.Fault!, terminal);
                break;
            case null:
                text.AppendLine($"  The service's answer cannot be relied on. {result.Error}");
                text.AppendLine($"  This says nothing about the file. Do not rely on it until the service is looked into.");
                break;
            case Verdict.Unknown when result.IssuedByOthers is { } others:
                text.AppendLine($"  Issued by {Names(others, terminal)}, and no entry of {result.AskedIssuer} was shown. If the document names");
                text.AppendLine($"  {(others.Count == 1 ? "that institution" : "one of those")}, ask for it: --issuer {string.Join(" or ", others.Select(other => other.Id))}");
                break;
            case Verdict.Unknown:
                text.AppendLine($"  No issuer of this log issued a file with these bytes. Either it was changed since it was");
                text.AppendLine($"  issued, by as little as one bit, or it was never issued here. The log cannot tell which.");
                break;
            default:
                if (result.Verdict == Verdict.Conflicting)
                    text.AppendLine($"  Institutions differ about this file; {AskForOne}");
                foreach (var one in answer!.Results)
                    AppendResult(text, one, severalResults: answer.Results.Count > 1, terminal);
                AppendChecks(text, answer.Receipts, result.Algorithm!);
                AppendUnproven(text, answer.Results, terminal);
                break;
        }

        if (answer is { Fault: null })
            text.AppendLine($"  {WitnessText.SeenBy(answer.Witnesses, terminal)}");
        if (answer is not null)
            text.AppendLine($"  checked at {terminal.Time(answer.CheckedAt)}");
        text.AppendLine($"  {result.Algorithm} {result.Digest}");
        return text;
    }

    /// <summary>The institutions with their ids.</summary>
    public static string Names(IEnumerable<IssuerDocument> issuers, Terminal terminal) => string.Join(" and ", issuers.Select(issuer => $"{terminal.NameOf(issuer.LegalName, issuer.LegalNames).Name} [{issuer.Jurisdiction}] ({issuer.Id})"));

    /// <summary>What is said of a file in a word: its verdict, or that the institution that was asked about did not issue it and another did.</summary>
    public static (string Word, Tone Tone) Headline(VerifyOutput result) => result switch
    {
        { IsNotWitnessed: true } => WitnessText.Headline,
        { IssuedByOthers: not null } => ($"? NOT BY {result.AskedIssuer}", Tone.Bad),
        _ => Headline(result.Verdict),
    };

    /// <summary>A verdict in a word, as different to the eye without colour as with it.</summary>
    public static (string Word, Tone Tone) Headline(Verdict? verdict) => verdict switch
    {
        Verdict.Verified => ("✔ VERIFIED", Tone.Good),
        Verdict.Revoked => ("✘ REVOKED", Tone.Bad),
        Verdict.Suspended => ("⏸ SUSPENDED", Tone.Caution),
        Verdict.Superseded => ("↷ SUPERSEDED", Tone.Caution),
        Verdict.Expired => ("⌛ EXPIRED", Tone.Caution),
        Verdict.NotYetValid => ("⏳ NOT YET VALID", Tone.Caution),
        Verdict.Conflicting => ("≠ CONFLICTING", Tone.Conflict),
        Verdict.Unknown => ("? UNKNOWN", Tone.Bad),
        _ => ("‼ NO ANSWER", Tone.Bad),
    };

    /// <summary>What the verdict means, in half a sentence.</summary>
    private static string Meaning(ResultDocument result, Terminal terminal) => result.Verdict switch
    {
        Verdict.Revoked => $"taken back for good at {terminal.Time(result.Since)}",
        Verdict.Suspended => $"on hold since {terminal.Time(result.Since)}; it may be reinstated",
        Verdict.Superseded => $"replaced by another document at {terminal.Time(result.Since)}",
        Verdict.Expired => $"to be relied on until {terminal.Time(result.Since)} only",
        Verdict.NotYetValid => $"to be relied on from {terminal.Time(result.Since)} on",
        _ => "it stands",
    };

    private static void AppendResult(Printable text, CheckedResult checkedResult, bool severalResults, Terminal terminal)
    {
        var (result, issue) = (checkedResult.Document, checkedResult.Issue);
        var issuer = result.Issuer;
        var (name, others) = terminal.NameOf(issuer.LegalName, issuer.LegalNames);
        text.AppendLine($"  issued by {name} [{issuer.Jurisdiction}] ({issuer.Id}) at {terminal.Time(issue.Entry.At)}, log entry {issue.Index}");
        AppendNames(text, others);
        if (result.Verdict != Verdict.Verified || severalResults)
            text.AppendLine($"  {WireName.Of(result.Verdict)}: {Meaning(result, terminal)}");
        if (result.Reason is { } reason)
            text.AppendLine($"  reason: {WireName.Of(reason)}{(result.Note is null ? "" : $" ({result.Note})")}");
        if (result.Successor is { } successor)
            text.AppendLine($"  replaced by {successor.Algorithm} {successor.Digest}");
        if (result is { Verdict: Verdict.Verified, Expires: { } expires })
            text.AppendLine($"  to be relied on until {terminal.Time(expires)}");
    }

    /// <summary>What else an institution is called in law.</summary>
    public static void AppendNames(Printable text, IReadOnlyList<string> others)
    {
        if (others.Count > 0)
            text.AppendLine($"    in law also {string.Join("; ", others)}");
    }

    public static Printable FirstUse(LogKeys keys, LogPolicy? policy, string knownLogs) => $"""

        First use: the log's key came from the service itself. It is kept in {knownLogs},
        and the service is held to it from now on. To be sure of this time too, compare it with the key that you got
        by another way, or give that one with --key (or TRUECOPY_KEY):
          {keys.Verifiers[0]}{(policy is null ? new Printable() : $"\nIt also said which witnesses have to have seen its log, and is held to that: {policy.Rules.Describe()} (truecopy policy show).")}

        """;

    /// <summary>What was proven, by the receipts of one document.</summary>
    public static void AppendChecks(Printable text, IReadOnlyList<ReceiptCheck> checks, string algorithm)
    {
        text.AppendLine($"  checked here, not taken on trust:");
        text.AppendLine($"    ✔ the receipt{(checks.Count == 1 ? " is" : "s are")} about this file's {algorithm} digest");
        foreach (var log in checks.GroupBy(check => check.Checkpoint))
        {
            foreach (var check in log.OrderBy(check => check.Index))
                text.AppendLine($"    ✔ entry {check.Index} is in the log of {check.Checkpoint.Size} entries");
            foreach (var check in log.Where(check => check.Status.Status is not null))
                text.AppendLine($"    ✔ by that log's last entry, entry {check.Index} {(check.Status.Status == EntryStatus.Stands ? "" : "is ")}{StatusText.NameOf(check.Status.Status!.Value)}");
            foreach (var key in log.Key.Signers)
                text.AppendLine($"    ✔ that log is signed by {key.Name}+{key.KeyId:x8}");
        }
    }

    // Only what adds to that which is proven.
    private static void AppendUnproven(Printable text, IReadOnlyList<CheckedResult> results, Terminal terminal)
    {
        var lines = new List<Printable>();
        foreach (var result in results)
        {
            if (result.Document.Unproven is not { } unproven)
                continue;
            var (id, proven) = (result.Document.Issuer.Id, result.Receipts.Select(check => check.Index).ToHashSet());
            ActDocument[] others = [.. unproven.Acts.Where(act => !proven.Contains(act.LogIndex))];
            if (others.Length > FewActs)
                lines.Add($"{id}: {others.Length - FewActs:N0} other acts, then");
            foreach (var act in others.TakeLast(FewActs))
                lines.Add($"{id}: {WireName.Of(act.Kind)} at {terminal.Time(act.At)}, log entry {act.LogIndex}");
            if (unproven.Domain is { Domain: not null } said)
                lines.Add($"{id}: domain {said.Domain} {DomainText.Standing(said.Outcome)} by this service since {terminal.Time(said.Since)}, log entry {said.LogIndex}");
            if (unproven.Type is { } type)
                lines.Add($"{id}: a document of the kind \"{type}\"");
            if (unproven.SuccessorVerdict is { } successor)
                lines.Add($"{id}: what replaces it is {WireName.Of(successor)}");
        }

        if (lines.Count == 0)
            return;
        text.AppendLine($"  the service's word, which nothing here proves:");
        foreach (var line in lines)
            text.AppendLine($"    {line}");
    }
}
