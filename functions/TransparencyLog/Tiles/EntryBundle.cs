using System.Buffers;
using System.Buffers.Binary;

namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>Entry bundles: uint16 big-endian length-prefixed entries, one after the other (C2SP tlog-tiles, "Log entries").</summary>
public static class EntryBundle
{
    /// <summary>The longest entry that a bundle can hold, in bytes.</summary>
    public const int MaxEntryLength = ushort.MaxValue;

    /// <summary>Appends one entry.</summary>
    /// <exception cref="ArgumentException">The entry is longer than <see cref="MaxEntryLength"/>.</exception>
    public static void Append(IBufferWriter<byte> bundle, ReadOnlySpan<byte> entry)
    {
        if (entry.Length > MaxEntryLength)
            throw new ArgumentException("An entry is at most 65,535 bytes long.", nameof(entry));

        BinaryPrimitives.WriteUInt16BigEndian(bundle.GetSpan(sizeof(ushort)), (ushort)entry.Length);
        bundle.Advance(sizeof(ushort));
        bundle.Write(entry);
    }

    /// <summary>Splits a bundle into its entries, which share its memory.</summary>
    /// <exception cref="LogFormatException">The bundle does not hold exactly <paramref name="count"/> entries and nothing else.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Parse(ReadOnlyMemory<byte> bundle, int count)
    {
        var entries = new List<ReadOnlyMemory<byte>>(count);
        while (!bundle.IsEmpty)
        {
            if (bundle.Length < sizeof(ushort))
                throw new LogFormatException("entry bundle: a length prefix is cut off");
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.Span);
            bundle = bundle[sizeof(ushort)..];
            if (bundle.Length < length)
                throw new LogFormatException("entry bundle: an entry is cut off");
            if (entries.Count == count)
                throw new LogFormatException($"entry bundle: more than {count} entries");
            entries.Add(bundle[..length]);
            bundle = bundle[length..];
        }

        return entries.Count == count
            ? entries
            : throw new LogFormatException($"entry bundle: {entries.Count} entries, not {count}");
    }
}
