using System.Globalization;

namespace TrueCopy.Receipts.Domains;

/// <summary>An institution's domain, as somebody stated it and as it may be asked.</summary>
public static class DomainName
{
    // RFC 2606, 6761, 6762, 7686, 8375, 9476; none of them is anybody's on the public internet.
    private static readonly string[] Reserved =
        ["example", "example.com", "example.net", "example.org", "invalid", "test", "localhost", "local", "internal", "onion", "alt", "home.arpa", "in-addr.arpa", "ip6.arpa"];

    /// <summary>Reads a domain name: at least two labels of letters, digits and hyphens, in any script; no address, port or path.</summary>
    /// <param name="stated">What was stated.</param>
    /// <returns>The name in ASCII and small letters; null if it is none.</returns>
    public static string? ToAscii(string stated)
    {
        if (stated.Length is 0 or > 253)
            return null;
        string ascii;
        try
        {
            ascii = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(stated).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }

        var labels = ascii.Split('.');
        return ascii.Length <= 253 && labels.Length > 1 && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit) ? ascii : null;
    }

    /// <summary>Whether it is a name of examples, tests and inner networks, which is never asked.</summary>
    /// <param name="ascii">A name as <see cref="ToAscii"/> gives it.</param>
    public static bool IsReserved(string ascii) =>
        Reserved.Any(name => ascii == name || ascii.EndsWith("." + name, StringComparison.Ordinal));

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
