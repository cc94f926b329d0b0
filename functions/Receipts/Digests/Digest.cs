using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Digests;

/// <summary>A document as the service knows it: an algorithm and the hash of the bytes.</summary>
[JsonConverter(typeof(DigestConverter))]
public sealed class Digest : IEquatable<Digest>, ISpanFormattable
{
    private readonly byte[] _bytes;

    /// <summary>Creates a digest; copies <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentException">The length is not the algorithm's.</exception>
    public Digest(DigestAlgorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != algorithm.Length)
            throw new ArgumentException($"A {algorithm} digest has {algorithm.Length} bytes.", nameof(bytes));
        Algorithm = algorithm;
        _bytes = bytes.ToArray();
    }

    /// <summary>How <see cref="Bytes"/> were made.</summary>
    public DigestAlgorithm Algorithm { get; }

    /// <summary>The hash.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The hash in lower-case hex.</summary>
    public string Hex => Convert.ToHexStringLower(_bytes);

    /// <summary>Whether it is the digest of no bytes at all, which every empty file has.</summary>
    public bool IsOfNothing => Nothing.Digests.Contains(this);

    /// <summary>Parses hex of either case and exactly the algorithm's length.</summary>
    public static bool TryParse(DigestAlgorithm algorithm, string? hex, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        if (hex is null || hex.Length != algorithm.Length * 2)
            return false;

        Span<byte> bytes = stackalloc byte[algorithm.Length];
        if (Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;

        digest = new Digest(algorithm, bytes);
        return true;
    }

    /// <summary>Parses <c>algorithm:hex</c>, as <see cref="ToString()"/> writes it.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        var colon = text?.IndexOf(':') ?? -1;
        return colon > 0 && DigestAlgorithm.TryParse(text![..colon], out var algorithm) && TryParse(algorithm, text[(colon + 1)..], out digest);
    }

    /// <summary>Parses <c>algorithm:hex</c> in UTF-8, as <see cref="TryParse(string?, out Digest?)"/> does.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        var colon = text.IndexOf((byte)':');
        if (colon <= 0 || !DigestAlgorithm.TryParse(text[..colon], out var algorithm) || text.Length - colon - 1 != 2 * algorithm.Length)
            return false;

        Span<byte> bytes = stackalloc byte[algorithm.Length];
        if (Convert.FromHexString(text[(colon + 1)..], bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;

        digest = new Digest(algorithm, bytes);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Digest? other) => other is not null && other.Algorithm == Algorithm && other.Bytes.SequenceEqual(Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Digest);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(_bytes);

    /// <summary><c>algorithm:hex</c>.</summary>
    public override string ToString() => $"{this}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var name = Algorithm.Name;
        charsWritten = name.Length + 1 + (2 * _bytes.Length);
        if (destination.Length < charsWritten)
        {
            charsWritten = 0;
            return false;
        }

        name.CopyTo(destination);
        destination[name.Length] = ':';
        return Convert.TryToHexStringLower(_bytes, destination[(name.Length + 1)..], out _);
    }

    // Computed when it is first asked for.
    private static class Nothing
    {
        public static readonly HashSet<Digest> Digests = DigestsOfNothing();

        private static HashSet<Digest> DigestsOfNothing()
        {
            using var digest = new IncrementalDigest(DigestAlgorithm.All);
            return [.. digest.Finish()];
        }
    }
}

/// <summary>A digest as <c>algorithm:hex</c>.</summary>
public sealed class DigestConverter : JsonConverter<Digest>
{
    /// <inheritdoc/>
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryRead(ref reader, out var digest) ? digest : throw new JsonException("A digest is algorithm:hex.");

    private static bool TryRead(ref Utf8JsonReader reader, [NotNullWhen(true)] out Digest? digest) =>
        reader.HasValueSequence || reader.ValueIsEscaped ? Digest.TryParse(reader.GetString(), out digest) : Digest.TryParse(reader.ValueSpan, out digest);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
