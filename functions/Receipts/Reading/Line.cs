using System.Text;

namespace TrueCopy.Receipts.Reading;

/// <summary>One line of an upload, without its line end; without NUL and, but for names in lists of digests, well-formed UTF-8.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Bytes">Valid until the next line is read.</param>
public readonly record struct Line(long Number, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>A fault at a byte of this line.</summary>
    /// <param name="offset">Byte offset, from 0.</param>
    /// <param name="rule">The rule that is broken, in words for the issuer.</param>
    public LineException Fault(long offset, string rule)
    {
        var before = Bytes.Span[..(int)Math.Clamp(offset, 0, Bytes.Length)];
        return new LineException(Number, Encoding.UTF8.GetCharCount(before) + 1, rule);
    }
}

/// <summary>A line breaks a rule, and with it the whole upload.</summary>
/// <param name="line">Line number, from 1.</param>
/// <param name="column">Column in UTF-16 characters, from 1.</param>
/// <param name="rule">The rule, in words for the issuer.</param>
public sealed class LineException(long line, int column, string rule) : Exception($"line {line}, column {column}: {rule}")
{
    /// <summary>Line number, from 1.</summary>
    public long Line { get; } = line;

    /// <summary>Column, from 1.</summary>
    public int Column { get; } = column;

    /// <summary>The rule that is broken.</summary>
    public string Rule { get; } = rule;
}
