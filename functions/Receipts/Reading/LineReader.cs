using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace TrueCopy.Receipts.Reading;

/// <summary>
/// Reads lines in constant memory: UTF-8, or UTF-16 that a byte order mark announces, which is handed on as UTF-8. A line ends
/// with LF or CRLF; the last may lack its end. NUL, a lone CR and lines over the limit are faults: each has a second reading
/// that an issuer did not mean.
/// </summary>
public static class LineReader
{
    /// <summary>The longest line, in bytes: the longest escaped path and a digest fit.</summary>
    public const int MaxLineLength = 16 * 1024;

    private const int BlockSize = 64 * 1024;

    /// <summary>The lines of <paramref name="stream"/>, from its present position; all are text.</summary>
    /// <exception cref="LineException">While enumerating: a line breaks a rule.</exception>
    public static IAsyncEnumerable<Line> ReadAsync(Stream stream, CancellationToken cancellationToken) => ReadAsync(stream, isText: true, cancellationToken);

    /// <summary>The lines of <paramref name="stream"/>, which may hold names of files in any encoding.</summary>
    /// <exception cref="LineException">While enumerating: a line breaks a rule.</exception>
    public static IAsyncEnumerable<Line> ReadNamesAsync(Stream stream, CancellationToken cancellationToken) => ReadAsync(stream, isText: false, cancellationToken);

    private static async IAsyncEnumerable<Line> ReadAsync(Stream stream, bool isText, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize + MaxLineLength);
        Stream? decoded = null;
        try
        {
            var number = 1L;
            var (length, utf16) = await ReadMarkAsync(stream, buffer, cancellationToken);
            if (utf16 is not null)
                stream = decoded = Encoding.CreateTranscodingStream(stream, utf16, Encoding.UTF8, leaveOpen: true);
            while (true)
            {
                var read = await ReadAsync(stream, buffer.AsMemory(length), number, cancellationToken);
                length += read;
                var start = 0;
                for (int end; (end = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
                    yield return Check(number++, buffer.AsMemory(start, end), isText);

                if (length - start > MaxLineLength)
                    throw TooLong(number);
                if (read == 0)
                {
                    if (length > start)
                        yield return Check(number, buffer.AsMemory(start, length - start), isText);
                    yield break;
                }

                buffer.AsSpan(start, length - start).CopyTo(buffer);
                length -= start;
            }
        }
        finally
        {
            if (decoded is not null)
                await decoded.DisposeAsync();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>How many bytes at the beginning of the buffer are no mark, and the encoding if it is UTF-16.</returns>
    private static async Task<(int Length, Encoding? Utf16)> ReadMarkAsync(Stream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        var length = await stream.ReadAtLeastAsync(buffer.AsMemory(0, 2), 2, throwOnEndOfStream: false, cancellationToken);
        switch (buffer.AsSpan(0, length))
        {
            case [0xFF, 0xFE]:
                return (0, new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true));
            case [0xFE, 0xFF]:
                return (0, new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true));
            case [0xEF, 0xBB]:
                length += await stream.ReadAtLeastAsync(buffer.AsMemory(2, 1), 1, throwOnEndOfStream: false, cancellationToken);
                return (length == 3 && buffer[2] == 0xBF ? 0 : length, null);
            default:
                return (length, null);
        }
    }

    private static async Task<int> ReadAsync(Stream stream, Memory<byte> buffer, long line, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            throw new LineException(line, 1, "from here on, or a little later, the file is not UTF-16");
        }
    }

    private static Line Check(long number, ReadOnlyMemory<byte> bytes, bool isText)
    {
        if (bytes.Length > MaxLineLength)
            throw TooLong(number);
        var span = bytes.Span;
        if (span.EndsWith("\r"u8))
            bytes = bytes[..^1];

        span = bytes.Span;
        var line = new Line(number, bytes);
        if (isText && !Utf8.IsValid(span))
            throw new LineException(number, FirstInvalid(span), "the line is not UTF-8");
        if (span.IndexOfAny((byte)0, (byte)'\r') is >= 0 and var odd)
            throw line.Fault(odd, span[odd] == 0 ? "a NUL byte; save the file as UTF-8" : "a carriage return that does not end the line");
        return line;
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
