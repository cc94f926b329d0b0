using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>An ECDSA key that always signs the same text in the same way (RFC 6979), so that vectors can be made again to the byte.</summary>
internal sealed class FixedEcdsa : INoteSigner
{
    private readonly ECPrivateKeyParameters _key;

    public FixedEcdsa(string origin, string seed)
    {
        var curve = NistNamedCurves.GetByName("P-256");
        var domain = new ECDomainParameters(curve);
        var scalar = new BigInteger(1, SHA256.HashData(Encoding.UTF8.GetBytes(seed))).Mod(domain.N);
        _key = new ECPrivateKeyParameters(scalar, domain);
        var point = domain.G.Multiply(scalar).Normalize();
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point.AffineXCoord.GetEncoded(), Y = point.AffineYCoord.GetEncoded() },
        });
        Verifier = new EcdsaP256Verifier(origin, key.ExportSubjectPublicKeyInfo());
    }

    /// <inheritdoc/>
    public NoteVerifier Verifier { get; }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(true, _key);
        var signature = signer.GenerateSignature(SHA256.HashData(text.Span));
        return new(new DerSequence(new DerInteger(signature[0]), new DerInteger(signature[1])).GetDerEncoded());
    }
}
