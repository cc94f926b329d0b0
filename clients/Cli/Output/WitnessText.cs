using TrueCopy.Client;

namespace TrueCopy.Cli.Output;

/// <summary>Who has seen a checkpoint, as JSON says it.</summary>
/// <param name="Enough">Whether that is enough by the policy.</param>
/// <param name="Asks">What the policy asks for: <c>all of hongkong, shenzhen</c>.</param>
/// <param name="SeenBy">Who, the earliest first.</param>
/// <param name="NotSeenBy">Names of the witnesses that have not, whether needed or not.</param>
/// <param name="SeenAt">The latest time as of which enough had; absent where they have not.</param>
internal sealed record WitnessesOutput(bool Enough, string Asks, IReadOnlyList<SightingOutput> SeenBy, IReadOnlyList<string> NotSeenBy, DateTimeOffset? SeenAt)
{
    public static WitnessesOutput? Of(PolicyResult? result) => result is null ? null : new WitnessesOutput(
        result.IsMet,
        result.Policy.Describe(),
        [.. result.Sightings.Select(sighting => new SightingOutput(sighting.Witness.Name, sighting.Witness.Key.ToString(), sighting.At))],
        [.. result.Missing.Select(witness => witness.Name)],
        result.SeenAt);
}

/// <summary>A witness that has seen a checkpoint.</summary>
/// <param name="Name">What the policy calls it.</param>
/// <param name="Key">Its verifier key.</param>
/// <param name="At">When, by its clock.</param>
internal sealed record SightingOutput(string Name, string Key, DateTimeOffset At);

/// <summary>Who has seen the log, in words for a person.</summary>
internal static class WitnessText
{
    /// <summary>How somebody gets a receipt that today's witnesses cover.</summary>
    public const string RefreshReceipt = "If it was made before the log had these witnesses, get one of today: truecopy verify FILE --save-receipts, or truecopy receipt refresh";

    /// <summary>What is said in place of a verdict where too few have.</summary>
    public static (string Word, Tone Tone) Headline => ("‼ NOT WITNESSED", Tone.Bad);

    /// <summary>Who and when, in a line.</summary>
    public static Printable SeenBy(PolicyResult? result, Terminal terminal)
    {
        Printable nobody = $"not witnessed: that others are shown the same log is its operator's word alone";
        return result is null or { Policy.Quorum: null, Sightings.Count: 0 }
            ? nobody
            : $"seen by {string.Join(", ", result.Sightings.Select(sighting => $"{sighting.Witness.Name} {terminal.Time(sighting.At)}"))}";
    }

    /// <summary>The same of many files, each state of the log once.</summary>
    public static Printable OfMany(IEnumerable<CheckedAnswer?> answers, Terminal terminal)
    {
        var text = new Printable();
        foreach (var answer in answers.OfType<CheckedAnswer>().Where(answer => answer.Fault is null).DistinctBy(answer => answer.Witnesses?.Checkpoint))
            text.AppendLine($"The log{(answer.Witnesses is { } seen ? $" of {seen.Checkpoint.Size} entries" : "")}: {SeenBy(answer.Witnesses, terminal)}");
        return text;
    }

    public static void AppendRefusal(Printable text, ReceiptException fault, Terminal terminal)
    {
        if (fault.Witnesses is { } result)
            text.AppendLine($"  The answer rests on {(result.IsMet ? "an old" : "a")} state of the log, of {result.Checkpoint.Size} entries, {result.Describe(terminal.Time)}.");
        else
            text.AppendLine($"  {fault.Message}");
        if (fault.Witnesses is { IsMet: false } refused)
            text.AppendLine($"  Your policy asks for {refused.Policy.Describe()}.");
        text.AppendLine($"  This says nothing about the file. A witness may be out of reach, or somebody shows you a log that others are");
        text.AppendLine($"  not shown. Try again in a few minutes; if it stays so, ask those who run the log, by another way, and do not");
        text.AppendLine($"  rely on the file until then.");
    }
}
