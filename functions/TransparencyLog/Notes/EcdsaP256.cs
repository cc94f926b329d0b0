using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace TrueCopy.TransparencyLog.Notes;

/// <summary>ECDSA P-256 with SHA-256 over the note's text, DER-encoded: signature type 0x02, the one that Key Vault can make.</summary>
public sealed class EcdsaP256Verifier : NoteVerifier, IDisposable
{
    internal const byte Type = 2;
    private const int PointSize = 64;
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

    // What precedes the 64 bytes of the point: DER has one way to say "P-256 by name, uncompressed". Checked first, because
    // importing other curves, or P-256 with its parameters spelled out, fails in ways that depend on the platform.
    private static ReadOnlySpan<byte> Header =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    private static ECDsa Import(ReadOnlySpan<byte> spki)
    {
        if (spki.Length != Header.Length + PointSize || !spki.StartsWith(Header))
            throw new LogFormatException("ECDSA key: only P-256 is used, as SubjectPublicKeyInfo in DER with an uncompressed point");

        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(spki, out _);
            return key;
        }
        catch (CryptographicException exception)
        {
            key.Dispose();
            throw new LogFormatException("ECDSA key: not a point of P-256", exception);
        }
    }
}

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

/// <summary>The two encodings of an ECDSA signature: raw r‖s as JOSE, COSE and Key Vault have it, and DER as notes do.</summary>
public static class EcdsaSignature
{
    private const int HalfSize = 32;

    /// <summary>Converts r‖s (IEEE P1363, halves of equal length) to the DER of RFC 3279, section 2.2.3.</summary>
    /// <exception cref="LogFormatException">The length is odd or zero.</exception>
    public static byte[] ToDer(ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty || raw.Length % 2 != 0)
            throw new LogFormatException("ECDSA signature: r‖s has two halves of equal length");
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(raw[..(raw.Length / 2)], isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(raw[(raw.Length / 2)..], isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }

    /// <summary>Converts the DER of a P-256 signature to r‖s, 32 bytes each.</summary>
    /// <exception cref="LogFormatException">It is malformed, or of a longer curve.</exception>
    public static byte[] ToRaw(ReadOnlySpan<byte> der)
    {
        var raw = new byte[2 * HalfSize];
        try
        {
            var whole = new AsnReader(der.ToArray(), AsnEncodingRules.DER);
            var sequence = whole.ReadSequence();
            if (!whole.HasData && Write(sequence.ReadInteger(), raw.AsSpan(0, HalfSize)) && Write(sequence.ReadInteger(), raw.AsSpan(HalfSize)) && !sequence.HasData)
                return raw;
        }
        catch (AsnContentException exception)
        {
            throw new LogFormatException("ECDSA signature: not DER of two numbers", exception);
        }

        throw new LogFormatException("ECDSA signature: not DER of two numbers of 32 bytes");

        static bool Write(BigInteger number, Span<byte> half)
        {
            if (number.Sign < 0 || number.GetByteCount(isUnsigned: true) > half.Length)
                return false;
            return number.TryWriteBytes(half[^number.GetByteCount(isUnsigned: true)..], out _, isUnsigned: true, isBigEndian: true);
        }
    }
}
