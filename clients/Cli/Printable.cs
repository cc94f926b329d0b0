using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace TrueCopy.Cli;

/// <summary>
/// Text that may be printed. What stands in an interpolated string is ours, and stays as it is; what is put into it was
/// written by others (names of files and institutions, notes, what services and systems say), so each character of it that
/// does not show is made to, line ends too. What is <see cref="Printable"/> already goes in as it is. The terminal takes nothing else.
/// </summary>
[InterpolatedStringHandler]
internal sealed class Printable
{
    private readonly StringBuilder _text;

    public Printable()
        : this(0, 0)
    {
    }

    /// <summary>Begins an interpolated string; for the compiler.</summary>
    public Printable(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (16 * formattedCount));

    /// <summary>Text that is ours to the last character, such as a script.</summary>
    public static Printable Ours(string text)
    {
        var printable = new Printable();
        printable._text.Append(text);
        return printable;
    }

    /// <summary>JSON, whose lines are ours; in its strings the same characters are escaped as JSON does it.</summary>
    public static Printable Json(string json)
    {
        var printable = new Printable();
        foreach (var line in json.AsSpan().EnumerateLines())
            printable._text.Append(printable._text.Length == 0 ? "" : "\n").Append(UnseenCharacters.Replace(Secret.Hide(line.ToString()), EscapeInJson));
        return printable;
    }

    /// <summary>Text with its colour and its brightness.</summary>
    public static Printable Painted(Tone tone, string text)
    {
        Printable painted = $"{text}";
        painted._text.Insert(0, string.Create(CultureInfo.InvariantCulture, $"\e[1;{(int)tone}m")).Append("\e[0m");
        return painted;
    }

    /// <summary>Ours.</summary>
    public void AppendLiteral(string text) => _text.Append(text);

    /// <summary>Printable already.</summary>
    public void AppendFormatted(Printable? text) => _text.Append(text?._text);

    /// <summary>Foreign.</summary>
    public void AppendFormatted(string? text) => _text.Append(Foreign.Show(text ?? ""));

    /// <summary>Foreign.</summary>
    public void AppendFormatted<T>(T value, string? format = null) =>
        AppendFormatted(value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString());

    public Printable Append(Printable text)
    {
        _text.Append(text._text);
        return this;
    }

    public Printable AppendLine(Printable text)
    {
        _text.Append(text._text).AppendLine();
        return this;
    }

    /// <summary>The characters, for a stream.</summary>
    public override string ToString() => _text.ToString();

    private static string EscapeInJson(int value) => value <= char.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"\\u{value:x4}")
        : string.Concat(new Rune(value).ToString().Select(half => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)half:x4}")));
}
