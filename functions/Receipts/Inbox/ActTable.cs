using System.Globalization;
using System.Text;
using nietras.SeparatedValues;

namespace TrueCopy.Receipts.Inbox;

/// <summary>
/// A list of acts as a table, as spreadsheets save them (RFC 4180): a first line that names the columns
/// (<see cref="StatedName.OfActs"/>, in any case and order), then one act a line. Separated by commas, semicolons or tabs, as
/// the first line is, or as <c>sep=;</c> before it says. An empty cell states nothing, and a line of empty cells is none. Where a
/// digest has no algorithm, it is SHA-256.
/// </summary>
public static class ActTable
{
    /// <summary>How the names of such uploads end.</summary>
    public const string Extension = ".acts.csv";

    /// <summary>The most acts that one list may have, in any form.</summary>
    public const int MaxActs = 10_000;

    private const int MaxLength = 16 * 1024 * 1024;
    private const string Separators = ",;\t";
    private const string SeparatorMark = "sep=";

    // More than have names, for what spreadsheets leave empty at the end.
    private const int MaxColumns = 32;

    // The first line and what sep= takes.
    private const int MostOtherLines = 2;

    // Columns that people have, and that nothing could be done with.
    private static readonly string[] Times = ["date", "time", "datetime", "at", "when", "since", "effectivedate", "revokedon", "revocationdate"];

    /// <summary>Reads a table.</summary>
    /// <param name="content">The file, from its present position; UTF-8, or UTF-16 that a byte order mark announces.</param>
    /// <param name="act">What is done where the table has no column for it; null where it has to have one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LineException">A line breaks a rule of the form. What the values mean is not looked at.</exception>
    public static async Task<IReadOnlyList<ActRow>> ReadAsync(Stream content, string? act, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        await foreach (var line in LineReader.ReadAsync(content, cancellationToken))
        {
            if (line.Number > MaxActs + MostOtherLines)
                throw line.Fault(0, $"a list has at most {MaxActs} acts");
            if (text.Length > MaxLength)
                throw line.Fault(0, $"a table has at most {MaxLength} characters");
            text.Append(Encoding.UTF8.GetString(line.Bytes.Span)).Append('\n');
        }

        return Parse(text.ToString(), act);
    }

    /// <summary>Whether a file that begins like this is such a table, whatever it is called: its first line names an act's columns and no others.</summary>
    /// <param name="beginning">The file, or the first kilobytes of it.</param>
    public static bool IsOne(ReadOnlySpan<byte> beginning)
    {
        using var reader = new StreamReader(new MemoryStream(beginning.ToArray()), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        var header = reader.ReadLine();
        if (header?.StartsWith(SeparatorMark, StringComparison.OrdinalIgnoreCase) == true)
            header = reader.ReadLine();
        if (header is null || header.Contains('\0'))
            return false;
        string[] cells = [.. header.Split(SeparatorOf(header), MaxColumns + 1).Select(cell => cell.Trim().Trim('"').Trim()).Where(cell => cell.Length > 0)];
        if (cells.Length > MaxColumns)
            return false;
        string?[] columns = [.. cells.Select(cell => Known(cell) ?? StatedName.MeantBy(cell, StatedName.OfActs)).TakeWhile(column => column is not null)];
        return columns.Length == cells.Length && columns.Any(column => column is "digest" or "reference") && columns.Any(column => column is "act" or "reason" or "successorDigest" or "successorReference");
    }

    private static List<ActRow> Parse(string text, string? act)
    {
        var (start, number, separator) = (0, 0L, default(char?));
        if (text.StartsWith(SeparatorMark, StringComparison.OrdinalIgnoreCase) && text.AsSpan(SeparatorMark.Length) is [var stated, '\n', ..])
        {
            if (!Separators.Contains(stated, StringComparison.Ordinal))
                throw new LineException(1, SeparatorMark.Length + 1, "cells are separated by commas, semicolons or tabs");
            (start, number, separator) = (SeparatorMark.Length + 2, 1, stated);
        }

        var end = text.IndexOf('\n', start);
        var first = end < 0 ? "" : text[start..end];
        using var reader = Sep.New(separator ?? SeparatorOf(first)).Reader(options => options with { HasHeader = false, DisableColCountCheck = true }).FromText(text[start..]);

        var rows = new List<ActRow>();
        ActColumns? columns = null;
        foreach (var row in reader)
        {
            number++;
            var cells = Cells(row, number);
            if (columns is null)
                columns = ActColumns.Of(cells, number, act);
            else if (columns.Read(cells, number) is { } read)
                rows.Add(read);
            if (rows.Count > MaxActs)
                throw new LineException(number, 1, $"a list has at most {MaxActs} acts");
        }

        return rows.Count > 0 ? rows : throw new LineException(Math.Max(number, 1), 1, "the list has no acts");
    }

    private static Cell[] Cells(SepReader.Row row, long number)
    {
        if (row.ColCount > MaxColumns)
            throw new LineException(number, 1, $"a table has at most {MaxColumns} columns");
        var cells = new Cell[row.ColCount];
        for (var i = 0; i < cells.Length; i++)
        {
            row.Span.Overlaps(row[i].Span, out var offset);
            cells[i] = new Cell(Unquote(row[i].Span, number, offset + 1), offset + 1);
        }

        return cells;
    }

    // The library takes a stray quote as it comes, and what an open one swallows; each has a second reading that nobody meant.
    private static string Unquote(ReadOnlySpan<char> raw, long line, int column)
    {
        if (raw.Contains('\n'))
            throw new LineException(line, column, "a cell is one line, and each quote is closed");
        var cell = raw.Trim(' ');
        if (!cell.Contains('"'))
            return cell.ToString();
        if (cell.Length > 1 && cell[0] == '"' && cell[^1] == '"')
        {
            var inner = cell[1..^1].ToString();
            var plain = inner.Replace("\"\"", "", StringComparison.Ordinal);
            if (!plain.Contains('"'))
                return inner.Replace("\"\"", "\"", StringComparison.Ordinal);
        }

        throw new LineException(line, column, "a cell with a quote in it is put into quotes whole, and each quote in it is doubled");
    }

    private static char SeparatorOf(string header) => Separators.MaxBy(separator => header.Count(character => character == separator));

    private static string? Known(string column) => StatedName.OfActs.FirstOrDefault(name => name.Equals(column, StringComparison.OrdinalIgnoreCase));

    private readonly record struct Cell(string Text, int Column);

    /// <summary>Which column is where.</summary>
    private sealed class ActColumns(string?[] names, string? act)
    {
        public static ActColumns Of(Cell[] header, long line, string? act)
        {
            var names = new string?[header.Length];
            for (var i = 0; i < names.Length; i++)
            {
                if (header[i].Text.Length == 0)
                    continue;
                var name = NameOf(header[i], line);
                names[i] = names.Contains(name) ? throw new LineException(line, header[i].Column, $"the column {name} appears twice") : name;
            }

            if (!names.Contains("digest") && !names.Contains("reference"))
                throw new LineException(line, 1, "the first line names the columns, among them digest or reference, which name the document");
            return act is null && !names.Contains("act")
                ? throw new LineException(line, 1, "there is no column act, which says what is done: revoke, suspend, reinstate, supersede")
                : new ActColumns(names, act);
        }

        /// <returns>Null for a line of empty cells.</returns>
        public ActRow? Read(Cell[] cells, long line)
        {
            var values = new Dictionary<string, Stated>(StringComparer.Ordinal);
            for (var i = 0; i < cells.Length; i++)
            {
                if (cells[i].Text.Length == 0)
                    continue;
                var name = i < names.Length ? names[i] : null;
                values.Add(name ?? throw new LineException(line, cells[i].Column, "this cell stands under no column's name"), new Stated(cells[i].Text, cells[i].Column));
            }

            if (values.Count == 0)
                return null;
            if (act is not null)
                values.TryAdd("act", new Stated(act, 1));
            foreach (var (digest, algorithm) in new[] { ("digest", "algorithm"), ("successorDigest", "successorAlgorithm") })
            {
                if (values.TryGetValue(digest, out var stated))
                    values.TryAdd(algorithm, new Stated(DigestAlgorithm.Sha256.Name, stated.Column));
            }

            var last = cells[^1];
            return new ActRow(line, values, last.Column + last.Text.Length);
        }

        private static string NameOf(Cell cell, long line)
        {
            if (Known(cell.Text) is { } name)
                return name;
            var rule = StatedName.MeantBy(cell.Text, StatedName.OfActs) is { } meant ? StatedName.Correct(cell.Text, meant)
                : Times.Contains(cell.Text.Replace(" ", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant()) ? "acts count from their upload, so there is no column for a time"
                : string.Create(CultureInfo.InvariantCulture, $"the columns are {string.Join(", ", StatedName.OfActs)}");
            throw new LineException(line, cell.Column, rule);
        }
    }
}

/// <summary>One act of a table.</summary>
public sealed class ActRow : IStatedLine
{
    private readonly Dictionary<string, Stated> _values;
    private readonly int _end;

    internal ActRow(long number, Dictionary<string, Stated> values, int end) => (Number, _values, _end) = (number, values, end);

    /// <inheritdoc/>
    public long Number { get; }

    /// <inheritdoc/>
    public string? this[string name] => _values.TryGetValue(name, out var stated) ? stated.Text : null;

    /// <inheritdoc/>
    public LineException Fault(string name, string rule) => new(Number, _values.TryGetValue(name, out var stated) ? stated.Column : _end, rule);
}

/// <summary>A cell that states something, and its column in UTF-16 characters, from 1.</summary>
internal readonly record struct Stated(string Text, int Column);
