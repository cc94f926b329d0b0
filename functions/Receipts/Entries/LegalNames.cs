using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Entries;

/// <summary>What an institution is called in law in several languages, beside the name that it goes by everywhere. At least one is given.</summary>
public sealed record LegalNames
{
    /// <summary>In English.</summary>
    [JsonPropertyName("en")]
    public string? En { get; init; }

    /// <summary>In simplified Chinese.</summary>
    [JsonPropertyName("zh-Hans")]
    public string? ZhHans { get; init; }

    /// <summary>In traditional Chinese.</summary>
    [JsonPropertyName("zh-Hant")]
    public string? ZhHant { get; init; }

    /// <summary>Those that are given, each once and without the main one; in the order of the members.</summary>
    /// <param name="main">The name that they stand beside.</param>
    public IReadOnlyList<string> Beside(string main) => [.. new[] { En, ZhHans, ZhHant }.OfType<string>().Distinct().Where(name => name != main)];
}
