using System.Text;

namespace TrueCopy.Benchmarks.Reporting;

/// <summary>The part of the README between two markers, which is written from the results and never by hand.</summary>
internal static class ReadmeBlock
{
    public const string Begin = "<!-- benchmarks: written by `dotnet run -c Release --project tests/Benchmarks -- readme` -->";
    public const string End = "<!-- /benchmarks -->";

    /// <summary>What the results make of it.</summary>
    public static string Render(IReadOnlyList<ScenarioReport> reports, string resultsPath)
    {
        var block = new StringBuilder();
        block.Append(Begin).Append("\n\n").Append(ResultTable.Markdown(reports)).Append('\n').Append(ResultTable.Provenance(reports));
        foreach (var chart in reports.SelectMany(report => report.Charts))
            block.Append('\n').Append($"![{chart.Title}]({resultsPath}/{chart.FileName})").Append('\n');
        return block.Append('\n').Append(End).ToString();
    }

    /// <summary>What a README holds between the markers, markers included.</summary>
    /// <exception cref="InvalidDataException">It lacks a marker.</exception>
    public static string Extract(string readme)
    {
        var (begin, end) = Find(readme);
        return readme[begin..end];
    }

    /// <summary>A README with another block.</summary>
    /// <exception cref="InvalidDataException">It lacks a marker.</exception>
    public static string Replace(string readme, string block)
    {
        var (begin, end) = Find(readme);
        return readme[..begin] + block + readme[end..];
    }

    private static (int Begin, int End) Find(string readme)
    {
        var begin = readme.IndexOf(Begin, StringComparison.Ordinal);
        var end = readme.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin ? (begin, end + End.Length) : throw new InvalidDataException("The README lacks the markers of the benchmarks.");
    }
}
