using System.Globalization;
using TrueCopy.Client;

namespace TrueCopy.Cli.Output;

/// <summary>How a document stands by the log's own status, and how old that is, in words for a person.</summary>
internal static class StatusText
{
    /// <summary>What is known of one document, in a line.</summary>
    public static Printable Of(OfflineAnswer answer, Terminal terminal)
    {
        if (answer.Status is { Missing: { } missing })
            return $"{missing}";
        var at = terminal.Time(answer.ByStatus?.AsOf ?? answer.Status.At!.Value);
        var by = answer.ByStatus is null ? "the log's status in the receipt" : "the log's status, kept here";
        return answer.Status.Status switch
        {
            EntryStatus.Stands => $"as of {at} it stands, by {by}",
            EntryStatus.Reissued => $"as of {at} another issue of the same document counts, by {by}: get its receipt",
            { } status => $"as of {at} it is {NameOf(status)}, by {by}",
            _ => $"",
        };
    }

    /// <summary>The whole of it.</summary>
    public static Printable Of(StatusOutput status, Printable headline, DateTimeOffset now, Terminal terminal)
    {
        var text = new Printable();
        text.AppendLine($"{headline}  {status.File} ({status.Bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes)");
        text.AppendLine($"  the status of the first {status.Entries.ToString("N0", CultureInfo.InvariantCulture)} entries of {status.Log}, as of {terminal.Time(status.AsOf)}, {Age(now - status.AsOf)} ago");
        text.AppendLine($"  {(status.Counts.Count == 0 ? "all that was issued stands" : string.Join(", ", status.Counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key}: {count.Value:N0}"))))}");
        if (status.From > 0)
            text.AppendLine($"  the log keeps it since entry {status.From}; of documents of before, nothing is proven");
        text.AppendLine($"  {(status.Witnesses is { } seen ? $"seen by {string.Join(", ", seen.SeenBy.Select(witness => witness.Name))}" : "not witnessed: that it was the newest is the service's word alone")}");
        return text;
    }

    /// <summary>The name of a status; the number of one that this version does not know.</summary>
    public static string NameOf(EntryStatus status) => Enum.IsDefined(status) ? WireName.Of(status) : string.Create(CultureInfo.InvariantCulture, $"status {(int)status}");

    /// <summary>A length of time, roughly.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 2 } => "a minute",
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} minutes"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days"),
    };
}
