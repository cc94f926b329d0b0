using System.Text.Json.Nodes;

namespace TrueCopy.Infra.Tests.Model;

/// <summary>One resource as Azure would be asked for it.</summary>
internal sealed class Resource(JsonObject json)
{
    public JsonObject Json { get; } = json;

    public string Id => Text("id") ?? "";

    public string Type => Text("type") ?? "";

    /// <summary>The last part of the name: a container's own, not its account's.</summary>
    public string Name => (Text("name") ?? "").Split('/')[^1];

    /// <summary>What a path leads to, such as <c>properties.filter.advancedFilters[0].values</c>.</summary>
    public JsonNode? At(string path) => path.Split('.').Aggregate((JsonNode?)Json, Step);

    public string? Text(string path) => At(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public bool? Flag(string path) => At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    public int? Number(string path) => At(path) is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    public IReadOnlyList<string> Texts(string path) =>
        At(path) is JsonArray items ? [.. items.Select(item => item?.ToString() ?? "")] : [];

    public IReadOnlyList<JsonNode> Items(string path) =>
        At(path) is JsonArray items ? [.. items.OfType<JsonNode>()] : [];

    /// <summary>Whether a list holds these and no others, in any order.</summary>
    public bool IsExactly(string path, params string[] expected) =>
        Texts(path).Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal));

    public override string ToString() => $"{Type} {Id}";

    private static JsonNode? Step(JsonNode? node, string step)
    {
        var bracket = step.IndexOf('[', StringComparison.Ordinal);
        if (bracket < 0)
            return (node as JsonObject)?[step];
        var list = bracket == 0 ? node : (node as JsonObject)?[step[..bracket]];
        var index = int.Parse(step[(bracket + 1)..^1], System.Globalization.CultureInfo.InvariantCulture);
        return list is JsonArray items && index < items.Count ? items[index] : null;
    }
}
