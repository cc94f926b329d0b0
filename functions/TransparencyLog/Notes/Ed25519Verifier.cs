using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace TrueCopy.TransparencyLog.Notes;

/// <summary>Ed25519 (RFC 8032) over the note's text: signature type 0x01, the one that witnesses accept.</summary>
public sealed class Ed25519Verifier : NoteVerifier
{
    internal const byte Type = 1;
    private readonly byte[] _publicKey;

    /// <summary>Creates the verifier of a 32-byte public key.</summary>
    /// <exception cref="LogFormatException">The name is not a key name, or the key is not a point of the curve.</exception>
    public Ed25519Verifier(string name, ReadOnlySpan<byte> publicKey)
        : base(name, ComputeKeyId(name, publicKey))
    {
        if (publicKey.Length != Ed25519.PublicKeySize || !Ed25519.ValidatePublicKeyFull(publicKey))
            throw new LogFormatException("Ed25519 key: not a valid 32-byte public key");
        _publicKey = publicKey.ToArray();
    }

    /// <inheritdoc/>
    public override byte SignatureType => Type;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <inheritdoc/>
    public override bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        signature.Length == Ed25519.SignatureSize
        && Ed25519.Verify(signature.ToArray(), 0, _publicKey, 0, text.ToArray(), 0, text.Length);

    private static uint ComputeKeyId(string name, ReadOnlySpan<byte> publicKey)
    {
        byte[] input = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', Type, .. publicKey];
        return ReadKeyId(SHA256.HashData(input));
    }
}
