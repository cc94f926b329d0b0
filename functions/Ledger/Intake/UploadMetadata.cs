namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Reads what an issuer states in an upload's metadata: <c>reference</c>, <c>type</c>, <c>validfrom</c>,
/// <c>expires</c>. Values may be percent-encoded UTF-8, because storage metadata is ASCII; other keys are not ours, but for
/// those that mean one of these, which would otherwise issue a document for ever, or under no name, without a word.
/// </summary>
public static class UploadMetadata
{
    /// <summary>Reads the metadata of an upload.</summary>
    /// <exception cref="UploadRejectedException">A value breaks a rule, which the message names.</exception>
    public static Terms Parse(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in metadata)
        {
            if (!StatedName.OfUploads.Contains(key, StringComparer.OrdinalIgnoreCase) && StatedName.MeantBy(key, StatedName.OfUploads) is { } meant)
                throw new UploadRejectedException(Rejection.InvalidMetadata(StatedName.Correct(key, meant)));
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
