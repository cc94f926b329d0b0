using System.Globalization;

namespace TrueCopy.Receipts.Inbox;

/// <summary>The rules for what issuers state in text: times, references, types and notes, wherever they state it.</summary>
public static class StatedText
{
    /// <summary>Key, in an upload's metadata, of the issuer's own name for the document.</summary>
    public const string Reference = "reference";

    /// <summary>Key of the issuer's word for the kind of document.</summary>
    public const string Type = "type";

    /// <summary>Key of the time from which it is to be relied on.</summary>
    public const string ValidFrom = "validfrom";

    /// <summary>Key of the time from which it is no longer to be relied on.</summary>
    public const string Expires = "expires";

    /// <summary>The longest reference, in UTF-16 characters.</summary>
    public const int MaxReferenceLength = 256;

    /// <summary>The longest document type, in UTF-16 characters.</summary>
    public const int MaxTypeLength = 64;

    /// <summary>The longest note, in UTF-16 characters.</summary>
    public const int MaxNoteLength = 1000;

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
        text.Length == 0 || text.Length > maxLength || text.Trim().Length != text.Length
            ? $"{name} has 1 to {maxLength} characters, and no spaces at its ends"
            : UnseenCharacters.Check(name, text);

    /// <summary>Checks a period of validity.</summary>
    /// <returns>The rule that is broken; null if none is.</returns>
    public static string? CheckPeriod(DateTimeOffset? validFrom, DateTimeOffset? expires) =>
        expires <= validFrom ? "expires is after validFrom" : null;

    /// <summary>Checks a reason for an act.</summary>
    /// <returns>The rule that is broken; null if none is.</returns>
    public static string? CheckReason(ActKind kind, ReasonCode reason) =>
        reason == ReasonCode.CertificateHold && kind != ActKind.Suspend ? "certificateHold is a reason to suspend only" : null;
}
