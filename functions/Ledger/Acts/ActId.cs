using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace TrueCopy.Ledger.Acts;

/// <summary>
/// Deterministic id of an act: the same act delivered twice has the same id. Private to the service, because it hashes
/// the blob's path, which an outsider could otherwise guess at.
/// </summary>
/// <param name="Value">32 lower-case hex digits.</param>
public readonly record struct ActId(string Value)
{
    private const int Length = 16;
    private const int StackLimit = 1024;

    // The position and what parts it from the others.
    private const int MaxFrame = 32;

    /// <summary>The id of the act that one line of one version of one blob makes, under one algorithm.</summary>
    /// <param name="source">The blob and its version.</param>
    /// <param name="position">The act's position in a manifest or list of acts, from 0.</param>
    /// <param name="algorithm">The digest's algorithm: each has its own entry.</param>
    public static ActId Of(BlobVersion source, long position, DigestAlgorithm algorithm) => Of(source, position, algorithm.Name);

    /// <summary>
    /// The id of an act on a document: a line that names a reference may concern several documents, so the document is
    /// part of the id.
    /// </summary>
    public static ActId Of(BlobVersion source, long position, Digest document) => Of(source, position, document.ToString());

    /// <summary>The id of what is done with a package.</summary>
    /// <param name="package">The package.</param>
    /// <param name="kind">What is done.</param>
    /// <param name="use">What tells one use from another; null for what is done once.</param>
    public static ActId OfHandover(BlobVersion package, ActKind kind, string? use) => Of(package, 0, use is null ? WireName.Of(kind) : $"{WireName.Of(kind)} {use}");

    /// <inheritdoc/>
    public override string ToString() => Value;

    // Neither containers, paths nor ETags can hold a NUL, so the joined form has one reading.
    private static ActId Of(BlobVersion source, long position, string subject)
    {
        var most = Encoding.UTF8.GetMaxByteCount(source.Container.Length + source.Path.Length + source.ETag.Length + subject.Length) + MaxFrame;
        var rented = most > StackLimit ? ArrayPool<byte>.Shared.Rent(most) : null;
        var text = rented is null ? stackalloc byte[StackLimit] : rented;
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{source.Container}\0{source.Path}\0{source.ETag}\0{position}\0{subject}", out var length);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return new ActId(Convert.ToHexStringLower(hash[..Length]));
    }
}

/// <summary>One version of one blob.</summary>
/// <param name="Container">The container's name.</param>
/// <param name="Path">The blob's name, slashes included.</param>
/// <param name="ETag">The version's ETag, without quotes.</param>
public sealed record BlobVersion(string Container, string Path, string ETag);
