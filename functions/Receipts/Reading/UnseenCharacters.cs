using System.Buffers;
using System.Globalization;
using System.Text;

namespace TrueCopy.Receipts.Reading;

/// <summary>
/// Characters that do not show, or that change how those around them do: Unicode's categories Cc (controls, line ends
/// among them), Cf (directions, joiners, tags), Zl and Zp (separators of lines and paragraphs), and halves of a
/// surrogate pair. Whoever reads a name cannot tell that it has them, so issuers may not use them, and nothing foreign
/// is printed with them.
/// </summary>
public static class UnseenCharacters
{
    // None of these is one, so that plain text is passed over quickly.
    private static readonly SearchValues<char> Plain = SearchValues.Create(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Finds the first.</summary>
    /// <returns>Its index in UTF-16 characters, and what it is, such as <c>U+202E</c>; null if there is none.</returns>
    public static (int Index, string Name)? Find(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyExcept(Plain); i >= 0 && i < text.Length;)
        {
            var (value, length, unseen) = At(text, i);
            if (unseen)
                return (i, string.Create(CultureInfo.InvariantCulture, $"U+{value:X4}"));
            i += length;
        }

        return null;
    }

    /// <summary>The rule that a text breaks which has one.</summary>
    /// <param name="name">What the text is.</param>
    /// <param name="text">The text.</param>
    /// <returns>The rule, with the character and its place; null if there is none.</returns>
    public static string? Check(string name, string text) => Find(text) is (var index, var character)
        ? string.Create(CultureInfo.InvariantCulture, $"{name} has {character} as its character {index + 1}: no control characters, no marks of direction, and nothing else that does not show")
        : null;

    /// <summary>Writes each as <c>\uXXXX</c>, and as <c>\u{XXXXX}</c> beyond the Basic Multilingual Plane.</summary>
    public static string MakeVisible(string text) => Replace(text, value => value > char.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"\\u{{{value:X}}}")
        : string.Create(CultureInfo.InvariantCulture, $"\\u{value:X4}"));

    /// <summary>Replaces each.</summary>
    /// <param name="text">The text.</param>
    /// <param name="replacement">Makes what takes the place of a code point.</param>
    public static string Replace(string text, Func<int, string> replacement)
    {
        if (Find(text) is not (var first, _))
            return text;
        var replaced = new StringBuilder(text.Length + 16).Append(text, 0, first);
        for (var i = first; i < text.Length;)
        {
            var (value, length, unseen) = At(text, i);
            if (unseen)
                replaced.Append(replacement(value));
            else
                replaced.Append(text, i, length);
            i += length;
        }

        return replaced.ToString();
    }

    private static (int Value, int Length, bool Unseen) At(string text, int index)
    {
        if (!Rune.TryGetRuneAt(text, index, out var rune))
            return (text[index], 1, true);
        var category = Rune.GetUnicodeCategory(rune);
        return (rune.Value, rune.Utf16SequenceLength, category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }
}
