using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace TrueCopy.TransparencyLog.Notes;

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
