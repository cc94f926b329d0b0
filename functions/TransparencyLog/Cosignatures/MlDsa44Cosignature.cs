using System.Buffers.Binary;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace TrueCopy.TransparencyLog.Cosignatures;

/// <summary>
/// ML-DSA-44 (FIPS 204, pure, no context) over the <c>subtree/v1</c> structure from 0 to the checkpoint's size: signature type
/// 0x06. It names the witness, and says nothing of extension lines.
/// </summary>
public sealed class MlDsa44CosignatureVerifier : CosignatureVerifier
{
    /// <summary>The longest name of a witness, and the longest origin, in bytes of UTF-8.</summary>
    public const int MaxNameLength = byte.MaxValue;

    internal const byte Type = 6;
    private const int PublicKeyLength = 1312;
    private readonly MLDsaPublicKeyParameters _key;
    private readonly byte[] _publicKey;

    /// <summary>Creates the verifier of a 1312-byte public key.</summary>
    /// <exception cref="LogFormatException">The name is not a key name, or too long; or the key has another length.</exception>
    public MlDsa44CosignatureVerifier(string name, ReadOnlySpan<byte> publicKey)
        : base(name, Type, publicKey)
    {
        if (publicKey.Length != PublicKeyLength)
            throw new LogFormatException($"ML-DSA-44 key: a public key has {PublicKeyLength} bytes");
        if (Encoding.UTF8.GetByteCount(name) > MaxNameLength)
            throw new LogFormatException($"ML-DSA-44 key: a name has at most {MaxNameLength} bytes");
        _publicKey = publicKey.ToArray();
        _key = MLDsaPublicKeyParameters.FromEncoding(MLDsaParameters.ml_dsa_44, _publicKey);
    }

    /// <inheritdoc/>
    public override byte SignatureType => Type;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> PublicKey => _publicKey;

    private protected override int SignatureLength => 2420;

    /// <summary>The <c>cosigned_message</c> of a checkpoint; null if its origin is too long for one.</summary>
    internal static byte[]? Message(string cosigner, Checkpoint checkpoint, long time)
    {
        byte[] name = Encoding.UTF8.GetBytes(cosigner), origin = Encoding.UTF8.GetBytes(checkpoint.Origin);
        return origin.Length > MaxNameLength
            ? null
            : [.. "subtree/v1\n\0"u8, (byte)name.Length, .. name, .. BigEndian(time), (byte)origin.Length, .. origin, .. BigEndian(0), .. BigEndian(checkpoint.Size), .. checkpoint.Root.Bytes];
    }

    private protected override bool IsSigned(ReadOnlySpan<byte> text, long time, ReadOnlySpan<byte> signature)
    {
        if (!StrictText.TryDecodeUtf8(text, out var decoded) || CheckpointOf(decoded) is not { } checkpoint || Message(Name, checkpoint, time) is not { } message)
            return false;
        var verifier = new MLDsaSigner(MLDsaParameters.ml_dsa_44, deterministic: true);
        verifier.Init(forSigning: false, _key);
        verifier.BlockUpdate(message);
        return verifier.VerifySignature(signature.ToArray());
    }

    private static Checkpoint? CheckpointOf(string text)
    {
        try
        {
            return Checkpoint.Parse(text);
        }
        catch (LogFormatException)
        {
            // Nothing but a checkpoint is ever signed so.
            return null;
        }
    }

    private static byte[] BigEndian(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}

/// <summary>Cosigns with an ML-DSA-44 seed held in memory; the same checkpoint at the same second is signed by the same bytes.</summary>
public sealed class MlDsa44Cosigner : Cosigner
{
    private readonly MLDsaPrivateKeyParameters _key;

    /// <summary>Creates a cosigner from a 32-byte seed (ξ of FIPS 204, algorithm 1).</summary>
    /// <param name="name">The witness's name, by convention an address without its scheme.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="clock">What tells the time that is signed.</param>
    /// <exception cref="LogFormatException">The name is not a key name, or too long.</exception>
    public MlDsa44Cosigner(string name, ReadOnlySpan<byte> seed, TimeProvider clock)
        : this(name, KeyOf(seed), clock)
    {
    }

    private MlDsa44Cosigner(string name, MLDsaPrivateKeyParameters key, TimeProvider clock)
        : base(new MlDsa44CosignatureVerifier(name, key.GetPublicKeyEncoded()), clock) => _key = key;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The library keeps the expanded key to itself, and offers no way to wipe it.
    }

    private protected override byte[] Sign(ReadOnlySpan<byte> text, Checkpoint checkpoint, long time)
    {
        var message = MlDsa44CosignatureVerifier.Message(Verifier.Name, checkpoint, time)
            ?? throw new LogFormatException($"cosignature: ML-DSA-44 signs origins of at most {MlDsa44CosignatureVerifier.MaxNameLength} bytes");
        var signer = new MLDsaSigner(MLDsaParameters.ml_dsa_44, deterministic: true);
        signer.Init(forSigning: true, _key);
        signer.BlockUpdate(message);
        return signer.GenerateSignature();
    }

    private static MLDsaPrivateKeyParameters KeyOf(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedSize, nameof(seed));
        return MLDsaPrivateKeyParameters.FromSeed(MLDsaParameters.ml_dsa_44, seed.ToArray());
    }
}
