using System.Collections.Frozen;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Reads what an issuer states in an upload's metadata: <c>reference</c>, <c>type</c>, <c>validfrom</c>,
/// <c>expires</c>. Values may be percent-encoded UTF-8, because storage metadata is ASCII; other keys are not ours, but for
/// those that mean one of these, which would otherwise issue a document for ever, or under no name, without a word.
/// </summary>
public static class UploadMetadata
{
    // Without case, hyphens and underscores.
    private static readonly FrozenDictionary<string, string> Mistaken = new Dictionary<string, string[]>
    {
        [StatedText.Expires] = [StatedText.Expires, "expire", "expiry", "expiration", "expireson", "expiresat", "expiredate", "expirydate", "expirationdate", "validto", "validuntil", "validtill", "notafter"],
        [StatedText.ValidFrom] = [StatedText.ValidFrom, "validsince", "validafter", "notbefore", "effectivefrom", "effectivedate"],
        [StatedText.Reference] = [StatedText.Reference, "ref", "refid", "refno", "refnumber", "referenceid", "referenceno", "referencenumber"],
        [StatedText.Type] = [StatedText.Type, "doctype", "documenttype"],
    }.SelectMany(pair => pair.Value.Select(key => (Key: key, Name: pair.Key))).ToFrozenDictionary(pair => pair.Key, pair => pair.Name);

    /// <summary>Reads the metadata of an upload.</summary>
    /// <exception cref="UploadRejectedException">A value breaks a rule, which the message names.</exception>
    public static Terms Parse(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in metadata)
        {
            var plain = key.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
            if (Mistaken.TryGetValue(plain, out var name) && !key.Equals(name, StringComparison.OrdinalIgnoreCase))
                throw new UploadRejectedException(Rejection.InvalidMetadata($"the name is {name}, not {key}"));
            values[key] = Uri.UnescapeDataString(value);
        }

        var validFrom = Time(values, StatedText.ValidFrom);
        var expires = Time(values, StatedText.Expires);
        if (StatedText.CheckPeriod(validFrom, expires) is { } rule)
            throw new UploadRejectedException(Rejection.InvalidMetadata(rule));
        return new Terms(
            Text(values, StatedText.Reference, StatedText.MaxReferenceLength),
            Text(values, StatedText.Type, StatedText.MaxTypeLength),
            validFrom,
            expires);
    }

    private static string? Text(Dictionary<string, string> values, string key, int maxLength)
    {
        if (!values.TryGetValue(key, out var text))
            return null;
        return StatedText.CheckText(key, text, maxLength) is { } rule ? throw new UploadRejectedException(Rejection.InvalidMetadata(rule)) : text;
    }

    private static DateTimeOffset? Time(Dictionary<string, string> values, string key)
    {
        if (!values.TryGetValue(key, out var text))
            return null;
        return StatedText.ReadTime(key, text, out var time) is { } rule ? throw new UploadRejectedException(Rejection.InvalidMetadata(rule)) : time;
    }
}
