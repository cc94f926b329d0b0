using System.Buffers;
using System.Text;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Manifests;

/// <summary>
/// A line of <c>SHA256SUMS</c> and its kin, as coreutils writes it: the digest in hex, a space, a space (text) or an
/// asterisk (binary), the file's name; a backslash before the digest says that the name is escaped. The name stays
/// with the issuer: only the digest is used.
/// </summary>
public static class DigestListLine
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Reads a line.</summary>
    /// <exception cref="LineException">It is not of that form.</exception>
    public static Digest Parse(Line line, DigestAlgorithm algorithm)
    {
        var bytes = line.Bytes.Span;
        if (bytes.IsEmpty)
            throw line.Fault(0, "the line is empty");

        var start = bytes[0] == (byte)'\\' ? 1 : 0;
        var length = algorithm.Length * 2;
        var wrong = bytes[start..].IndexOfAnyExcept(HexDigits);
        var digits = wrong < 0 ? bytes.Length - start : wrong;
        if (digits != length || !Digest.TryParse(algorithm, Encoding.ASCII.GetString(bytes.Slice(start, length)), out var digest))
            throw line.Fault(start + Math.Min(digits, length), $"a {algorithm} digest is {length} hex digits");

        var rest = bytes[(start + length)..];
        if (rest.Length < 3 || rest[0] != (byte)' ' || rest[1] is not ((byte)' ' or (byte)'*'))
            throw line.Fault(start + length, "after the digest come a space, a space or an asterisk, and a file name");
        return digest;
    }
}
