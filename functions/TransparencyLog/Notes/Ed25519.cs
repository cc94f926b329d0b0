using System.Security.Cryptography;
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
        : base(name, ComputeKeyId(name, Type, publicKey))
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
}

/// <summary>Signs notes with an Ed25519 seed held in memory (no Azure service holds Ed25519 keys).</summary>
public sealed class Ed25519Signer : INoteSigner, IDisposable
{
    /// <summary>The length of a seed (RFC 8032 private key) in bytes.</summary>
    public const int SeedSize = 32;

    private readonly byte[] _seed;

    /// <summary>Creates a signer from a 32-byte seed.</summary>
    public Ed25519Signer(string name, ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedSize, nameof(seed));
        _seed = seed.ToArray();
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(_seed, 0, publicKey, 0);
        Verifier = new Ed25519Verifier(name, publicKey);
    }

    /// <inheritdoc/>
    public NoteVerifier Verifier { get; }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_seed, 0, text.ToArray(), 0, text.Length, signature, 0);
        return new ValueTask<ReadOnlyMemory<byte>>(signature);
    }

    /// <summary>Wipes the seed.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_seed);
}
