namespace TrueCopy.Receipts.Standing;

/// <summary>A leaf of the status tree: the codes of 128 entries, 4 bits each, the low half of a byte first. The last page is filled up with zeros.</summary>
public static class StatusPage
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 64;

    /// <summary>How many codes a page holds.</summary>
    public const int Codes = 2 * Length;

    /// <summary>A page of nothing but <see cref="EntryStatus.Stands"/>.</summary>
    public static ReadOnlyMemory<byte> Zero { get; } = new byte[Length];

    /// <summary>How many pages so many entries have.</summary>
    public static long CountFor(long entries) => (entries / Codes) + (entries % Codes == 0 ? 0 : 1);

    /// <summary>The number of the page that an entry's code is in.</summary>
    public static long NumberOf(long index) => index / Codes;

    /// <summary>Reads a code.</summary>
    /// <param name="page">The page that it is in.</param>
    /// <param name="index">The entry's index in the log.</param>
    public static EntryStatus Read(ReadOnlySpan<byte> page, long index)
    {
        var position = (int)(index % Codes);
        return (EntryStatus)((page[position / 2] >> (4 * (position % 2))) & 0xF);
    }

    /// <summary>Writes a code.</summary>
    /// <param name="page">The page that it is in.</param>
    /// <param name="index">The entry's index in the log.</param>
    /// <param name="status">The code.</param>
    public static void Write(Span<byte> page, long index, EntryStatus status)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)status, 0xFu);
        var position = (int)(index % Codes);
        var shift = 4 * (position % 2);
        page[position / 2] = (byte)((page[position / 2] & ~(0xF << shift)) | ((int)status << shift));
    }

    /// <summary>Whether all of its codes are zero.</summary>
    public static bool IsZero(ReadOnlySpan<byte> page) => !page.ContainsAnyExcept((byte)0);
}
