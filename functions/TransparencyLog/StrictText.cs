using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace TrueCopy.TransparencyLog;

/// <summary>Text rules that the C2SP formats share: well-formed UTF-8 and decimals with one spelling.</summary>
internal static class StrictText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes UTF-8 and refuses ill-formed sequences instead of replacing them.</summary>
    public static bool TryDecodeUtf8(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = Utf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }

    /// <summary>Parses an ASCII decimal from 0 to <see cref="long.MaxValue"/> without sign, space or leading zero.</summary>
    public static bool TryParseDecimal(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        return text.Length is > 0 and <= 19
            && (text.Length == 1 || text[0] != '0')
            && !text.ContainsAnyExceptInRange('0', '9')
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}

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

/// <summary>Bytes from outside broke a rule of their format; the message names the format and the rule.</summary>
/// <remarks>The only exception that the parsers of this library throw for bad input.</remarks>
public sealed class LogFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The format and the rule that was broken, never the offending bytes.</param>
    public LogFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception for a rule that a lower layer found broken.</summary>
    public LogFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
