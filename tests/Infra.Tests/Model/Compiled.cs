using System.Text.Json.Nodes;

namespace TrueCopy.Infra.Tests.Model;

/// <summary>Reads compiled templates, modules included.</summary>
internal static class Compiled
{
    /// <summary>Every template that is nested in a template, at any depth.</summary>
    public static IEnumerable<JsonObject> Modules(JsonObject template) =>
        Resources(template).Select(resource => resource["properties"]?["template"]).OfType<JsonObject>();

    /// <summary>Every resource of a template and of the templates nested in it.</summary>
    public static IEnumerable<JsonObject> Resources(JsonObject template)
    {
        var resources = template["resources"] switch
        {
            JsonObject named => named.Select(pair => pair.Value),
            JsonArray listed => listed,
            _ => [],
        };
        foreach (var resource in resources.OfType<JsonObject>())
        {
            yield return resource;
            if (resource["properties"]?["template"] is JsonObject nested)
                foreach (var inner in Resources(nested))
                    yield return inner;
        }
    }
}
