using System.Text;

namespace TrueCopy.Benchmarks.Reporting;

/// <summary>The part of docs/benchmarks.md between two markers, which is written from the results and never by hand.</summary>
internal static class BenchmarksPage
{
    public const string Begin = "<!-- benchmarks: written by `dotnet run -c Release --project tests/Benchmarks -- page` -->";
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

    /// <summary>What a page holds between the markers, markers included.</summary>
    /// <exception cref="InvalidDataException">It lacks a marker.</exception>
    public static string Extract(string page)
    {
        var (begin, end) = Find(page);
        return page[begin..end];
    }

    /// <summary>A page with another block.</summary>
    /// <exception cref="InvalidDataException">It lacks a marker.</exception>
    public static string Replace(string page, string block)
    {
        var (begin, end) = Find(page);
        return page[..begin] + block + page[end..];
    }

    private static (int Begin, int End) Find(string page)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin ? (begin, end + End.Length) : throw new InvalidDataException("The page lacks the markers of the benchmarks.");
    }
}
