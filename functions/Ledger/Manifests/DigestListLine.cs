using System.Buffers;
using System.Text;

namespace TrueCopy.Ledger.Manifests;

/// <summary>A digest that a list names.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="FileName">The file's name in the list, at most <see cref="DigestListLine.MaxNameLength"/> characters; null if it has none.</param>
public sealed record ListedDigest(Digest Digest, string? FileName);

/// <summary>
/// A line of <c>SHA256SUMS</c> and its kin, in any form that <c>sha256sum --check</c> and <c>shasum --check</c> accept, and a
/// bare digest: GNU's (<c>digest  name</c>, <c>digest *name</c>), BSD's reversed (<c>digest name</c>), BSD's tagged
/// (<c>SHA256 (name) = digest</c>) and OpenSSL's (<c>SHA2-256(name)= digest</c>). Blanks may come first; a backslash before
/// all says that the name is escaped. Lines that begin with # are comments.
/// </summary>
public static class DigestListLine
{
    /// <summary>The longest name that is kept, in UTF-16 characters; of a longer one the end is.</summary>
    public const int MaxNameLength = 256;

    private const char Ellipsis = '\u2026';
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t"u8);

    /// <summary>Reads a line.</summary>
    /// <returns>Null if the line is blank or a comment.</returns>
    /// <exception cref="LineException">It has none of those forms, or names another algorithm.</exception>
    public static ListedDigest? Parse(Line line, DigestAlgorithm algorithm)
    {
        var bytes = line.Bytes.Span;
        var start = bytes.IndexOfAnyExcept(Blanks);
        if (start < 0 || bytes[0] == (byte)'#')
            return null;
        var isEscaped = bytes[start] == (byte)'\\';
        if (isEscaped)
            start++;

        var digits = CountDigits(bytes[start..]);
        return digits != algorithm.Length * 2 && TagLength(bytes[start..]) is > 0 and var tag
            ? ParseTagged(line, start, tag, isEscaped, algorithm)
            : ParsePlain(line, start, digits, isEscaped, algorithm);
    }

    private static ListedDigest ParsePlain(Line line, int start, int digits, bool isEscaped, DigestAlgorithm algorithm)
    {
        var digest = ReadDigest(line, start, digits, algorithm);
        var end = start + digits;
        var rest = line.Bytes.Span[end..];
        if (rest.IndexOfAnyExcept(Blanks) < 0)
            return new ListedDigest(digest, null);
        if (!Blanks.Contains(rest[0]))
            throw line.Fault(end, "after the digest come a blank and a file name, or nothing");

        // Two characters or, as BSD has it, one before the name.
        var name = rest.Length > 2 && rest[1] is (byte)' ' or (byte)'*' ? end + 2 : end + 1;
        return new ListedDigest(digest, ReadName(line, name, line.Bytes.Length, isEscaped));
    }

    private static ListedDigest ParseTagged(Line line, int start, int tagLength, bool isEscaped, DigestAlgorithm algorithm)
    {
        var bytes = line.Bytes.Span;
        var tag = Encoding.ASCII.GetString(bytes.Slice(start, tagLength));
        if (!IsTagOf(tag, algorithm))
            throw line.Fault(start, $"the line says {tag}, the name of the file {algorithm}");

        var open = start + bytes[start..].IndexOf((byte)'(');
        var close = bytes.LastIndexOf((byte)')');
        var after = close < open ? -1 : close + 1 + CountBlanks(bytes[(close + 1)..]);
        if (after < 0 || after == bytes.Length || bytes[after] != (byte)'=')
            throw line.Fault(after < 0 ? bytes.Length : after, "after the name in brackets come an equals sign and the digest");

        var from = after + 1 + CountBlanks(bytes[(after + 1)..]);
        var digits = CountDigits(bytes[from..]);
        var digest = ReadDigest(line, from, digits, algorithm);
        return bytes[(from + digits)..].IndexOfAnyExcept(Blanks) < 0
            ? new ListedDigest(digest, ReadName(line, open + 1, close, isEscaped))
            : throw line.Fault(from + digits, "after the digest comes nothing");
    }

    private static Digest ReadDigest(Line line, int start, int digits, DigestAlgorithm algorithm)
    {
        var length = algorithm.Length * 2;
        return digits == length && Digest.TryParse(algorithm, Encoding.ASCII.GetString(line.Bytes.Span.Slice(start, length)), out var digest)
            ? digest
            : throw line.Fault(start + Math.Min(digits, length), $"a {algorithm} digest is {length} hex digits");
    }

    private static string? ReadName(Line line, int from, int to, bool isEscaped)
    {
        var name = Encoding.UTF8.GetString(line.Bytes.Span[from..to]);
        if (isEscaped)
            name = Unescape(line, from, name);
        if (name.Length <= MaxNameLength)
            return name.Length == 0 ? null : name;
        var cut = name.Length - MaxNameLength + 1;
        return Ellipsis + name[(char.IsLowSurrogate(name[cut]) ? cut + 1 : cut)..];
    }

    private static string Unescape(Line line, int from, string name)
    {
        var plain = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != '\\')
            {
                plain.Append(name[i]);
                continue;
            }

            i++;
            plain.Append(i == name.Length ? throw Fault() : name[i] switch
            {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => throw Fault(),
            });
        }

        return plain.ToString();

        LineException Fault() => line.Fault(from, "in an escaped name a backslash is followed by another, n or r");
    }

    private static bool IsTagOf(string tag, DigestAlgorithm algorithm) =>
        tag.Equals(algorithm.ToolName, StringComparison.OrdinalIgnoreCase)
        || tag.Equals(algorithm.Name, StringComparison.OrdinalIgnoreCase)
        || (algorithm != DigestAlgorithm.Sm3 && tag.Equals($"SHA2-{algorithm.Length * 8}", StringComparison.OrdinalIgnoreCase));

    // Letters, digits and what else names of algorithms have, then a bracket, with or without a space before it.
    private static int TagLength(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        while (length < bytes.Length && (char.IsAsciiLetterOrDigit((char)bytes[length]) || bytes[length] is (byte)'-' or (byte)'/'))
            length++;
        var rest = bytes[length..];
        return rest.StartsWith("("u8) || rest.StartsWith(" ("u8) ? length : 0;
    }

    private static int CountDigits(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept(HexDigits) is >= 0 and var end ? end : bytes.Length;

    private static int CountBlanks(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept(Blanks) is >= 0 and var end ? end : bytes.Length;
}
