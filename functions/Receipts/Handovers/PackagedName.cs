using System.Buffers;
using System.Text;

namespace TrueCopy.Receipts.Handovers;

/// <summary>The names of documents in a package: each is one part of a path, and no more than a name on any system that it may be written out on.</summary>
public static class PackagedName
{
    /// <summary>The longest name, in bytes of UTF-8; a receipt's is longer by its extension, and file systems take 255.</summary>
    public const int MaxLength = 200;

    private static readonly SearchValues<char> Reserved = SearchValues.Create("/\\<>:\"|?*");
    private static readonly string[] Devices = ["con", "prn", "aux", "nul"];
    private static readonly string[] Ports = ["com", "lpt"];

    /// <summary>Whether two names would be the same file where case does not matter.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>The rule that a name breaks; null if none.</summary>
    public static string? Check(string name) =>
        name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MaxLength ? $"a document's name has 1 to {MaxLength} bytes"
        : name.AsSpan().ContainsAny(Reserved) ? "a document's name has none of / \\ < > : \" | ? *"
        : UnseenCharacters.Find(name) is (_, var character) ? $"a document's name has {character}, which does not show"
        : name.Trim().Length != name.Length || name.EndsWith('.') ? "a document's name has no space at its ends, and no dot at its end"
        : IsDevice(name) ? "a document's name is not that of a device, such as CON or COM1"
        : null;

    private static bool IsDevice(string name)
    {
        var stem = name.Split('.')[0].TrimEnd().ToLowerInvariant();
        return Devices.Contains(stem) || (stem.Length == 4 && Ports.Contains(stem[..3]) && stem[3] is >= '1' and <= '9');
    }
}
