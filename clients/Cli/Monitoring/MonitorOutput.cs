using TrueCopy.Cli.Audit;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Monitoring;

/// <summary>What <c>monitor --json</c> says, and what a webhook is told.</summary>
/// <param name="Issuer">The institution's id.</param>
/// <param name="IsFirst">Whether this is the first run, which only says how things stand.</param>
/// <param name="Names">The institution's names.</param>
/// <param name="Counts">New entries by kind: <c>act</c>, <c>registry</c>, <c>receiver</c>, <c>namesake</c>, <c>keys</c>.</param>
/// <param name="Entries">The new entries, in the log's order: 1,000 at most; of a first run namesakes only.</param>
/// <param name="ExitCode">The run's exit code, but that of an undelivered report.</param>
/// <param name="Audit">What the audit of the log found.</param>
internal sealed record MonitorOutput(
    string Issuer,
    bool IsFirst,
    IReadOnlyCollection<string> Names,
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<WatchedEntry> Entries,
    int ExitCode,
    AuditOutput Audit);

/// <summary>A watch in words.</summary>
internal static class MonitorText
{
    private const int FewEntries = 50;

    public static Printable Of(MonitorOutput output, Reviewed reviewed, Terminal terminal)
    {
        var text = new Printable();
        var counted = string.Join(", ", output.Counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Value} {Word(count.Key)}"));
        if (reviewed.Report.Outcome != AuditOutcome.Holds)
            text.AppendLine($"{terminal.Bad("‼ NOT WATCHED")}  {output.Issuer}: the log does not hold, so that nothing it says of it counts");
        else if (output.IsFirst)
            text.AppendLine($"{terminal.Good("✔ WATCHED FROM NOW ON")}  {output.Issuer}: so far {(counted.Length == 0 ? "nothing in the log. Is that its id?" : counted)}");
        else if (output.Counts.Count == 0)
            text.AppendLine($"{terminal.Good("✔ NOTHING NEW")}  {output.Issuer}");
        else
            text.AppendLine($"{terminal.Paint(Tone.Caution, "! NEW")}  {output.Issuer}: {counted}");
        foreach (var entry in output.Entries.Take(FewEntries))
            text.AppendLine($"  {Of(entry, terminal)}");
        if (output.Entries.Count > FewEntries)
            text.AppendLine($"  and {output.Counts.Values.Sum() - FewEntries} more; --json lists up to {IssuerWatch.MostTold}");
        return text.Append(AuditText.Of(reviewed.Output, reviewed.Report, terminal));
    }

    private static Printable Of(WatchedEntry entry, Terminal terminal) => entry.Kind switch
    {
        WatchedEntry.OfRegistry => $"entry {entry.LogIndex}, {terminal.Time(entry.At)}: the registry describes it as {entry.LegalName} [{entry.Jurisdiction}]{(entry.Domain is null ? "" : $", {entry.Domain}")}",
        WatchedEntry.OfReceiver => $"entry {entry.LogIndex}, {terminal.Time(entry.At)}: packages for it, as {entry.LegalName} [{entry.Jurisdiction}], are sealed to {entry.EncryptionKey}; if that key is not its own, somebody else opens them",
        WatchedEntry.OfNamesake => $"entry {entry.LogIndex}, {terminal.Time(entry.At)}: {terminal.Bad("another institution has a name like this one's")}: {entry.Issuer} is {entry.LegalName} [{entry.Jurisdiction}]",
        WatchedEntry.OfKeys => $"entry {entry.LogIndex}, {terminal.Time(entry.At)}: keys that sign for the log from there on: {string.Join(", ", entry.Keys ?? [])}",
        _ => $"entry {entry.LogIndex}, {terminal.Time(entry.At)}: {entry.Act}{(entry.Target is { } target ? $" of entry {target}" : "")}{(entry.Reason is null ? "" : $", {entry.Reason}")}",
    };

    private static string Word(string kind) => kind switch
    {
        WatchedEntry.OfAct => "under its id",
        WatchedEntry.OfRegistry => "of the registry",
        WatchedEntry.OfReceiver => "of the key that packages for it are sealed to",
        WatchedEntry.OfNamesake => "of others with a name like its own",
        _ => "of the log's keys",
    };
}
