using TrueCopy.Cli.Files;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Output;

/// <summary>What a receipt proves, in words for a person.</summary>
internal static class OfflineText
{
    public static Printable Of(OfflineResult result, Terminal terminal)
    {
        var (word, tone) = Headline(result);
        return Of(result, terminal.Paint(tone, word), terminal);
    }

    /// <summary>The same under a headline of the caller's.</summary>
    public static Printable Of(OfflineResult result, Printable headline, Terminal terminal)
    {
        var text = new Printable();
        text.AppendLine($"{headline}  {result.Output.File}");
        if (result.Answer is not { } answer)
        {
            text.AppendLine($"  {result.Output.Reason}");
            return result.ExitCode == ExitCode.NotWitnessed ? text.AppendLine($"  {WitnessText.RefreshReceipt}") : text;
        }

        var entry = answer.Check.Entry;
        var (name, others) = terminal.NameOf(entry.LegalName ?? "", entry.LegalNames);
        text.AppendLine($"  {name} [{entry.Jurisdiction}] ({entry.Issuer}) did \"{WireName.Of(entry.Kind)}\" at {terminal.Time(entry.At)}");
        VerdictText.AppendNames(text, others);
        if (entry.Reason is { } reason)
            text.AppendLine($"  reason: {WireName.Of(reason)}{(result.Output.Note is null ? "" : $" ({result.Output.Note})")}");
        if (result.Output.Successor is { } successor)
            text.AppendLine($"  replaced by {successor}");
        if (entry.ValidFrom is { } validFrom)
            text.AppendLine($"  to be relied on from {terminal.Time(validFrom)} on");
        if (entry.Expires is { } expires)
            text.AppendLine($"  to be relied on until {terminal.Time(expires)}");
        VerdictText.AppendChecks(text, [answer.Check], entry.Algorithm!);
        if (answer.Seen)
            text.AppendLine($"    ✔ it is the log as the service showed it here before");
        text.AppendLine($"  {WitnessText.SeenBy(answer.Witnesses, terminal)}");
        if (entry.Kind == ActKind.Issue)
            text.AppendLine($"  {StatusText.Of(answer, terminal)}");
        return text;
    }

    public static VerdictRow RowOf(OfflineResult result, Terminal terminal)
    {
        var (word, tone) = Headline(result);
        var entry = result.Answer?.Check.Entry;
        var detail = entry is null ? result.Output.Reason! : $"{terminal.NameOf(entry.LegalName ?? "", entry.LegalNames).Name}, {terminal.Time(entry.At)}";
        return new VerdictRow(result.Output.File, word, tone, detail, result.ExitCode);
    }

    /// <summary>What no receipt can prove.</summary>
    public static Printable Caveat(SeenLog? seen, KeptStatus? status, DateTimeOffset now, Terminal terminal)
    {
        if (status is null)
        {
            return $"""

                Offline: the receipts prove what was done, up to the log of their size. Whether it still stands since,
                only the service can say (truecopy verify), or a status that is kept (truecopy status fetch).{(seen is null ? new Printable() : $"\nThe log was last seen here at {terminal.Time(seen.At)}, with {seen.Checkpoint.Size} entries.")}

                """;
        }

        var text = new Printable().AppendLine($"");
        text.AppendLine($"Offline: how documents stand is as of {terminal.Time(status.AsOf)}, {StatusText.Age(now - status.AsOf)} ago, by the log's own status, of {status.Covers} entries.");
        text.AppendLine($"What was done since, only a newer one says: truecopy status fetch");
        return status.Witnesses is null ? text.AppendLine($"That it was the newest then is the service's word: no witnesses are asked for.") : text;
    }

    private static (string Word, Tone Tone) Headline(OfflineResult result) => result switch
    {
        { Verdict: Verdict.Verified, Answer.ByStatus: not null, Answer.Status.Status: EntryStatus.Stands } => VerdictText.Headline(Verdict.Verified),
        { Verdict: Verdict.Verified } => ("✔ ISSUED", Tone.Good),
        { Verdict: Verdict.Unknown, Answer.Status.Status: EntryStatus.Reissued } => ("↻ ISSUED AGAIN", Tone.Bad),
        { Verdict: { } verdict } => VerdictText.Headline(verdict),
        { ExitCode: ExitCode.NotWitnessed } => WitnessText.Headline,
        { ExitCode: ExitCode.NotVerified } => ("✘ THE RECEIPT DOES NOT HOLD", Tone.Bad),
        _ => ("‼ NO RECEIPT", Tone.Bad),
    };
}
