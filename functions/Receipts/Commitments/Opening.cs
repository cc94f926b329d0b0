using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Receipts.Commitments;

/// <summary>
/// The random nonce that opens a commitment. The public log holds
/// <c>HMAC-SHA256(nonce, algorithm name ‖ 0x00 ‖ digest)</c>, which says nothing to whoever lacks the nonce, so the log
/// cannot confirm a guess at a document made from a template.
/// </summary>
public sealed class Opening
{
    /// <summary>Length of the nonce in bytes.</summary>
    public const int Size = 32;

    // A block of SHA-256; a label, the longest name of an algorithm and the longest digest.
    private const int BlockSize = 64;
    private const int MaxMessage = 128;

    private readonly ReadOnlyMemory<byte> _nonce;

    /// <summary>Creates an opening from a 32-byte nonce; copies it.</summary>
    public Opening(ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, Size, nameof(nonce));
        _nonce = nonce.ToArray();
    }

    private Opening(ReadOnlyMemory<byte> nonce) => _nonce = nonce;

    /// <summary>The nonce.</summary>
    public ReadOnlySpan<byte> Nonce => _nonce.Span;

    /// <summary>The nonce in lower-case hex, as receipts and <c>openssl mac -macopt hexkey:</c> write it.</summary>
    public string Hex => Convert.ToHexStringLower(Nonce);

    /// <summary>A fresh, random opening.</summary>
    public static Opening Create() => new(RandomNumberGenerator.GetBytes(Size).AsMemory());

    /// <summary>Fresh, random openings, drawn at once.</summary>
    public static Opening[] Create(int count)
    {
        var nonces = RandomNumberGenerator.GetBytes(Size * count);
        var openings = new Opening[count];
        for (var i = 0; i < count; i++)
            openings[i] = new Opening(nonces.AsMemory(i * Size, Size));
        return openings;
    }

    /// <summary>Parses 64 hex digits.</summary>
    public static bool TryParse(string? hex, [NotNullWhen(true)] out Opening? opening)
    {
        opening = null;
        Span<byte> nonce = stackalloc byte[Size];
        if (hex is null || hex.Length != 2 * Size
            || Convert.FromHexString(hex, nonce, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        opening = new Opening(nonce);
        return true;
    }

    /// <summary>The commitment to <paramref name="digest"/> under this nonce, in lower-case hex (64 digits).</summary>
    public string Commit(Digest digest) => Commit("", digest);

    /// <summary>The commitment to the document that takes this one's place: <c>successor ‖ 0x00</c> goes before what <see cref="Commit(Digest)"/> hashes.</summary>
    public string CommitSuccessor(Digest successor) => Commit("successor\0", successor);

    /// <summary>The commitment to a note: over <c>note ‖ 0x00 ‖ UTF-8</c>.</summary>
    public string CommitNote(string note) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Nonce, Encoding.UTF8.GetBytes("note\0" + note)));

    /// <summary>Writes the commitment to <paramref name="digest"/> as bytes.</summary>
    internal void Commit(Digest digest, Span<byte> commitment) => Commit("", digest, commitment);

    private string Commit(string label, Digest digest)
    {
        Span<byte> commitment = stackalloc byte[SHA256.HashSizeInBytes];
        Commit(label, digest, commitment);
        return Convert.ToHexStringLower(commitment);
    }

    // HMAC (RFC 2104) as its two hashes, each over a block of the key and what follows: the library's sets up and keys three
    // contexts for each message, which takes longer than all of the hashing.
    private void Commit(string label, Digest digest, Span<byte> commitment)
    {
        Span<byte> inner = stackalloc byte[BlockSize + MaxMessage];
        WriteKey(inner, 0x36);
        var length = BlockSize + Encoding.ASCII.GetBytes(label, inner[BlockSize..]);
        length += Encoding.ASCII.GetBytes(digest.Algorithm.Name, inner[length..]);
        inner[length++] = 0;
        digest.Bytes.CopyTo(inner[length..]);
        length += digest.Bytes.Length;

        Span<byte> outer = stackalloc byte[BlockSize + SHA256.HashSizeInBytes];
        WriteKey(outer, 0x5C);
        SHA256.HashData(inner[..length], outer[BlockSize..]);
        SHA256.HashData(outer, commitment);
    }

    private void WriteKey(Span<byte> block, byte pad)
    {
        block[..BlockSize].Fill(pad);
        var nonce = Nonce;
        for (var i = 0; i < nonce.Length; i++)
            block[i] ^= nonce[i];
    }

    /// <summary>Deliberately not the nonce, so that it does not slip into a log line.</summary>
    public override string ToString() => "opening";
}
