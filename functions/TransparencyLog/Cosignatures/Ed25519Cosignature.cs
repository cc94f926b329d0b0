using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace TrueCopy.TransparencyLog.Cosignatures;

/// <summary>
/// Ed25519 over <c>cosignature/v1</c>, the time and the whole text, extension lines included: signature type 0x04. What is
/// signed does not name the witness, so a key is one witness's and no other's.
/// </summary>
public sealed class Ed25519CosignatureVerifier : CosignatureVerifier
{
    internal const byte Type = 4;
    private readonly byte[] _publicKey;

    /// <summary>Creates the verifier of a 32-byte public key.</summary>
    /// <exception cref="LogFormatException">The name is not a key name, or the key is not a point of the curve.</exception>
    public Ed25519CosignatureVerifier(string name, ReadOnlySpan<byte> publicKey)
        : base(name, Type, publicKey)
    {
        if (publicKey.Length != Ed25519.PublicKeySize || !Ed25519.ValidatePublicKeyFull(publicKey))
            throw new LogFormatException("Ed25519 key: not a valid 32-byte public key");
        _publicKey = publicKey.ToArray();
    }

    /// <inheritdoc/>
    public override byte SignatureType => Type;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> PublicKey => _publicKey;

    private protected override int SignatureLength => Ed25519.SignatureSize;

    internal static byte[] Message(ReadOnlySpan<byte> text, long time) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n")), .. text];

    private protected override bool IsSigned(ReadOnlySpan<byte> text, long time, ReadOnlySpan<byte> signature)
    {
        var message = Message(text, time);
        return Ed25519.Verify(signature.ToArray(), 0, _publicKey, 0, message, 0, message.Length);
    }
}

/// <summary>Cosigns with an Ed25519 seed held in memory.</summary>
public sealed class Ed25519Cosigner : Cosigner
{
    private readonly byte[] _seed;

    /// <summary>Creates a cosigner from a 32-byte seed (RFC 8032 private key).</summary>
    /// <param name="name">The witness's name, by convention an address without its scheme.</param>
    /// <param name="seed">The seed; no other witness, mirror or log has it.</param>
    /// <param name="clock">What tells the time that is signed.</param>
    /// <exception cref="LogFormatException">The name is not a key name.</exception>
    public Ed25519Cosigner(string name, ReadOnlySpan<byte> seed, TimeProvider clock)
        : base(new Ed25519CosignatureVerifier(name, PublicKeyOf(seed)), clock) => _seed = seed.ToArray();

    /// <inheritdoc/>
    public override void Dispose() => CryptographicOperations.ZeroMemory(_seed);

    private protected override byte[] Sign(ReadOnlySpan<byte> text, Checkpoint checkpoint, long time)
    {
        var message = Ed25519CosignatureVerifier.Message(text, time);
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_seed, 0, message, 0, message.Length, signature, 0);
        return signature;
    }

    private static byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedSize, nameof(seed));
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed.ToArray(), 0, publicKey, 0);
        return publicKey;
    }
}
