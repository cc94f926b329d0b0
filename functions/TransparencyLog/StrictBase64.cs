using System.Buffers.Text;

namespace TrueCopy.TransparencyLog;

/// <summary>
/// Standard base64 (RFC 4648, section 4) with exactly one accepted spelling per value: padded, no white space, and
/// zero trailing bits (section 3.5), so that a proof or note cannot be altered without altering its meaning.
/// </summary>
internal static class StrictBase64
{
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes) =>
        TryDecodeLenient(text, out bytes, out var isCanonical) && isCanonical;

    /// <summary>Decodes also where the bits after the last byte, which mean nothing, are not zero (RFC 4648 leaves that to the decoder).</summary>
    public static bool TryDecodeLenient(ReadOnlySpan<char> text, out byte[] bytes, out bool isCanonical)
    {
        (bytes, isCanonical) = ([], false);
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (text.ContainsAny(" \t\r\n") || !Convert.TryFromBase64Chars(text, decoded, out var written))
            return false;

        Array.Resize(ref decoded, written);
        bytes = decoded;
        isCanonical = text.SequenceEqual(Convert.ToBase64String(decoded));
        return true;
    }

    public static bool TryDecodeHash(ReadOnlySpan<char> text, out MerkleHash hash)
    {
        hash = default;
        if (text.Length != 44 || !TryDecode(text, out var bytes) || bytes.Length != MerkleHash.Size)
            return false;

        hash = new MerkleHash(bytes);
        return true;
    }
}
