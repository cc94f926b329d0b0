using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests.Model;

/// <summary>A role assignment, in words.</summary>
internal sealed record Grant(string Principal, string Role, string Where)
{
    // From Azure's list of built-in roles, so that a wrong id in the Bicep shows as a role without a name.
    private static readonly Dictionary<string, string> BuiltIn = new()
    {
        ["12338af0-0e69-4776-bea7-57ae8d297424"] = "Key Vault Crypto User",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["db58b8e5-c6ad-4a2a-8342-4190687cbf4a"] = "Storage Blob Delegator",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"] = "Storage Queue Data Message Sender",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
    };

    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["containers"] = "container",
        ["queues"] = "queue",
        ["tables"] = "table",
        ["keys"] = "key",
        ["secrets"] = "secret",
    };

    /// <summary>Principals of institutions come from the parameters; ours are known only once they are deployed.</summary>
    public bool IsToAnInstitution => !Principal.StartsWith('[');

    /// <summary>One on packages.</summary>
    public bool IsOnPackages => Where.StartsWith("handover", StringComparison.Ordinal);

    /// <summary>Who, in the words of the documentation.</summary>
    public string Who =>
        IsToAnInstitution ? IsOnPackages ? "each principal of a receiver" : "each principal of an issuer"
        : Principal.Contains("/userAssignedIdentities/id-", StringComparison.Ordinal) ? "the service"
        : Principal.Contains("/systemTopics/evgt-", StringComparison.Ordinal) ? "Event Grid"
        : Principal;

    public static IEnumerable<Grant> AllOf(Deployment deployment)
    {
        var roles = deployment.Of(RoleDefinition).ToDictionary(role => role.Name, NameOf);
        return deployment.Of(RoleAssignment).Select(assignment =>
        {
            var role = (assignment.Text("properties.roleDefinitionId") ?? "").Split('/')[^1];
            return new Grant(
                assignment.Text("properties.principalId") ?? "",
                BuiltIn.GetValueOrDefault(role) ?? roles.GetValueOrDefault(role) ?? role,
                Place(assignment.Id));
        });
    }

    /// <summary>A custom role's name, without what tells it from those of other environments.</summary>
    public static string NameOf(Resource definition) => (definition.Text("properties.roleName") ?? "").Split(" (")[0];

    private static string Place(string id)
    {
        var scope = id.Split("/providers/Microsoft.Authorization/")[0].Split('/');
        if (scope is not [.., "providers", _, _, _] and not [.., "providers", _, _, _, _, _] and not [.., "providers", _, _, _, _, _, _, _])
            return string.Join('/', scope);

        var resource = Array.IndexOf(scope, "providers") + 3;
        var owner = scope[resource - 1] switch
        {
            "storageAccounts" => scope[resource][..^13],
            "vaults" => "vault",
            "components" => "Application Insights",
            var other => $"{other} {scope[resource]}",
        };
        return Kinds.TryGetValue(scope[^2], out var kind) ? $"{owner} / {kind} {scope[^1]}" : owner;
    }
}
