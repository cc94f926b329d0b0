using System.Collections.Immutable;

namespace TrueCopy.Ledger.Issuers;

/// <summary>
/// What a container's metadata states of the institution that it is of. Keys are compared without case; values may be
/// percent-encoded UTF-8, because storage metadata is ASCII.
/// </summary>
internal sealed class RegistryMetadata
{
    private const int MaxNameLength = 256;

    private readonly Dictionary<string, string> _values;
    private readonly Func<string, Exception> _refuse;

    /// <summary>Reads metadata.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="names">The keys that mean something; others are passed over, unless one of these was meant.</param>
    /// <param name="refuse">Makes an exception of the rule that is broken.</param>
    public RegistryMetadata(IEnumerable<KeyValuePair<string, string>> metadata, ImmutableArray<string> names, Func<string, Exception> refuse)
    {
        _refuse = refuse;
        _values = metadata.ToDictionary(pair => pair.Key, pair => Uri.UnescapeDataString(pair.Value).Trim(), StringComparer.OrdinalIgnoreCase);
        foreach (var key in _values.Keys)
        {
            if (!names.Contains(key, StringComparer.OrdinalIgnoreCase) && StatedName.MeantBy(key, names) is { } meant)
                throw refuse(StatedName.Correct(key, meant));
        }
    }

    /// <summary>A value as it is, unlimited; null where there is none.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    /// <summary>A text that has to be there.</summary>
    public string Required(string key) => Optional(key) ?? throw _refuse($"the container's metadata has no {key}");

    /// <summary>A text; null where there is none.</summary>
    public string? Optional(string key) =>
        this[key] is not { } value ? null
        : value.Length > MaxNameLength ? throw _refuse($"{key} has at most {MaxNameLength} characters")
        : UnseenCharacters.Check(key, value) is { } rule ? throw _refuse(rule)
        : value;

    /// <summary>The legal names by language; null where there is none.</summary>
    public LegalNames? LegalNames()
    {
        var (en, zhHans, zhHant) = (Optional("legalname_en"), Optional("legalname_zh_hans"), Optional("legalname_zh_hant"));
        return en is null && zhHans is null && zhHant is null ? null : new LegalNames { En = en, ZhHans = zhHans, ZhHant = zhHant };
    }

    /// <summary>The jurisdiction, which has to be there.</summary>
    public string Jurisdiction() =>
        Required("jurisdiction") is { Length: >= 2 and <= 6 } value && value.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-')
            ? value
            : throw _refuse("jurisdiction is an ISO 3166 code in capitals, such as HK or CN-GD");

    /// <summary>The words of a list that is separated by commas or spaces.</summary>
    public IReadOnlyList<string> Words(string key) => [.. (this[key] ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Distinct()];
}
