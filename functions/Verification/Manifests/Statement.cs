using System.Globalization;
using TrueCopy.Verification.Acts;

namespace TrueCopy.Verification.Manifests;

/// <summary>The rules for what issuers state in text: times, references, types and notes, wherever they state it.</summary>
public static class Statement
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <summary>Reads a time: RFC 3339 with its zone (<c>Z</c> or an offset), from 1970 on.</summary>
    /// <returns>The rule that is broken; null if none is.</returns>
    public static string? ReadTime(string name, string text, out DateTimeOffset time)
    {
        var zoned = text.EndsWith('Z') ? text[..^1] + "+00:00" : text;
        return DateTimeOffset.TryParseExact(zoned, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time) && time >= DateTimeOffset.UnixEpoch
            ? null
            : $"{name} is an RFC 3339 time with a zone, from 1970 on, such as 2030-12-31T23:59:59+08:00";
    }

    /// <summary>Checks a reference, a type or a note.</summary>
    /// <returns>The rule that is broken; null if none is.</returns>
    public static string? CheckText(string name, string text, int maxLength) =>
        text.Length == 0 || text.Length > maxLength || text.Any(char.IsControl) || text.Trim().Length != text.Length || !IsWellFormed(text)
            ? $"{name} has 1 to {maxLength} characters, no control characters, and no spaces at its ends"
            : null;

    /// <summary>Checks a period of validity.</summary>
    /// <returns>The rule that is broken; null if none is.</returns>
    public static string? CheckPeriod(DateTimeOffset? validFrom, DateTimeOffset? expires) =>
        expires <= validFrom ? "expires is after validFrom" : null;

    /// <summary>Checks a reason for an act.</summary>
    /// <returns>The rule that is broken; null if none is.</returns>
    public static string? CheckReason(ActKind kind, ReasonCode reason) =>
        reason == ReasonCode.CertificateHold && kind != ActKind.Suspend ? "certificateHold is a reason to suspend only" : null;

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
