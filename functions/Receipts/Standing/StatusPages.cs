using System.Buffers;

namespace TrueCopy.Receipts.Standing;

/// <summary>
/// Pages as they are sent and kept: for each, in order, its distance from the one before (its number less that of the one before
/// less 1; the first one's is its number) as unsigned LEB128, and its 64 bytes.
/// </summary>
public static class StatusPages
{
    private const int MaxVarintLength = 9;

    /// <summary>Writes pages.</summary>
    /// <param name="pages">The pages, by number, ascending.</param>
    public static byte[] Encode(IEnumerable<KeyValuePair<long, ReadOnlyMemory<byte>>> pages)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var before = -1L;
        foreach (var (number, page) in pages)
        {
            if (number <= before || page.Length != StatusPage.Length)
                throw new ArgumentException("Pages are in ascending order, and 64 bytes long.", nameof(pages));
            var rest = (ulong)(number - before - 1);
            before = number;
            do
            {
                bytes.Write([(byte)((rest & 0x7F) | (rest > 0x7F ? 0x80u : 0u))]);
                rest >>= 7;
            }
            while (rest > 0);
            bytes.Write(page.Span);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads pages, in the one way of writing them.</summary>
    /// <param name="bytes">What <see cref="Encode"/> wrote.</param>
    /// <param name="count">How many pages the tree has; there is none beyond.</param>
    /// <exception cref="LogFormatException">It is malformed, or has a page beyond the last.</exception>
    public static IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>>> Decode(ReadOnlyMemory<byte> bytes, long count)
    {
        var pages = new List<KeyValuePair<long, ReadOnlyMemory<byte>>>(bytes.Length / (StatusPage.Length + 1));
        var next = 0L;
        for (var rest = bytes; !rest.IsEmpty;)
        {
            var gap = ReadGap(ref rest);
            if (gap >= count - next)
                throw new LogFormatException("status: it has a page beyond the last entry");
            if (rest.Length < StatusPage.Length)
                throw new LogFormatException("status: a page is cut off");
            pages.Add(new(next + gap, rest[..StatusPage.Length]));
            next += gap + 1;
            rest = rest[StatusPage.Length..];
        }

        return pages;
    }

    private static long ReadGap(ref ReadOnlyMemory<byte> rest)
    {
        var value = 0L;
        var span = rest.Span;
        for (var length = 0; length < Math.Min(MaxVarintLength, span.Length); length++)
        {
            value |= (long)(span[length] & 0x7F) << (7 * length);
            if ((span[length] & 0x80) != 0)
                continue;
            if (length > 0 && span[length] == 0)
                break;
            rest = rest[(length + 1)..];
            return value;
        }

        throw new LogFormatException("status: the number of a page is not the shortest LEB128 of it");
    }
}
