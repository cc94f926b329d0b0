using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace TrueCopy.Verification.Manifests;

/// <summary>
/// Reads lines of strict UTF-8 in constant memory. A line ends with LF or CRLF; the last may lack its end. A byte order
/// mark, UTF-16, NUL, a lone CR and lines over the limit are faults: each has a second reading that an issuer did not mean.
/// </summary>
public static class LineReader
{
    /// <summary>The longest line, in bytes: the longest escaped path and a digest fit.</summary>
    public const int MaxLineLength = 16 * 1024;

    private const int BlockSize = 64 * 1024;

    /// <summary>The lines of <paramref name="stream"/>, from its present position.</summary>
    /// <exception cref="LineException">While enumerating: a line breaks a rule.</exception>
    public static async IAsyncEnumerable<Line> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize + MaxLineLength);
        try
        {
            var number = 1L;
            var length = 0;
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                length += read;
                var start = 0;
                for (int end; (end = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
                    yield return Check(number++, buffer.AsMemory(start, end));

                if (length - start > MaxLineLength)
                    throw TooLong(number);
                if (read == 0)
                {
                    if (length > start)
                        yield return Check(number, buffer.AsMemory(start, length - start));
                    yield break;
                }

                buffer.AsSpan(start, length - start).CopyTo(buffer);
                length -= start;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Line Check(long number, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxLineLength)
            throw TooLong(number);
        var span = bytes.Span;
        if (number == 1)
            RefuseMarks(span);
        if (span.EndsWith("\r"u8))
            bytes = bytes[..^1];

        span = bytes.Span;
        var line = new Line(number, bytes);
        if (!Utf8.IsValid(span))
            throw new LineException(number, FirstInvalid(span), "the line is not UTF-8");
        if (span.IndexOfAny((byte)0, (byte)'\r') is >= 0 and var odd)
            throw line.Fault(odd, span[odd] == 0 ? "a NUL byte; save the file as UTF-8" : "a carriage return that does not end the line");
        return line;
    }

    private static void RefuseMarks(ReadOnlySpan<byte> span)
    {
        if (span.StartsWith("\uFEFF"u8))
            throw new LineException(1, 1, "the file begins with a byte order mark; save it as UTF-8 without one");
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || span.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            throw new LineException(1, 1, "the file is UTF-16; save it as UTF-8");
    }

    private static LineException TooLong(long number) => new(number, 1, $"the line is longer than {MaxLineLength} bytes");

    private static int FirstInvalid(ReadOnlySpan<byte> span)
    {
        var column = 1;
        while (Rune.DecodeFromUtf8(span, out var rune, out var consumed) == OperationStatus.Done)
        {
            column += rune.Utf16SequenceLength;
            span = span[consumed..];
        }

        return column;
    }
}
