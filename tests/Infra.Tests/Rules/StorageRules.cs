using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests.Rules;

internal static class StorageRules
{
    private static readonly string[] Forgotten = ["staging/", "state/", "log/checkpoint"];

    public static IEnumerable<Rule> All =>
    [
        Rule.Each("No_storage_account_accepts_shared_keys", StorageAccount,
            account => account.Flag("properties.allowSharedKeyAccess") == false),

        Rule.All("No_blob_is_public",
            (StorageAccount, "", account => account.Flag("properties.allowBlobPublicAccess") == false),
            (Container, "", container => container.Text("properties.publicAccess") == "None")),

        Rule.Each("Storage_speaks_TLS_1_2_or_later", StorageAccount,
            account => account.Text("properties.minimumTlsVersion") is "TLS1_2" or "TLS1_3"),

        Rule.Each("Storage_answers_over_https_only", StorageAccount,
            account => account.Flag("properties.supportsHttpsTrafficOnly") == true),

        Rule.Each("Storage_asks_for_an_Entra_identity_by_default", StorageAccount,
            account => account.Flag("properties.defaultToOAuthAuthentication") == true),

        Rule.Each("No_account_is_replicated_to_another_tenant", StorageAccount,
            account => account.Flag("properties.allowCrossTenantReplication") == false),

        Rule.Each("Storage_has_no_users_of_its_own", StorageAccount, account => account.Flag("properties.isLocalUserEnabled") == false),

        Rule.Each("Storage_is_encrypted_twice_in_production", StorageAccount, account =>
            account.Flag("properties.encryption.requireInfrastructureEncryption") == true
            && account.Text("properties.encryption.services.queue.keyType") == "Account"
            && account.Text("properties.encryption.services.table.keyType") == "Account").InProduction,

        // Holders put packages into that of handovers from anywhere, by addresses of one blob.
        new Rule("The_firewalls_of_storage_deny_by_default_in_production", deployment => deployment.Of(StorageAccount)
            .Where(account => !account.Id.Contains("/handover", StringComparison.Ordinal))
            .Where(account => account.Text("properties.networkAcls.defaultAction") != "Deny" || account.Items("properties.networkAcls.ipRules").Count > 0)
            .Select(account => account.ToString())).InProduction,

        Rule.Each("Only_trusted_services_of_Azure_pass_the_firewalls_of_storage", StorageAccount,
            account => account.Text("properties.networkAcls.bypass") == "AzureServices"),

        Rule.All("Only_inbox_and_handovers_can_be_reached_from_outside_in_production",
            (StorageAccount, "/ledger", account => account.Text("properties.publicNetworkAccess") == "Disabled"),
            (StorageAccount, "/runtime", account => account.Text("properties.publicNetworkAccess") == "Disabled")).InProduction,

        Rule.All("Inbox_and_handovers_keep_nothing_that_is_deleted",
            (BlobService, "/inbox", KeepsNothing),
            (BlobService, "/handover", KeepsNothing)),

        Rule.All("Pages_of_the_service_alone_reach_packages_and_pages_reach_nothing_else",
            (BlobService, "/handover", service =>
                service.Items("properties.cors.corsRules").Count == 1
                && service.Texts("properties.cors.corsRules[0].allowedOrigins") is [var origin] && !origin.Contains('*', StringComparison.Ordinal)
                && service.IsExactly("properties.cors.corsRules[0].allowedMethods", "GET", "PUT")
                && service.Items("properties.cors.corsRules[0].allowedHeaders").All(header => !header.ToString().Contains('*', StringComparison.Ordinal))),
            (BlobService, "/inbox", service => service.Items("properties.cors.corsRules").Count == 0),
            (BlobService, "/ledger", service => service.Items("properties.cors.corsRules").Count == 0)),

        Rule.Each("Packages_that_the_service_missed_are_forgotten", Lifecycle, "/handover", lifecycle =>
            lifecycle.Items("properties.policy.rules").Count == 1
            && lifecycle.IsExactly("properties.policy.rules[0].definition.filters.blobTypes", "blockBlob", "appendBlob")
            && lifecycle.IsExactly("properties.policy.rules[0].definition.filters.prefixMatch", "receiver-")
            && lifecycle.Number("properties.policy.rules[0].definition.actions.baseBlob.delete.daysAfterModificationGreaterThan") == 32
            && lifecycle.Number("properties.policy.rules[0].definition.actions.snapshot.delete.daysAfterCreationGreaterThan") == 32),

        Rule.Each("The_ledger_keeps_versions", BlobService, "/ledger", service => service.Flag("properties.isVersioningEnabled") == true),

        new("What_is_deleted_from_the_ledger_can_be_brought_back", deployment =>
            deployment.Of(BlobService, "/ledger")
                .Where(service => !IsRetention(service, "properties.deleteRetentionPolicy", deployment)
                    || !IsRetention(service, "properties.containerDeleteRetentionPolicy", deployment)
                    || service.Flag("properties.deleteRetentionPolicy.allowPermanentDelete") != false)
                .Select(service => service.ToString())),

        Rule.Each("The_journal_is_write_once_in_production", Immutability, "/journal/", policy =>
            policy.Number("properties.immutabilityPeriodSinceCreationInDays") >= 3650
            && policy.Flag("properties.allowProtectedAppendWrites") == false
            && policy.Flag("properties.allowProtectedAppendWritesAll") == false).InProduction,

        new("Only_staged_uploads_and_old_heads_are_forgotten", deployment => deployment.Of(Lifecycle, "/ledger")
            .SelectMany(lifecycle => lifecycle.Items("properties.policy.rules"))
            .Where(rule => Forgets(new Resource(rule.AsObject())))
            .Select(rule => rule.ToJsonString())),
    ];

    private static bool KeepsNothing(Resource service) =>
        service.Flag("properties.isVersioningEnabled") == false
        && service.Flag("properties.changeFeed.enabled") == false
        && service.Flag("properties.deleteRetentionPolicy.enabled") == false
        && service.Flag("properties.containerDeleteRetentionPolicy.enabled") == false
        && service.Flag("properties.restorePolicy.enabled") == false;

    private static bool IsRetention(Resource service, string policy, Deployment deployment) =>
        service.Flag(policy + ".enabled") == true && service.Number(policy + ".days") >= (deployment.IsProduction ? 90 : 14);

    /// <summary>Whether a lifecycle rule deletes what the log needs.</summary>
    private static bool Forgets(Resource rule)
    {
        var prefixes = rule.Texts("definition.filters.prefixMatch");
        var deletesBlobs = rule.At("definition.actions.baseBlob") is not null;
        return prefixes.Count == 0 || prefixes.Except(deletesBlobs ? Forgotten[..1] : Forgotten).Any();
    }
}
