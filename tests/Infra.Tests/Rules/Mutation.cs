using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Model;

namespace TrueCopy.Infra.Tests.Rules;

/// <summary>A security property taken away from one resource, or replaced by something weaker.</summary>
/// <param name="Rule">The rule that must notice.</param>
/// <param name="ResourceId">Whose property.</param>
/// <param name="Path">Which property; empty for the whole resource.</param>
/// <param name="Weaker">JSON to put in its place, or nothing to remove it.</param>
internal sealed record Mutation(string Rule, string ResourceId, string Path, string? Weaker)
{
    public override string ToString() => (Path, Weaker) switch
    {
        ("", _) => $"without {ResourceId}",
        (_, null) => $"without {Path} of {ResourceId}",
        _ => $"{Weaker} as {Path} of {ResourceId}",
    };

    /// <summary>The deployment, with this one thing changed.</summary>
    public Deployment Of(Deployment original)
    {
        var changed = original.Clone();
        var resource = changed.Resources.Single(resource => resource.Id == ResourceId);
        if (Path.Length == 0)
            return changed.Without(resource);

        var last = Path.LastIndexOf('.');
        var owner = last < 0 ? resource.Json : resource.At(Path[..last]) as JsonObject;
        Assert.NotNull(owner);
        var name = Path[(last + 1)..];
        if (Weaker is null)
            Assert.True(owner.Remove(name), $"{ResourceId} has no {Path}");
        else
            owner[name] = JsonNode.Parse(Weaker);
        return changed;
    }
}
