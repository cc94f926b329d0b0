using System.Buffers.Binary;

namespace TrueCopy.Ledger.Tests.Fuzzing;

/// <summary>Damages valid inputs the way that finds mistakes in parsers of text, JSON and binary lengths.</summary>
internal static class Mutator
{
    private const int MaxLength = 1 << 20;

    private static readonly string[] Numbers =
    [
        "0", "-1", "00", "1e999", "1.5", "255", "256", "257", "65535", "65536", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
        "9223372036854775808", "18446744073709551616", "99999999999999999999999999999999999999999",
    ];

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\"", "\\", "{", "}", "[", "]", ":", ",", "null", "true", "[]", "{}", "\"\"", "\\ud800", "\\udfff\\ud800", "\\u0000", "\uFEFF", "\0", "\r", "\n", "\r\n",
            "\n\n", " ", "+", "/", "=", "====", "%", "%00", "%ff", "%D8", "x", ".p/", "..", "— ", "\u2028", "😀", "\t", "-", "sha-256", "extra ", "index ",
        }.Select(FuzzTarget.Text),
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF, 0xFE], [0x80],
    ];

    /// <summary>A mutation of one of the samples: the same for the same seed.</summary>
    public static byte[] Mutate(FuzzTarget target, int seed)
    {
        var random = new Random(seed);
        var bytes = Pick(random, target.Samples).ToList();
        for (var edits = random.Next(1, 6); edits > 0 && bytes.Count < MaxLength; edits--)
            Edit(bytes, target, random);
        byte[] mutated = [.. bytes];
        return target.Reseal is { } reseal && random.Next(8) > 0 ? reseal(mutated) : mutated;
    }

    private static void Edit(List<byte> bytes, FuzzTarget target, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(bytes.Count - at, random.Next(4) == 0 ? random.Next(bytes.Count + 1) : random.Next(1, 9));
        switch (random.Next(12))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                Repeat(bytes, at, length, random.Next(6) == 0 ? random.Next(1, 400) : 1);
                break;
            case 5:
                var other = Pick(random, target.Samples);
                bytes.InsertRange(at, other[random.Next(other.Length + 1)..]);
                break;
            case 6:
                bytes.InsertRange(at, Pick(random, Tokens));
                break;
            case 7:
                ReplaceNumber(bytes, at, FuzzTarget.Text(Pick(random, Numbers)));
                break;
            case 8:
                Overwrite(bytes, at, random);
                break;
            case 9:
                MoveLine(bytes, at, random);
                break;
            case 10:
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Pick(random, Tokens));
                break;
            default:
                Array.ForEach([.. Enumerable.Range(0, random.Next(1, 5))], _ => bytes.Insert(Math.Min(at, bytes.Count), (byte)random.Next(256)));
                break;
        }
    }

    private static void Repeat(List<byte> bytes, int at, int length, int times)
    {
        var piece = bytes.GetRange(at, length);
        for (var i = 0; i < times && bytes.Count < MaxLength; i++)
            bytes.InsertRange(at, piece);
    }

    private static void ReplaceNumber(List<byte> bytes, int from, byte[] number)
    {
        var start = bytes.FindIndex(from, b => b is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
            return;
        var end = bytes.FindIndex(start, b => b is < (byte)'0' or > (byte)'9');
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        bytes.InsertRange(start, number);
    }

    // A binary length or count: 2, 4 or 8 bytes, big-endian.
    private static void Overwrite(List<byte> bytes, int at, Random random)
    {
        long[] values = [0, 1, -1, 255, 256, 65535, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, bytes.Count, bytes.Count - at];
        var field = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(field, values[random.Next(values.Length)]);
        var width = 2 << random.Next(3);
        for (var i = 0; i < width && at + i < bytes.Count; i++)
            bytes[at + i] = field[8 - width + i];
    }

    private static void MoveLine(List<byte> bytes, int at, Random random)
    {
        var end = bytes.IndexOf((byte)'\n', at);
        var start = at == 0 ? -1 : bytes.LastIndexOf((byte)'\n', at - 1);
        if (end <= start)
            return;
        var line = bytes.GetRange(start + 1, end - start);
        if (random.Next(2) == 0)
            bytes.RemoveRange(start + 1, line.Count);
        bytes.InsertRange(random.Next(bytes.Count + 1), line);
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
