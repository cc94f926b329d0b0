using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TrueCopy.TransparencyLog.Merkle;

/// <summary>A 32-byte SHA-256 hash of a leaf, a node or a whole tree.</summary>
public readonly struct MerkleHash : IEquatable<MerkleHash>
{
    /// <summary>The length of a hash in bytes.</summary>
    public const int Size = 32;

    private readonly Storage _bytes;

    /// <summary>Copies a hash out of <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public MerkleHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException("A Merkle hash is 32 bytes long.", nameof(bytes));

        bytes.CopyTo(_bytes);
    }

    /// <summary>The bytes of this hash, without a copy.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Compares two hashes bytewise; hashes are public, so the time may depend on them.</summary>
    public static bool operator ==(MerkleHash left, MerkleHash right) => left.Equals(right);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(MerkleHash left, MerkleHash right) => !left.Equals(right);

    /// <summary>Reads consecutive hashes, as a tile holds them.</summary>
    public static ReadOnlySpan<MerkleHash> Cast(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, MerkleHash>(bytes);

    /// <summary>The bytes of consecutive hashes, as a tile holds them.</summary>
    public static ReadOnlySpan<byte> AsBytes(ReadOnlySpan<MerkleHash> hashes) => MemoryMarshal.AsBytes(hashes);

    /// <inheritdoc/>
    public bool Equals(MerkleHash other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is MerkleHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(Bytes);

    /// <summary>Standard base64, as checkpoints and proofs write hashes.</summary>
    public override string ToString() => Convert.ToBase64String(Bytes);

    [InlineArray(Size)]
    private struct Storage
    {
        private byte _first;
    }
}
