using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TrueCopy.Receipts.Digests;

/// <summary>A hash algorithm by which documents are known.</summary>
public sealed class DigestAlgorithm
{
    /// <summary>SHA-256 (FIPS 180-4): always computed, and the one that receipts are about.</summary>
    public static readonly DigestAlgorithm Sha256 = new("sha-256", 32);

    /// <summary>SHA-384 (FIPS 180-4).</summary>
    public static readonly DigestAlgorithm Sha384 = new("sha-384", 48);

    /// <summary>SHA-512 (FIPS 180-4).</summary>
    public static readonly DigestAlgorithm Sha512 = new("sha-512", 64);

    /// <summary>SM3 (GB/T 32905-2016), which mainland institutions must often use.</summary>
    public static readonly DigestAlgorithm Sm3 = new("sm3", 32);

    private DigestAlgorithm(string name, int length)
    {
        Name = name;
        ToolName = name.Replace("-", "", StringComparison.Ordinal);
        Length = length;
    }

    /// <summary>Every algorithm, in the order in which they are documented.</summary>
    public static IReadOnlyList<DigestAlgorithm> All { get; } = [Sha256, Sha384, Sha512, Sm3];

    /// <summary>The name in URLs, entries, manifests and metadata; lower case, RFC 9530 style.</summary>
    public string Name { get; }

    /// <summary>The name as programs that make checksums spell it, in lower case: without its hyphen.</summary>
    public string ToolName { get; }

    /// <summary>Length of a digest in bytes.</summary>
    public int Length { get; }

    /// <summary>Finds an algorithm by its exact name.</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out DigestAlgorithm? algorithm)
    {
        algorithm = null;
        for (var i = 0; i < All.Count && algorithm is null; i++)
            algorithm = All[i].Name == name ? All[i] : null;
        return algorithm is not null;
    }

    /// <summary>Finds an algorithm by its exact name in UTF-8.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> name, [NotNullWhen(true)] out DigestAlgorithm? algorithm)
    {
        algorithm = null;
        for (var i = 0; i < All.Count && algorithm is null; i++)
            algorithm = Ascii.Equals(name, All[i].Name) ? All[i] : null;
        return algorithm is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
