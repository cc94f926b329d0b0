using System.Formats.Asn1;
using System.Numerics;

namespace TrueCopy.TransparencyLog.Notes;

/// <summary>The two encodings of an ECDSA signature: raw r‖s as JOSE, COSE and Key Vault have it, and DER as notes do.</summary>
public static class EcdsaSignature
{
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
}
