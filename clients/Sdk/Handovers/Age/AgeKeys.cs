using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;

namespace TrueCopy.Client.Handovers;

/// <summary>How age makes keys of keys (c2sp.org/age), for X25519 recipients alone.</summary>
internal static class AgeKeys
{
    public const int FileKeyLength = 16;
    public const int NonceLength = 16;
    private const string StanzaType = "X25519";
    private const int WrappedLength = FileKeyLength + ChunkCipher.TagLength;

    /// <summary>The header of a file with a key, sealed to one recipient.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> fileKey, byte[] recipient)
    {
        var ephemeral = AgeIdentity.Create();
        var share = ephemeral.PublicKey.ToArray();
        var shared = ephemeral.Agree(recipient) ?? throw new PackageException(PackageFault.Identity, "The receiver's key is none that anything can be sealed to.");
        var wrapped = new byte[WrappedLength];
        using (var cipher = ChunkCipher.Create(WrapKey(shared, share, recipient)))
            cipher.Seal(stackalloc byte[ChunkCipher.NonceLength], fileKey, wrapped);
        return AgeHeader.Encode(new AgeStanza([StanzaType, AgeHeader.Encode(share)], wrapped), MacKey(fileKey));
    }

    /// <summary>The key of a file, and whose it is.</summary>
    /// <exception cref="PackageException">It is sealed to none of the identities, or malformed.</exception>
    public static (byte[] FileKey, AgeIdentity Identity) Unwrap(AgeHeader header, IReadOnlyList<AgeIdentity> identities)
    {
        if (header.Stanzas.Count > 1 && header.Stanzas.Any(stanza => stanza.Arguments[0] == "scrypt"))
            throw AgeHeader.Malformed("it is sealed by a passphrase and to somebody beside");
        var shares = header.Stanzas.Where(stanza => stanza.Arguments[0] == StanzaType).Select(ShareOf).ToArray();
        foreach (var (share, wrapped) in shares)
        {
            foreach (var identity in identities)
            {
                if (TryUnwrap(identity, share, wrapped) is not { } fileKey)
                    continue;
                return header.IsOf(MacKey(fileKey)) ? (fileKey, identity) : throw AgeHeader.Malformed("its header was altered");
            }
        }

        throw new PackageException(PackageFault.Identity, "It is sealed to another key than this one, so it cannot be opened here.");
    }

    /// <summary>The key of the payload.</summary>
    public static byte[] PayloadKey(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> nonce) => Derive(fileKey, nonce, "payload"u8);

    private static byte[]? TryUnwrap(AgeIdentity identity, byte[] share, byte[] wrapped)
    {
        var shared = identity.Agree(share) ?? throw AgeHeader.Malformed("a recipient of its header is no point of the curve that could be");
        var fileKey = new byte[FileKeyLength];
        using var cipher = ChunkCipher.Create(WrapKey(shared, share, identity.PublicKey.Span));
        return cipher.TryOpen(stackalloc byte[ChunkCipher.NonceLength], wrapped, fileKey) ? fileKey : null;
    }

    private static (byte[] Share, byte[] Wrapped) ShareOf(AgeStanza stanza) =>
        stanza.Arguments.Count == 2 && AgeHeader.TryDecode(stanza.Arguments[1], out var share) && share.Length == EncryptionKey.Size && stanza.Body.Length == WrappedLength
            ? (share, stanza.Body)
            : throw AgeHeader.Malformed("a recipient of its header is not one of X25519");

    private static byte[] WrapKey(byte[] shared, ReadOnlySpan<byte> share, ReadOnlySpan<byte> recipient) =>
        Derive(shared, [.. share, .. recipient], "age-encryption.org/v1/X25519"u8);

    private static byte[] MacKey(ReadOnlySpan<byte> fileKey) => Derive(fileKey, [], "header"u8);

    private static byte[] Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label)
    {
        var derived = new byte[ChunkCipher.KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt, label);
        return derived;
    }
}

/// <summary>ChaCha20-Poly1305 (RFC 8439): the system's, or where it has none, that of BouncyCastle.</summary>
internal abstract class ChunkCipher : IDisposable
{
    public const int KeyLength = 32;
    public const int NonceLength = 12;
    public const int TagLength = 16;

    public static ChunkCipher Create(byte[] key) => ChaCha20Poly1305.IsSupported ? new OfSystem(key) : new OfBouncyCastle(key);

    /// <summary>The nonce of a chunk: its number in 11 bytes, and whether it is the last.</summary>
    public static void WriteNonce(Span<byte> nonce, long chunk, bool isLast)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[3..11], chunk);
        nonce[11] = isLast ? (byte)1 : (byte)0;
    }

    /// <summary>Seals.</summary>
    /// <param name="nonce">12 bytes, never used with this key before.</param>
    /// <param name="plain">What is sealed.</param>
    /// <param name="output">Ciphertext and tag: 16 bytes longer.</param>
    public abstract void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> output);

    /// <summary>Opens; false where it is not authentic.</summary>
    public abstract bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> plain);

    public abstract void Dispose();

    private sealed class OfSystem(byte[] key) : ChunkCipher
    {
        private readonly ChaCha20Poly1305 _cipher = new(key);

        public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> output) =>
            _cipher.Encrypt(nonce, plain, output[..plain.Length], output.Slice(plain.Length, TagLength));

        public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> plain)
        {
            try
            {
                _cipher.Decrypt(nonce, input[..^TagLength], input[^TagLength..], plain);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
        }

        public override void Dispose() => _cipher.Dispose();
    }

    internal sealed class OfBouncyCastle(byte[] key) : ChunkCipher
    {
        public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> output)
        {
            var cipher = Begin(forEncryption: true, nonce);
            var written = cipher.ProcessBytes(plain, output);
            cipher.DoFinal(output[written..]);
        }

        public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> plain)
        {
            var cipher = Begin(forEncryption: false, nonce);
            var opened = new byte[cipher.GetOutputSize(input.Length)];
            try
            {
                var written = cipher.ProcessBytes(input, opened);
                written += cipher.DoFinal(opened.AsSpan(written));
                opened.AsSpan(0, written).CopyTo(plain);
                return true;
            }
            catch (InvalidCipherTextException)
            {
                return false;
            }
        }

        public override void Dispose()
        {
        }

        private Org.BouncyCastle.Crypto.Modes.ChaCha20Poly1305 Begin(bool forEncryption, ReadOnlySpan<byte> nonce)
        {
            var cipher = new Org.BouncyCastle.Crypto.Modes.ChaCha20Poly1305();
            cipher.Init(forEncryption, new AeadParameters(new KeyParameter(key), TagLength * 8, nonce.ToArray()));
            return cipher;
        }
    }
}
