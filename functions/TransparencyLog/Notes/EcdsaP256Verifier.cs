using System.Security.Cryptography;

namespace TrueCopy.TransparencyLog.Notes;

/// <summary>ECDSA P-256 with SHA-256 over the note's text, DER-encoded: signature type 0x02, the one that Key Vault can make.</summary>
public sealed class EcdsaP256Verifier : NoteVerifier, IDisposable
{
    internal const byte Type = 2;
    private const string P256 = "1.2.840.10045.3.1.7";
    private readonly ECDsa _key;
    private readonly byte[] _spki;

    /// <summary>Creates the verifier of a public key in SubjectPublicKeyInfo DER (RFC 5480), as <c>openssl pkey -pubout -outform DER</c> writes it.</summary>
    /// <exception cref="LogFormatException">The name is not a key name, or the key is not a P-256 public key and nothing else.</exception>
    public EcdsaP256Verifier(string name, ReadOnlySpan<byte> subjectPublicKeyInfo)
        : base(name, ReadKeyId(SHA256.HashData(subjectPublicKeyInfo)))
    {
        _spki = subjectPublicKeyInfo.ToArray();
        _key = Import(subjectPublicKeyInfo);
    }

    /// <inheritdoc/>
    public override byte SignatureType => Type;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> PublicKey => _spki;

    /// <summary>The public point, for a JSON Web Key.</summary>
    public ECPoint Point => _key.ExportParameters(includePrivateParameters: false).Q;

    /// <inheritdoc/>
    public override bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        _key.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static ECDsa Import(ReadOnlySpan<byte> spki)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(spki, out var read);
            if (read == spki.Length && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256)
                return key;
        }
        catch (CryptographicException exception)
        {
            key.Dispose();
            throw new LogFormatException("ECDSA key: not a SubjectPublicKeyInfo in DER", exception);
        }

        key.Dispose();
        throw new LogFormatException("ECDSA key: only P-256 is used");
    }
}
