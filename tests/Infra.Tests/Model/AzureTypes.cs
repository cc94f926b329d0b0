namespace TrueCopy.Infra.Tests.Model;

internal static class AzureTypes
{
    public const string StorageAccount = "Microsoft.Storage/storageAccounts";
    public const string BlobService = "Microsoft.Storage/storageAccounts/blobServices";
    public const string Container = "Microsoft.Storage/storageAccounts/blobServices/containers";
    public const string Immutability = "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies";
    public const string Lifecycle = "Microsoft.Storage/storageAccounts/managementPolicies";
    public const string Queue = "Microsoft.Storage/storageAccounts/queueServices/queues";
    public const string Table = "Microsoft.Storage/storageAccounts/tableServices/tables";
    public const string Vault = "Microsoft.KeyVault/vaults";
    public const string Key = "Microsoft.KeyVault/vaults/keys";
    public const string Secret = "Microsoft.KeyVault/vaults/secrets";
    public const string Topic = "Microsoft.EventGrid/systemTopics";
    public const string Subscription = "Microsoft.EventGrid/systemTopics/eventSubscriptions";
    public const string Site = "Microsoft.Web/sites";
    public const string SiteConfig = "Microsoft.Web/sites/config";
    public const string PublishingPolicy = "Microsoft.Web/sites/basicPublishingCredentialsPolicies";
    public const string Diagnostics = "Microsoft.Insights/diagnosticSettings";
    public const string Insights = "Microsoft.Insights/components";
    public const string Workspace = "Microsoft.OperationalInsights/workspaces";
    public const string ActionGroup = "Microsoft.Insights/actionGroups";
    public const string MetricAlert = "Microsoft.Insights/metricAlerts";
    public const string QueryAlert = "Microsoft.Insights/scheduledQueryRules";
    public const string DataExport = "Microsoft.OperationalInsights/workspaces/dataExports";
    public const string PrivateEndpoint = "Microsoft.Network/privateEndpoints";
    public const string RoleAssignment = "Microsoft.Authorization/roleAssignments";
    public const string RoleDefinition = "Microsoft.Authorization/roleDefinitions";
}
