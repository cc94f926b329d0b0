using System.Globalization;
using TrueCopy.Cli.Files;

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
    private static readonly Column Word = new("verdict", Wraps: false);

    public static VerdictRow RowOf(VerifiedFile file, VerifyOutput result, Terminal terminal)
    {
        var (word, tone) = file.Answer is null ? ("‼ NOT READ", Tone.Bad) : VerdictText.Headline(result);
        return new VerdictRow(result.File, word, tone, DetailOf(result, terminal), ExitCode.Of(result));
    }

    /// <summary>Writes the table; of many files those that verified are only counted.</summary>
    public static void Write(IReadOnlyList<VerdictRow> rows, string cost, Terminal terminal)
    {
        VerdictRow[] shown = [.. rows.Where(row => rows.Count <= FewFiles || row.ExitCode != ExitCode.Verified)];
        if (shown.Length > 0)
            terminal.WriteTable([Word, new Column("file"), new Column("")], shown.Select(row => (Cell[])[WordOf(row), new Cell(row.File), new Cell(row.Detail)]));
        terminal.WriteTable(
            [Word, new Column("files", IsNumber: true)],
            rows.GroupBy(row => row.Word)
                .OrderByDescending(group => ExitCode.Gravity(group.First().ExitCode))
                .Select(group => (Cell[])[WordOf(group.First()), new Cell(group.Count().ToString("N0", CultureInfo.InvariantCulture))]));
        if (rows.Any(row => row.ExitCode == ExitCode.Conflicting))
            terminal.Output.WriteLine($"Where institutions differ, {VerdictText.AskForOne}");
        terminal.Output.WriteLine($"{rows.Count:N0} files, {cost}");
    }

    private static Cell WordOf(VerdictRow row) => new(row.Word, row.Tone);

    private static string DetailOf(VerifyOutput result, Terminal terminal) => result switch
    {
        { Error: { } error } => error,
        { IssuedByOthers: { } others } => $"issued by {VerdictText.Names(others, terminal)}",
        { Answer.Results: [_, ..] results } => string.Join("; ", results.Select(one => DetailOf(one, result.Verdict == Verdict.Conflicting, terminal))),
        _ => "altered, or never issued here",
    };

    private static string DetailOf(ResultDocument result, bool conflicting, Terminal terminal)
    {
        var word = conflicting ? $"{WireName.Of(result.Verdict)} " : "";
        var from = result.Verdict switch
        {
            Verdict.Verified => "",
            Verdict.NotYetValid => "from ",
            _ => "since ",
        };
        return $"{terminal.NameOf(result.Issuer.LegalName, result.Issuer.LegalNames).Name}, {word}{from}{terminal.Time(result.Since)}";
    }
}
