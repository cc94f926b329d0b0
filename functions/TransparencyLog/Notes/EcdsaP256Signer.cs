using System.Security.Cryptography;

namespace TrueCopy.TransparencyLog.Notes;

/// <summary>Signs notes with an ECDSA P-256 key held in memory, as Key Vault does with one held in an HSM.</summary>
public sealed class EcdsaP256Signer : INoteSigner, IDisposable
{
    private readonly ECDsa _key;
    private readonly EcdsaP256Verifier _verifier;

    /// <summary>Creates a signer that owns <paramref name="key"/>.</summary>
    /// <exception cref="LogFormatException">The name is not a key name, or the key is not on P-256.</exception>
    public EcdsaP256Signer(string name, ECDsa key)
    {
        _key = key;
        _verifier = new EcdsaP256Verifier(name, key.ExportSubjectPublicKeyInfo());
    }

    /// <inheritdoc/>
    public NoteVerifier Verifier => _verifier;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
        new(_key.SignData(text.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    /// <inheritdoc/>
    public void Dispose()
    {
        _verifier.Dispose();
        _key.Dispose();
    }
}
