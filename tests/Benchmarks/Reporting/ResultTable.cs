using System.Globalization;

namespace TrueCopy.Benchmarks.Reporting;

/// <summary>Measurements as lines of text and as a Markdown table.</summary>
internal static class ResultTable
{
    public static string Line(Measurement measurement)
    {
        var line = $"{measurement.Name,-62} {Figures.Format(measurement.Value),10} {measurement.Unit}";
        if (measurement.Baseline is { } baseline)
            line += $"   ({baseline.Name}: {Figures.Format(baseline.Value)}; ratio {Figures.Format(measurement.Ratio ?? 0)})";
        return measurement.Goal is { } goal ? $"{line}   goal {goal.Text(measurement.Unit)}: {(measurement.Met == true ? "met" : "MISSED")}" : line;
    }

    /// <summary>The headline measurements of all reports, for docs/benchmarks.md.</summary>
    public static string Markdown(IReadOnlyList<ScenarioReport> reports)
    {
        var lines = new List<string> { "| figure | measured | baseline in the same run | ratio | goal |", "| --- | ---: | --- | ---: | --- |" };
        foreach (var measurement in reports.SelectMany(report => report.Measurements).Where(measurement => measurement.Headline))
        {
            var baseline = measurement.Baseline is { } compared ? $"{compared.Name}: {Figures.Format(compared.Value)}" : "";
            var ratio = measurement.Ratio is { } value ? Figures.Format(value) + "×" : "";
            var goal = measurement.Goal is { } aimed ? $"{aimed.Text(measurement.Unit)} {(measurement.Met == true ? "✔" : "✘ missed")}" : "";
            lines.Add($"| {measurement.Name} | {Figures.Format(measurement.Value)} {measurement.Unit} | {baseline} | {ratio} | {goal} |");
        }

        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Where the figures come from.</summary>
    public static string Provenance(IReadOnlyList<ScenarioReport> reports)
    {
        var machine = reports[0].Machine;
        var days = reports.Select(report => report.Measured.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Distinct().Order(StringComparer.Ordinal);
        return $"{machine.Processor}, {machine.Cores} logical cores, {Figures.Format(machine.MemoryGiB)} GiB, {machine.Runtime}; {string.Join(", ", days)}.\n";
    }
}
