using System.Globalization;
using Spectre.Console;
using TrueCopy.Cli.Files;
using TrueCopy.Verification;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Cli.Output;

/// <summary>A line of the table.</summary>
/// <param name="File">The file.</param>
/// <param name="Word">Its verdict in a word.</param>
/// <param name="Tone">How the word looks.</param>
/// <param name="Detail">By whom and since when, or what went wrong.</param>
/// <param name="ExitCode">The file's exit code, for the order of the counts.</param>
internal sealed record VerdictRow(string File, string Word, Tone Tone, string Detail, int ExitCode);

/// <summary>Many files at a glance: those to look at, and the counts.</summary>
internal static class VerdictTable
{
    private const int FewFiles = 20;

    public static VerdictRow RowOf(VerifiedFile file, VerifyOutput result)
    {
        var (word, tone) = file.Answer is null ? ("‼ NOT READ", Tone.Bad) : VerdictText.Headline(result.Verdict);
        return new VerdictRow(result.File, word, tone, DetailOf(result), ExitCode.Of(result));
    }

    /// <summary>Writes the table; of many files those that verified are only counted.</summary>
    public static void Write(IReadOnlyList<VerdictRow> rows, string cost, Terminal terminal)
    {
        var console = terminal.Console();
        VerdictRow[] shown = [.. rows.Where(row => rows.Count <= FewFiles || row.ExitCode != ExitCode.Verified)];
        if (shown.Length > 0)
        {
            var files = Table("verdict", "file", "");
            foreach (var row in shown)
                files.AddRow(Cell(row), new Text(row.File), new Text(row.Detail));
            console.Write(files);
        }

        var counts = Table("verdict", "files");
        counts.Columns[1].RightAligned();
        foreach (var group in rows.GroupBy(row => row.Word).OrderByDescending(group => ExitCode.Gravity(group.First().ExitCode)))
            counts.AddRow(Cell(group.First()), new Text(group.Count().ToString("N0", CultureInfo.InvariantCulture)));
        console.Write(counts);
        if (rows.Any(row => row.ExitCode == ExitCode.Conflicting))
            terminal.Output.WriteLine($"Where institutions differ, {VerdictText.AskForOne}");
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows.Count:N0} files, {cost}"));
    }

    private static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column)));
        table.Columns[0].NoWrap();
        return table;
    }

    private static Text Cell(VerdictRow row) => new(row.Word, new Style(row.Tone switch
    {
        Tone.Good => Color.Green,
        Tone.Caution => Color.Yellow,
        Tone.Conflict => Color.Purple,
        _ => Color.Red,
    }));

    private static string DetailOf(VerifyOutput result) => result switch
    {
        { Error: { } error } => error,
        { Answer.Results: [_, ..] results } => string.Join("; ", results.Select(one => DetailOf(one, result.Verdict == Verdict.Conflicting))),
        _ => "altered, or never issued here",
    };

    private static string DetailOf(ResultDocument result, bool conflicting)
    {
        var word = conflicting ? $"{ExactName.Of(result.Verdict)} " : "";
        return $"{result.Issuer.LegalName}, {word}{(result.Verdict == Verdict.Verified ? "" : "since ")}{VerdictText.Time(result.Since)}";
    }
}
