using System.Text.Json.Nodes;

namespace TrueCopy.Receipts.Tests.Documents;

/// <summary>A document as it would be if one thing in it were missing or another.</summary>
internal static class JsonChanges
{
    /// <param name="root">The document.</param>
    /// <param name="others">What takes the place of each of its values in turn.</param>
    public static IEnumerable<string> Of(JsonNode root, JsonNode?[] others)
    {
        foreach (var path in Paths(root, []).ToArray())
        {
            yield return Changed(root, path, (parent, key) => Remove(parent, key));
            foreach (var other in others)
                yield return Changed(root, path, (parent, key) => Set(parent, key, other?.DeepClone()));
            yield return Changed(root, path, (parent, key) => (Get(parent, key) as JsonArray)?.Add((JsonNode?)null));
        }
    }

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path)
    {
        if (path.Length > 0)
            yield return path;
        var below = node switch
        {
            JsonObject members => members.Select(member => ((object)member.Key, member.Value)),
            JsonArray elements => elements.Select((element, i) => ((object)i, element)),
            _ => [],
        };
        foreach (var (key, value) in below)
        {
            foreach (var deeper in Paths(value, [.. path, key]))
                yield return deeper;
        }
    }

    private static string Changed(JsonNode root, object[] path, Action<JsonNode, object> change)
    {
        var copy = root.DeepClone();
        change(path[..^1].Aggregate(copy, (node, key) => Get(node, key)!), path[^1]);
        return copy.ToJsonString();
    }

    private static JsonNode? Get(JsonNode node, object key) => key is int index ? node[index] : node[(string)key];

    private static void Set(JsonNode node, object key, JsonNode? value)
    {
        if (key is int index)
            node[index] = value;
        else
            node[(string)key] = value;
    }

    private static void Remove(JsonNode node, object key)
    {
        if (key is int index)
            ((JsonArray)node).RemoveAt(index);
        else
            ((JsonObject)node).Remove((string)key);
    }
}
