namespace TrueCopy.Ledger.Issuers;

/// <summary>
/// Reads an issuer from its container's metadata. Keys are those of the design (<c>legalname</c>, the same in a
/// language as <c>legalname_en</c>, <c>legalname_zh_hans</c>, <c>legalname_zh_hant</c>, <c>jurisdiction</c>,
/// <c>domain</c>, <c>retention</c>, <c>algorithms</c>), compared without case; values may be percent-encoded UTF-8,
/// because storage metadata is ASCII.
/// </summary>
public static class IssuerMetadata
{
    private const int MaxNameLength = 256;

    /// <summary>Parses the metadata of <paramref name="container"/>.</summary>
    /// <exception cref="NotAnIssuerException">The name or the metadata breaks a rule, which the message names.</exception>
    public static Issuer Parse(string container, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        if (!container.StartsWith(IssuerContainer.Prefix, StringComparison.Ordinal) || container.Length == IssuerContainer.Prefix.Length)
            throw new NotAnIssuerException($"an issuer's container is named {IssuerContainer.Prefix}<id>");

        var values = metadata.ToDictionary(
            pair => pair.Key,
            pair => Uri.UnescapeDataString(pair.Value).Trim(),
            StringComparer.OrdinalIgnoreCase);
        foreach (var key in values.Keys)
        {
            if (!StatedName.OfIssuers.Contains(key, StringComparer.OrdinalIgnoreCase) && StatedName.MeantBy(key, StatedName.OfIssuers) is { } meant)
                throw new NotAnIssuerException(StatedName.Correct(key, meant));
        }

        return new Issuer(
            container[IssuerContainer.Prefix.Length..],
            Required(values, "legalname"),
            Jurisdiction(Required(values, "jurisdiction")),
            Optional(values, "domain"),
            RetentionOf(values.GetValueOrDefault("retention")),
            AlgorithmsOf(values.GetValueOrDefault("algorithms")))
        {
            LegalNames = NamesOf(Optional(values, "legalname_en"), Optional(values, "legalname_zh_hans"), Optional(values, "legalname_zh_hant")),
        };
    }

    private static string Required(Dictionary<string, string> values, string key) =>
        values.GetValueOrDefault(key) is { Length: > 0 } value
            ? Limited(key, value)
            : throw new NotAnIssuerException($"the container's metadata has no {key}");

    private static string? Optional(Dictionary<string, string> values, string key) =>
        values.GetValueOrDefault(key) is { Length: > 0 } value ? Limited(key, value) : null;

    private static LegalNames? NamesOf(string? en, string? zhHans, string? zhHant) =>
        en is null && zhHans is null && zhHant is null ? null : new LegalNames { En = en, ZhHans = zhHans, ZhHant = zhHant };

    private static string Limited(string key, string value) =>
        value.Length > MaxNameLength ? throw new NotAnIssuerException($"{key} has at most {MaxNameLength} characters")
        : UnseenCharacters.Check(key, value) is { } rule ? throw new NotAnIssuerException(rule)
        : value;

    private static string Jurisdiction(string value) =>
        value.Length is >= 2 and <= 6 && value.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-')
            ? value
            : throw new NotAnIssuerException("jurisdiction is an ISO 3166 code in capitals, such as HK or CN-GD");

    private static Retention RetentionOf(string? value) => value switch
    {
        null or "" or "keep" => Retention.Keep,
        "delete" => Retention.Delete,
        _ => throw new NotAnIssuerException("retention is keep or delete"),
    };

    private static List<DigestAlgorithm> AlgorithmsOf(string? value)
    {
        var algorithms = new List<DigestAlgorithm> { DigestAlgorithm.Sha256 };
        foreach (var name in (value ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!DigestAlgorithm.TryParse(name, out var algorithm))
                throw new NotAnIssuerException($"algorithms may name {string.Join(", ", DigestAlgorithm.All)}");
            if (!algorithms.Contains(algorithm))
                algorithms.Add(algorithm);
        }

        return algorithms;
    }
}
