using System.Buffers.Binary;
using System.Text;

namespace TrueCopy.Client.Handovers;

/// <summary>A file in a zip.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Offset">Where its bytes begin.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct PackedFile(string Name, long Offset, long Length);

/// <summary>
/// Reads where files are in a zip whose entries are all stored, and refuses any that two readers could read in two ways: one that goes by
/// local headers and one that goes by the central directory find the same, or there is no package. Rules: docs/handover-format.md.
/// </summary>
internal static class ZipLayout
{
    private const int EndLength = 22;
    private const int Zip64EndLength = 56;
    private const int LocatorLength = 20;
    private const int CentralLength = 46;
    private const int LocalLength = 30;
    private const int MaxDirectoryLength = 256 * 1024;
    private const ushort HasDescriptor = 1 << 3;
    private const ushort IsUtf8 = 1 << 11;
    private const ushort Zip64Extra = 1;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the layout.</summary>
    /// <param name="zip">The zip, from its beginning to its end; seekable.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The files, in the order in which they lie.</returns>
    /// <exception cref="PackageException">It breaks a rule; the message says which.</exception>
    public static async Task<IReadOnlyList<PackedFile>> ReadAsync(Stream zip, CancellationToken cancellationToken)
    {
        var end = await ReadEndAsync(zip, cancellationToken);
        if (end.Length > MaxDirectoryLength)
            throw Broken("its directory is too long");
        var directory = await ReadAsync(zip, end.Offset, (int)end.Length, cancellationToken);
        var entries = new List<Central>();
        for (var at = 0; at < directory.Length;)
            entries.Add(Central.Read(directory, ref at));
        if (entries.Count != end.Count)
            throw Broken("its directory has another number of entries than it says");
        var files = new List<PackedFile>(entries.Count);
        var offset = 0L;
        foreach (var (i, entry) in entries.Index())
        {
            if (entry.Offset != offset)
                throw Broken("its entries do not lie one after another from the beginning");
            offset = i + 1 < entries.Count ? entries[i + 1].Offset : end.Offset;
            files.Add(await LocateAsync(zip, entry, offset, cancellationToken));
        }

        return offset == end.Offset ? files : throw Broken("there is something before its directory");
    }

    private static async Task<(long Offset, long Length, long Count)> ReadEndAsync(Stream zip, CancellationToken cancellationToken)
    {
        var at = zip.Length - EndLength;
        var end = await ReadAsync(zip, at, EndLength, cancellationToken);
        if (U32(end, 0) != 0x06054b50 || U16(end, 20) != 0)
            throw Broken("it does not end as a zip without a comment does");
        if (U16(end, 4) != 0 || U16(end, 6) != 0 || U16(end, 8) != U16(end, 10))
            throw Broken("it is one of several parts");
        (long Offset, long Length, long Count) directory = (U32(end, 16), U32(end, 12), U16(end, 10));
        if (directory is { Offset: uint.MaxValue } or { Length: uint.MaxValue } or { Count: ushort.MaxValue })
        {
            at -= LocatorLength;
            var locator = await ReadAsync(zip, at, LocatorLength, cancellationToken);
            at -= Zip64EndLength;
            if (U32(locator, 0) != 0x07064b50 || U32(locator, 4) != 0 || U32(locator, 16) != 1 || I64(locator, 8) != at)
                throw Broken("its zip64 end is not where it has to be");
            var zip64 = await ReadAsync(zip, at, Zip64EndLength, cancellationToken);
            if (U32(zip64, 0) != 0x06064b50 || I64(zip64, 4) != Zip64EndLength - 12 || I64(zip64, 16) != 0 || I64(zip64, 24) != I64(zip64, 32))
                throw Broken("its zip64 end is malformed");
            directory = (I64(zip64, 48), I64(zip64, 40), I64(zip64, 32));
        }

        return directory.Offset >= 0 && directory.Length >= 0 && directory.Offset <= at && directory.Length == at - directory.Offset
            ? directory
            : throw Broken("its directory does not lie before its end");
    }

    private static async Task<PackedFile> LocateAsync(Stream zip, Central entry, long next, CancellationToken cancellationToken)
    {
        var local = await ReadAsync(zip, entry.Offset, LocalLength, cancellationToken);
        var (nameLength, extraLength) = (U16(local, 26), U16(local, 28));
        var rest = await ReadAsync(zip, entry.Offset + LocalLength, nameLength + extraLength, cancellationToken);
        var sizes = Zip64.Of(rest.AsSpan(nameLength), U32(local, 22), U32(local, 18), 0);
        if (U32(local, 0) != 0x04034b50 || U16(local, 6) != entry.Flags || U16(local, 8) != 0 || !rest.AsSpan(0, nameLength).SequenceEqual(entry.RawName))
            throw Broken("an entry is not what its directory says");
        var hasDescriptor = (entry.Flags & HasDescriptor) != 0;
        if (!hasDescriptor && (sizes.Length != entry.Length || sizes.Packed != entry.Length || U32(local, 14) != entry.Checksum))
            throw Broken("an entry is not what its directory says");
        var begin = entry.Offset + LocalLength + nameLength + extraLength;
        var behind = next - begin - entry.Length;
        return (hasDescriptor ? behind is 12 or 16 or 20 or 24 : behind == 0)
            ? new PackedFile(entry.Name, begin, entry.Length)
            : throw Broken("there is something between its entries, or they overlap");
    }

    private static async Task<byte[]> ReadAsync(Stream zip, long offset, int length, CancellationToken cancellationToken)
    {
        if (offset < 0 || offset > zip.Length - length)
            throw Broken("it is cut off");
        var bytes = new byte[length];
        zip.Position = offset;
        await zip.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private static PackageException Broken(string what) => new(PackageFault.Format, $"What is sealed in it is no zip as a package has it: {what}.");

    /// <summary>A line of the directory.</summary>
    private readonly record struct Central(string Name, byte[] RawName, ushort Flags, uint Checksum, long Length, long Offset)
    {
        public static Central Read(ReadOnlySpan<byte> directory, ref int at)
        {
            if (directory.Length - at < CentralLength)
                throw Broken("its directory is cut off");
            var line = directory[at..];
            var (nameLength, extraLength) = (U16(line, 28), U16(line, 30));
            var (flags, length) = (U16(line, 8), CentralLength + nameLength + extraLength);
            if (U32(line, 0) != 0x02014b50 || line.Length < length)
                throw Broken("its directory is cut off");
            if ((flags & ~(HasDescriptor | IsUtf8)) != 0)
                throw Broken("an entry has flags for something else than a descriptor and UTF-8");
            if (U16(line, 10) != 0)
                throw Broken("an entry is compressed; a package stores");
            if (U16(line, 32) != 0 || U16(line, 34) != 0)
                throw Broken("an entry has a comment, or is in another part");
            var sizes = Zip64.Of(line.Slice(CentralLength + nameLength, extraLength), U32(line, 24), U32(line, 20), U32(line, 42));
            if (sizes.Length < 0 || sizes.Packed != sizes.Length || sizes.Offset < 0)
                throw Broken("an entry is stored in another length than its own");
            var raw = line.Slice(CentralLength, nameLength).ToArray();
            at += length;
            return new Central(NameOf(raw, flags), raw, flags, U32(line, 16), sizes.Length, sizes.Offset);
        }

        private static string NameOf(byte[] raw, ushort flags)
        {
            try
            {
                return (flags & IsUtf8) != 0 || Ascii.IsValid(raw) ? Utf8.GetString(raw) : throw Broken("a name is not marked as UTF-8");
            }
            catch (DecoderFallbackException exception)
            {
                throw new PackageException(PackageFault.Format, "What is sealed in it is no zip as a package has it: a name is not UTF-8.", exception);
            }
        }
    }

    /// <summary>Lengths and offset with their longer form, where there is one; no other extra field is taken, for some say another name.</summary>
    private readonly record struct Zip64(long Length, long Packed, long Offset)
    {
        public static Zip64 Of(ReadOnlySpan<byte> extra, uint length, uint packed, uint offset)
        {
            ReadOnlySpan<byte> longer = default;
            if (!extra.IsEmpty)
            {
                if (extra.Length < 4 || U16(extra, 0) != Zip64Extra || U16(extra, 2) != extra.Length - 4)
                    throw Broken("an entry has another extra field than that of zip64");
                longer = extra[4..];
            }

            var read = new Zip64(Next(ref longer, length), Next(ref longer, packed), Next(ref longer, offset));
            return longer.IsEmpty ? read : throw Broken("the zip64 field of an entry is malformed");
        }

        private static long Next(ref ReadOnlySpan<byte> longer, uint shorter)
        {
            if (shorter != uint.MaxValue)
                return shorter;
            if (longer.Length < sizeof(long))
                throw Broken("the zip64 field of an entry is malformed");
            var value = I64(longer, 0);
            longer = longer[sizeof(long)..];
            return value;
        }
    }
}
