using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests.Rules;

/// <summary>How what principals may do could be widened.</summary>
internal static class AccessWeakenings
{
    private const string Owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

    public static IEnumerable<Mutation> Of(Deployment deployment) =>
        Definitions(deployment).Concat(deployment.Of(RoleAssignment).SelectMany(Assignments));

    private static IEnumerable<Mutation> Definitions(Deployment deployment) =>
        from role in deployment.Of(RoleDefinition)
        let rule = Grant.NameOf(role) switch
        {
            "TrueCopy issuer" => "An_issuer_cannot_change_its_registry_entry_nor_delete_anything",
            "TrueCopy service on answers" => "The_service_writes_answers_and_can_do_nothing_else_there",
            "TrueCopy service on packages" => "The_service_lets_packages_be_put_and_can_do_nothing_else_there",
            _ => "The_service_cannot_change_the_registry",
        }
        from weaker in new (string Path, string? Json)[]
        {
            ("properties.permissions[0].actions", null),
            ("properties.permissions[0].actions", "[\"Microsoft.Storage/storageAccounts/blobServices/containers/write\"]"),
            ("properties.permissions[0].dataActions", "[\"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*\"]"),
        }
        select new Mutation(rule, role.Id, weaker.Path, weaker.Json);

    private static IEnumerable<Mutation> Assignments(Resource assignment)
    {
        var rule = assignment.Text("properties.principalId")!.StartsWith('[')
            ? "Every_other_role_is_granted_on_no_more_than_it_needs"
            : assignment.Id.Contains("/containers/receiver-", StringComparison.Ordinal)
                ? "A_receiver_only_reads_and_only_its_own_packages"
                : "An_issuer_writes_only_to_its_own_container";
        var group = string.Join('/', assignment.Id.Split('/')[..5]);
        yield return new Mutation(rule, assignment.Id, "id", $"\"{group}/providers/{RoleAssignment}/{assignment.Name}\"");
        if (rule == "An_issuer_writes_only_to_its_own_container" && assignment.Id.Contains("/containers/answers-", StringComparison.Ordinal))
            rule = "An_issuer_only_reads_its_answers";
        yield return new Mutation(rule, assignment.Id, "properties.roleDefinitionId", $"\"/providers/{RoleDefinition}/{Owner}\"");
    }
}
