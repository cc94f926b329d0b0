namespace TrueCopy.Cli.Output;

/// <summary>The state of a ledger in words.</summary>
internal static class RecoveryText
{
    public static Printable Of(RecoveryOutput output, string done, Terminal terminal)
    {
        var headline = output.Healthy ? terminal.Good("✔ WHOLE") : terminal.Bad("✘ NOT WHOLE");
        Printable text = $"{headline}  {output.Size} entries in {output.Batches} batches {done}";
        foreach (var finding in output.Findings)
        {
            var mark = finding.Repaired ? terminal.Good("✔ repaired") : terminal.Bad("✘");
            text.Append($"\n  {mark} {finding.What}\n      {finding.Repair}");
        }

        if (!output.Healthy)
            text.Append($"\n  Nothing is repaired without --apply.");
        return text;
    }
}

/// <summary>Progress over a number that may be large or zero, for a bar of a hundred steps.</summary>
internal sealed class PercentProgress(IProgress<long> bar) : IProgress<(long Done, long Of)>
{
    public const int Whole = 100;

    public void Report((long Done, long Of) value) => bar.Report(value.Of == 0 ? Whole : Whole * value.Done / value.Of);
}
