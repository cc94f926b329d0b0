using System.Text.Json.Nodes;

namespace TrueCopy.Infra.Tests.Model;

/// <summary>Everything that one parameter file deploys, with every expression evaluated that can be.</summary>
internal sealed class Deployment(JsonObject json, string environment)
{
    /// <summary>Held to what production must have.</summary>
    public bool IsProduction { get; } = environment != Deployments.Development;

    /// <summary>Verifiers must sign in.</summary>
    public bool IsGuarded { get; } = environment == Deployments.Guarded;

    public IReadOnlyList<Resource> Resources { get; } =
        [.. ((JsonArray)json["predictedResources"]!).Select(resource => new Resource((JsonObject)resource!))];

    public JsonObject Outputs => (JsonObject)json["outputs"]!;

    public IEnumerable<Resource> Of(string type) => Resources.Where(resource => resource.Type == type);

    public IEnumerable<Resource> Of(string type, string idContains) =>
        Of(type).Where(resource => resource.Id.Contains(idContains, StringComparison.Ordinal));

    public Resource The(string type) => Assert.Single(Of(type));

    public Deployment Without(Resource resource)
    {
        var rest = (JsonObject)json.DeepClone();
        ((JsonArray)rest["predictedResources"]!).RemoveAt(Resources.ToList().FindIndex(other => other.Id == resource.Id));
        return new Deployment(rest, environment);
    }

    public Deployment Clone() => new((JsonObject)json.DeepClone(), environment);
}
