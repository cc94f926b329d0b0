using System.Diagnostics.CodeAnalysis;

namespace TrueCopy.Receipts.Handovers;

/// <summary>
/// Bech32 (BIP 173) as age writes keys in it: bytes behind a prefix, with a checksum that finds any four wrong characters. The limit
/// of 90 characters does not apply to age's.
/// </summary>
public static class Bech32
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int ChecksumLength = 6;
    private const int MaxLength = 256;
    private static readonly uint[] Generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    /// <summary>Writes bytes, in lower case.</summary>
    /// <param name="prefix">What goes before the separator <c>1</c>, in lower case.</param>
    /// <param name="bytes">The bytes.</param>
    public static string Encode(string prefix, ReadOnlySpan<byte> bytes)
    {
        var digits = new List<byte>(bytes.Length * 8 / 5 + 1 + ChecksumLength);
        var (buffer, bits) = (0, 0);
        foreach (var value in bytes)
        {
            buffer = (buffer << 8 | value) & 0xfff;
            for (bits += 8; bits >= 5; bits -= 5)
                digits.Add((byte)(buffer >> (bits - 5) & 31));
        }

        if (bits > 0)
            digits.Add((byte)(buffer << (5 - bits) & 31));
        var checksum = Checksum(prefix, [.. digits, 0, 0, 0, 0, 0, 0]) ^ 1;
        for (var i = ChecksumLength - 1; i >= 0; i--)
            digits.Add((byte)(checksum >> 5 * i & 31));
        return $"{prefix}1{string.Concat(digits.Select(digit => Alphabet[digit]))}";
    }

    /// <summary>Reads bytes; the text is all in one case, and spelled in the one way that <see cref="Encode"/> has.</summary>
    /// <param name="prefix">The prefix that it has to have, in lower case.</param>
    /// <param name="text">The text.</param>
    /// <param name="bytes">What it says.</param>
    public static bool TryDecode(string prefix, string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length > MaxLength || (text.Any(char.IsAsciiLetterLower) && text.Any(char.IsAsciiLetterUpper)))
            return false;
        var lower = text.ToLowerInvariant();
        if (!lower.StartsWith($"{prefix}1", StringComparison.Ordinal) || lower.Length < prefix.Length + 1 + ChecksumLength)
            return false;
        byte[] digits = [.. lower[(prefix.Length + 1)..].Select(character => (byte)Alphabet.IndexOf(character, StringComparison.Ordinal))];
        if (digits.Contains(byte.MaxValue) || Checksum(prefix, digits) != 1)
            return false;
        var read = new List<byte>();
        var (buffer, bits) = (0, 0);
        foreach (var digit in digits[..^ChecksumLength])
        {
            buffer = (buffer << 5 | digit) & 0xfff;
            bits += 5;
            if (bits >= 8)
                read.Add((byte)(buffer >> (bits -= 8)));
        }

        // What is left over is padding: less than a digit, and zeros.
        if (bits >= 5 || (buffer & ((1 << bits) - 1)) != 0)
            return false;
        bytes = [.. read];
        return true;
    }

    private static uint Checksum(string prefix, IEnumerable<byte> digits)
    {
        var sum = 1u;
        foreach (var value in prefix.Select(character => (byte)(character >> 5)).Append((byte)0).Concat(prefix.Select(character => (byte)(character & 31))).Concat(digits))
        {
            var top = sum >> 25;
            sum = (sum & 0x1ffffff) << 5 ^ value;
            for (var i = 0; i < Generator.Length; i++)
                sum ^= (top >> i & 1) != 0 ? Generator[i] : 0;
        }

        return sum;
    }
}

/// <summary>The key that packages are sealed to: an X25519 public key as age writes it, <c>age1…</c>.</summary>
public static class EncryptionKey
{
    /// <summary>Length of the key in bytes.</summary>
    public const int Size = 32;

    private const string Prefix = "age";

    /// <summary>Reads a key, in lower case as age writes it.</summary>
    /// <param name="text">62 characters.</param>
    /// <param name="key">The 32 bytes.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out byte[]? key)
    {
        key = null;
        if (text is null || text.Any(char.IsAsciiLetterUpper) || !Bech32.TryDecode(Prefix, text, out var bytes) || bytes.Length != Size)
            return false;
        key = bytes;
        return true;
    }

    /// <summary>Writes a key.</summary>
    /// <param name="key">The 32 bytes.</param>
    public static string Encode(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Size, nameof(key));
        return Bech32.Encode(Prefix, key);
    }
}
