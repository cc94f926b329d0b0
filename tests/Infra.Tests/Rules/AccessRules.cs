using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests.Rules;

internal static class AccessRules
{
    private const string Blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";

    /// <summary>On what each role may be granted. A role that is not here may not be granted at all.</summary>
    private static readonly Dictionary<string, string[]> Scopes = new()
    {
        ["Storage Blob Data Contributor"] = ["ledger / container"],
        ["Storage Blob Data Owner"] = ["runtime"],
        ["Storage Queue Data Contributor"] = ["ledger / queue", "runtime"],
        ["Storage Queue Data Message Sender"] = ["ledger / queue blob-events"],
        ["Storage Table Data Contributor"] = ["ledger / table", "runtime"],
        ["Key Vault Crypto User"] = ["vault / key log-signing"],
        ["Key Vault Secrets User"] = ["vault / secret log-ed25519-seed"],
        ["Monitoring Metrics Publisher"] = ["Application Insights"],
        ["Storage Blob Delegator"] = ["handover"],
        ["TrueCopy service on the inbox"] = ["inbox", "handover"],
        ["TrueCopy service on packages"] = ["handover / container receiver-demo-lender"],
        ["TrueCopy service on answers"] = ["inbox / container answers-demo-bank", "inbox / container answers-demo-registry"],
    };

    public static IEnumerable<Rule> All =>
    [
        Role("An_issuer_cannot_change_its_registry_entry_nor_delete_anything", "TrueCopy issuer", role =>
            role.At("properties.permissions[0].actions") is not null
            && role.IsExactly("properties.permissions[0].actions")
            && role.IsExactly("properties.permissions[0].dataActions", $"{Blobs}/read", $"{Blobs}/write", $"{Blobs}/add/action")
            && role.Items("properties.permissions").Count == 1),

        Role("The_service_cannot_change_the_registry", "TrueCopy service on the inbox", role =>
            role.IsExactly("properties.permissions[0].actions", "Microsoft.Storage/storageAccounts/blobServices/containers/read")
            && role.IsExactly("properties.permissions[0].dataActions", $"{Blobs}/read", $"{Blobs}/delete")
            && role.Items("properties.permissions").Count == 1),

        Role("The_service_writes_answers_and_can_do_nothing_else_there", "TrueCopy service on answers", role =>
            role.At("properties.permissions[0].actions") is not null
            && role.IsExactly("properties.permissions[0].actions")
            && role.IsExactly("properties.permissions[0].dataActions", $"{Blobs}/write", $"{Blobs}/add/action")
            && role.Items("properties.permissions").Count == 1),

        Role("The_service_lets_packages_be_put_and_can_do_nothing_else_there", "TrueCopy service on packages", role =>
            role.At("properties.permissions[0].actions") is not null
            && role.IsExactly("properties.permissions[0].actions")
            && role.IsExactly("properties.permissions[0].dataActions", $"{Blobs}/write", $"{Blobs}/add/action")
            && role.Items("properties.permissions").Count == 1),

        new("A_receiver_only_reads_and_only_its_own_packages", deployment => Grant.AllOf(deployment)
            .Where(grant => grant.IsToAnInstitution && (grant.IsOnPackages || grant.Principal == Deployments.LenderPrincipal))
            .Where(grant => (grant.Principal, grant.Role, grant.Where) != (Deployments.LenderPrincipal, "Storage Blob Data Reader", "handover / container receiver-demo-lender"))
            .Select(grant => grant.ToString())),

        // With the rule on answers and those on grants: nobody but the service writes there, whatever else it may do.
        new("An_issuer_only_reads_its_answers", deployment => Grant.AllOf(deployment)
            .Where(grant => grant.IsToAnInstitution && grant.Where.StartsWith("inbox / container answers-", StringComparison.Ordinal))
            .Where(grant => (grant.Role, grant.Where) != ("Storage Blob Data Reader", $"inbox / container answers-{OwnId(grant)}"))
            .Select(grant => grant.ToString())),

        Rule.Each("Our_own_roles_stay_in_their_resource_group", RoleDefinition, role =>
            role.Items("properties.assignableScopes").Count == 1
            && role.Text("properties.assignableScopes[0]")?.Split('/') is [_, "subscriptions", _, "resourceGroups", _]),

        new("An_issuer_writes_only_to_its_own_container", deployment => Grant.AllOf(deployment)
            .Where(grant => grant.IsToAnInstitution && !grant.IsOnPackages && grant.Principal != Deployments.LenderPrincipal)
            .Where(grant => !grant.Where.StartsWith("inbox / container answers-", StringComparison.Ordinal))
            .Where(grant => (grant.Role, grant.Where) != ("TrueCopy issuer", $"inbox / container issuer-{OwnId(grant)}"))
            .Select(grant => grant.ToString())),

        new("Every_other_role_is_granted_on_no_more_than_it_needs", deployment => Grant.AllOf(deployment)
            .Where(grant => !grant.IsToAnInstitution && !IsNarrow(grant))
            .Select(grant => grant.ToString())),
    ];

    private static Rule Role(string name, string role, Func<Resource, bool> holds) => new(name, deployment =>
        deployment.Of(RoleDefinition).Count(definition => Grant.NameOf(definition) == role && holds(definition)) == 1 ? [] : [role]);

    private static bool IsNarrow(Grant grant) =>
        Scopes.TryGetValue(grant.Role, out var scopes)
        && scopes.Any(scope => grant.Where == scope || (IsKind(scope) && grant.Where.StartsWith(scope + " ", StringComparison.Ordinal)));

    /// <summary>Whether a scope stands for all things of a kind, such as each of the ledger's queues.</summary>
    private static bool IsKind(string scope) => scope.Contains(" / ", StringComparison.Ordinal);

    private static string OwnId(Grant grant) => grant.Principal switch
    {
        Deployments.BankPrincipal => "demo-bank",
        Deployments.RegistryPrincipal => "demo-registry",
        _ => "of nobody",
    };
}
