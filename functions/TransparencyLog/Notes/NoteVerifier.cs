using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.TransparencyLog.Notes;

/// <summary>A public key that a verifier of notes trusts (C2SP signed-note, "Signatures").</summary>
public abstract class NoteVerifier
{
    private protected NoteVerifier(string name, uint keyId)
    {
        if (!KeyName.IsValid(name))
            throw new LogFormatException("verifier key: a name is not empty and has neither spaces nor plus signs");
        Name = name;
        KeyId = keyId;
    }

    /// <summary>The key's name, by convention the log's origin.</summary>
    public string Name { get; }

    /// <summary>The key's id; with <see cref="Name"/> it picks the signature lines that this key must verify.</summary>
    public uint KeyId { get; }

    /// <summary>Signature type identifier byte, as signed-note assigns it.</summary>
    public abstract byte SignatureType { get; }

    /// <summary>The public key as a verifier key line carries it, without the type byte.</summary>
    public abstract ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Whether <paramref name="signature"/> is this key's over <paramref name="text"/>; malformed signatures are simply false.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature);

    /// <summary>The verifier key: <c>name+8 hex digits of the id+base64(type ‖ public key)</c>.</summary>
    public sealed override string ToString()
    {
        byte[] key = [SignatureType, .. PublicKey.Span];
        return string.Create(CultureInfo.InvariantCulture, $"{Name}+{KeyId:x8}+{Convert.ToBase64String(key)}");
    }

    /// <summary>Parses a verifier key of type Ed25519 (0x01) or ECDSA P-256 (0x02), with which logs sign. Those of witnesses: <see cref="CosignatureVerifier.Parse"/>.</summary>
    /// <exception cref="LogFormatException">It is malformed, of another type, or its id is not that of its key.</exception>
    public static NoteVerifier Parse(string verifierKey) => Parse(verifierKey, static (name, type, key) => type switch
    {
        Ed25519Verifier.Type => (NoteVerifier)new Ed25519Verifier(name, key),
        EcdsaP256Verifier.Type => new EcdsaP256Verifier(name, key),
        _ => throw new LogFormatException("verifier key: only types 0x01 (Ed25519) and 0x02 (ECDSA) are known"),
    });

    private protected static T Parse<T>(string verifierKey, Func<string, byte, ReadOnlySpan<byte>, T> create)
        where T : NoteVerifier
    {
        // Base64 may itself hold plus signs, so only the first two separate.
        var parts = verifierKey.Split('+', 3);
        if (parts.Length != 3)
            throw new LogFormatException("verifier key: expected name+id+key");
        if (!StrictBase64.TryDecode(parts[2], out var key) || key.Length < 2)
            throw new LogFormatException("verifier key: the key is not base64");
        var verifier = create(parts[0], key[0], key.AsSpan(1));
        return parts[1] == verifier.KeyId.ToString("x8", CultureInfo.InvariantCulture)
            ? verifier
            : throw new LogFormatException("verifier key: the id is not that of the key");
    }

    // As signed-note recommends, so that one key under two types, or two names, is never taken for another.
    private protected static uint ComputeKeyId(string name, byte type, ReadOnlySpan<byte> publicKey)
    {
        byte[] input = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', type, .. publicKey];
        return ReadKeyId(SHA256.HashData(input));
    }

    private protected static uint ReadKeyId(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt32BigEndian(hash);
}

/// <summary>Signs notes with one key, which may live in a vault.</summary>
public interface INoteSigner
{
    /// <summary>The public half, which verifies what this signs.</summary>
    NoteVerifier Verifier { get; }

    /// <summary>Signs a note's text (final newline included); the encoding is the one of <see cref="NoteVerifier.SignatureType"/>.</summary>
    ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken);
}
