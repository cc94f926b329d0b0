using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests.Rules;

internal static class VaultRules
{
    public static IEnumerable<Rule> All =>
    [
        Rule.Each("The_vault_cannot_be_purged", Vault, vault =>
            vault.Flag("properties.enablePurgeProtection") == true
            && vault.Flag("properties.enableSoftDelete") == true
            && vault.Number("properties.softDeleteRetentionInDays") == 90),

        Rule.Each("The_vault_is_governed_by_roles_not_access_policies", Vault, vault =>
            vault.Flag("properties.enableRbacAuthorization") == true
            && vault.Items("properties.accessPolicies").Count == 0),

        Rule.Each("The_vault_gives_nothing_to_machines_disks_or_templates", Vault, vault =>
            vault.Flag("properties.enabledForDeployment") == false
            && vault.Flag("properties.enabledForDiskEncryption") == false
            && vault.Flag("properties.enabledForTemplateDeployment") == false),

        Rule.Each("The_vault_cannot_be_reached_from_outside_in_production", Vault, vault =>
            vault.Text("properties.publicNetworkAccess") == "Disabled"
            && vault.Text("properties.networkAcls.defaultAction") == "Deny").InProduction,

        Rule.All("The_signing_key_lives_in_an_HSM_in_production",
            (Vault, "", vault => vault.Text("properties.sku.name") == "premium"),
            (Key, "", key => key.Text("properties.kty") == "EC-HSM")).InProduction,

        Rule.Each("The_signing_key_cannot_leave_the_vault", Key, key => key.Flag("properties.attributes.exportable") == false),

        Rule.Each("The_signing_key_signs_with_P_256_and_does_nothing_else", Key, key =>
            key.Text("properties.curveName") == "P-256" && key.IsExactly("properties.keyOps", "sign", "verify")),

        Rule.Each("The_signing_key_rotates", Key, key =>
            key.Text("properties.rotationPolicy.attributes.expiryTime") == "P2Y"
            && Does(key, "rotate", "timeAfterCreate", "P18M")
            && Does(key, "notify", "timeBeforeExpiry", "P30D")),

        // A second draw would make the log's Ed25519 key another one, and every witness would refuse it.
        Rule.Each("The_seed_survives_redeployment", Secret, secret => secret.At("@options.onlyIfNotExists") is not null),

        Rule.Each("The_seed_is_drawn_at_deployment_and_written_nowhere", Secret,
            secret => secret.Text("properties.value") == "[replace(format('{0}{1}', newGuid(), newGuid()), '-', '')]"),

        Rule.Each("Every_use_of_the_keys_is_recorded", Diagnostics, "/Microsoft.KeyVault/", settings =>
            settings.Text("properties.workspaceId") is not null
            && settings.Text("properties.logs[0].category") == "AuditEvent"
            && settings.Flag("properties.logs[0].enabled") == true),
    ];

    private static bool Does(Resource key, string action, string trigger, string time) =>
        key.Items("properties.rotationPolicy.lifetimeActions").Any(item =>
            item["action"]?["type"]?.ToString() == action && item["trigger"]?[trigger]?.ToString() == time);
}
