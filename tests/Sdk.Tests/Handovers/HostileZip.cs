using System.Buffers.Binary;
using System.Text;

namespace TrueCopy.Sdk.Tests.Handovers;

/// <summary>An entry of a zip that lies where a test has it lie.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Content">Its bytes, as they are in the file.</param>
internal sealed record HostileEntry(string Name, byte[] Content)
{
    /// <summary>The name in the local header, if it is another.</summary>
    public string? LocalName { get; init; }

    public ushort Flags { get; init; } = 1 << 11;

    public ushort? LocalFlags { get; init; }

    public ushort Method { get; init; }

    /// <summary>The length that the directory states, if it is another.</summary>
    public uint? Length { get; init; }

    public uint? PackedLength { get; init; }

    public byte[] Extra { get; init; } = [];

    /// <summary>What lies behind it.</summary>
    public byte[] Behind { get; init; } = [];

    /// <summary>Whether it is in the directory.</summary>
    public bool IsListed { get; init; } = true;

    /// <summary>Whether it lies there, or only in the directory, over the entry before.</summary>
    public bool Overlaps { get; init; }
}

/// <summary>Writes zips as no honest writer does.</summary>
internal static class HostileZip
{
    public static byte[] Write(IEnumerable<HostileEntry> entries, byte[]? before = null, byte[]? between = null, byte[]? comment = null, byte[]? after = null)
    {
        var (zip, directory, count, last) = (new MemoryStream(), new MemoryStream(), (ushort)0, 0L);
        zip.Write(before);
        foreach (var entry in entries)
        {
            var name = Encoding.UTF8.GetBytes(entry.Name);
            var local = Encoding.UTF8.GetBytes(entry.LocalName ?? entry.Name);
            var (length, packed) = (entry.Length ?? (uint)entry.Content.Length, entry.PackedLength ?? entry.Length ?? (uint)entry.Content.Length);
            var offset = entry.Overlaps ? last : zip.Length;
            if (!entry.Overlaps)
            {
                last = zip.Length;
                zip.Write([.. U32(0x04034b50), .. U16(20), .. U16(entry.LocalFlags ?? entry.Flags), .. U16(entry.Method), .. new byte[8], .. U32(packed), .. U32(length), .. U16((ushort)local.Length), .. U16((ushort)entry.Extra.Length), .. local, .. entry.Extra, .. entry.Content, .. entry.Behind]);
            }

            if (!entry.IsListed)
                continue;
            count++;
            directory.Write([.. U32(0x02014b50), .. U16(20), .. U16(20), .. U16(entry.Flags), .. U16(entry.Method), .. new byte[8], .. U32(packed), .. U32(length), .. U16((ushort)name.Length), .. U16((ushort)entry.Extra.Length), .. new byte[10], .. U32((uint)offset), .. name, .. entry.Extra]);
        }

        zip.Write(between);
        var begin = (uint)zip.Length;
        zip.Write(directory.ToArray());
        zip.Write([.. U32(0x06054b50), .. new byte[4], .. U16(count), .. U16(count), .. U32((uint)directory.Length), .. U32(begin), .. U16((ushort)(comment?.Length ?? 0)), .. comment ?? [], .. after ?? []]);
        return zip.ToArray();
    }

    private static byte[] U16(ushort value)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] U32(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
