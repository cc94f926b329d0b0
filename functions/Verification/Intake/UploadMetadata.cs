using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Manifests;

namespace TrueCopy.Verification.Intake;

/// <summary>
/// Reads what an issuer states in an upload's metadata: <c>reference</c>, <c>type</c>, <c>validfrom</c>,
/// <c>expires</c>. Values may be percent-encoded UTF-8, because storage metadata is ASCII; other keys are not ours.
/// </summary>
public static class UploadMetadata
{
    /// <summary>Key of <see cref="Terms.Reference"/>.</summary>
    public const string Reference = "reference";

    /// <summary>Key of <see cref="Terms.Type"/>.</summary>
    public const string Type = "type";

    /// <summary>Key of <see cref="Terms.ValidFrom"/>.</summary>
    public const string ValidFrom = "validfrom";

    /// <summary>Key of <see cref="Terms.Expires"/>.</summary>
    public const string Expires = "expires";

    /// <summary>Reads the metadata of an upload.</summary>
    /// <exception cref="UploadRejectedException">A value breaks a rule, which the message names.</exception>
    public static Terms Parse(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in metadata)
            values[key] = Uri.UnescapeDataString(value);
        var validFrom = Time(values, ValidFrom);
        var expires = Time(values, Expires);
        if (Statement.CheckPeriod(validFrom, expires) is { } rule)
            throw new UploadRejectedException(Rejection.InvalidMetadata(rule));
        return new Terms(
            Text(values, Reference, Confidential.MaxReferenceLength),
            Text(values, Type, Confidential.MaxTypeLength),
            validFrom,
            expires);
    }

    private static string? Text(Dictionary<string, string> values, string key, int maxLength)
    {
        if (!values.TryGetValue(key, out var text))
            return null;
        return Statement.CheckText(key, text, maxLength) is { } rule ? throw new UploadRejectedException(Rejection.InvalidMetadata(rule)) : text;
    }

    private static DateTimeOffset? Time(Dictionary<string, string> values, string key)
    {
        if (!values.TryGetValue(key, out var text))
            return null;
        return Statement.ReadTime(key, text, out var time) is { } rule ? throw new UploadRejectedException(Rejection.InvalidMetadata(rule)) : time;
    }
}
