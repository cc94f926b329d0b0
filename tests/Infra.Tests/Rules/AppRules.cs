using System.Text.RegularExpressions;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests.Rules;

internal static partial class AppRules
{
    private const string Settings = "/config/appsettings";

    public static IEnumerable<Rule> All =>
    [
        Rule.Each("The_app_answers_over_https_only", Site, app => app.Flag("properties.httpsOnly") == true),

        Rule.Each("The_app_speaks_TLS_1_2_or_later", Site, app =>
            app.Text("properties.siteConfig.minTlsVersion") is "1.2" or "1.3"
            && app.Text("properties.siteConfig.scmMinTlsVersion") is "1.2" or "1.3"),

        Rule.All("No_publishing_with_passwords",
            (PublishingPolicy, "/ftp", policy => policy.Flag("properties.allow") == false),
            (PublishingPolicy, "/scm", policy => policy.Flag("properties.allow") == false)),

        // Flex Consumption refuses a site with this setting; the policy above closes FTP.
        Rule.Each("Nothing_is_set_that_Flex_Consumption_refuses", Site, app => app.At("properties.siteConfig.ftpsState") is null),

        Rule.Each("Nobody_debugs_the_app_from_afar", Site, app => app.Flag("properties.siteConfig.remoteDebuggingEnabled") == false),

        Rule.Each("The_app_has_an_identity_that_was_granted_its_roles_first", Site, app => app.Text("identity.type") == "UserAssigned"),

        Rule.Each("The_package_is_fetched_by_managed_identity", Site, app =>
            app.Text("properties.functionAppConfig.deployment.storage.authentication.type") == "UserAssignedIdentity"
            && app.At("properties.functionAppConfig.deployment.storage.authentication.storageAccountConnectionStringName") is null),

        Rule.Each("The_app_connects_by_managed_identity", SiteConfig, Settings, settings =>
            settings.Text("properties.AzureWebJobsStorage__credential") == "managedidentity"
            && settings.Text("properties.Ledger__credential") == "managedidentity"),

        Rule.Each("No_setting_holds_a_secret", SiteConfig, Settings, settings =>
            settings.Json["properties"]!.AsObject().All(setting => !Secret().IsMatch(setting.Value!.ToString()))),

        Rule.Each("Checkpoints_are_signed_in_the_vault", SiteConfig, Settings, settings =>
            settings.Text("properties.Signing__Mode") == "keyVault"
            && settings.Text("properties.Signing__KeyName") == "log-signing"),

        // Their URLs hold the digests that verifiers ask about.
        Rule.All("The_platform_records_no_requests",
            (SiteConfig, Settings, settings =>
                settings.At("properties.APPLICATIONINSIGHTS_CONNECTION_STRING") is null
                && settings.At("properties.APPINSIGHTS_INSTRUMENTATIONKEY") is null),
            (Diagnostics, "/Microsoft.Web/", logs =>
                logs.Items("properties.logs").All(log => log["category"]?.ToString() == "FunctionAppLogs"))),

        Rule.All("Verifiers_sign_in_where_that_is_asked_for",
            (SiteConfig, "/config/authsettingsV2", authentication =>
                authentication.Flag("properties.platform.enabled") == true
                && authentication.Flag("properties.httpSettings.requireHttps") == true
                && authentication.Flag("properties.globalValidation.requireAuthentication") == true
                && authentication.Text("properties.globalValidation.unauthenticatedClientAction") == "Return401"
                && authentication.Flag("properties.identityProviders.azureActiveDirectory.enabled") == true
                && authentication.IsExactly("properties.globalValidation.excludedPaths",
                    "/", "/assets/*", "/health/live", "/health/ready", "/log/*", "/v1/handovers", "/v1/handovers/*", "/v1/keys", "/v1/receivers", "/v1/status", "/v1/statuslist", "/openapi/v1.json", "/docs")),
            (SiteConfig, Settings, settings => settings.Text("properties.Access__SignIn") == "true")).WhereVerifiersSignIn,

        Rule.All("The_app_calls_through_its_own_network_in_production",
            (Site, "", app =>
                app.Text("properties.virtualNetworkSubnetId")?.EndsWith("/subnets/functions", StringComparison.Ordinal) == true
                && app.Flag("properties.siteConfig.vnetRouteAllEnabled") == true)).InProduction,

        new Rule("Storage_and_vault_have_private_endpoints_in_production", deployment =>
            PrivateWays.Except(deployment.Of(PrivateEndpoint).Select(Way))).InProduction,
    ];

    private static IEnumerable<string> PrivateWays =>
        ["inbox blob", "handover blob", "ledger blob", "ledger queue", "ledger table", "runtime blob", "runtime queue", "runtime table", "kv- vault"];

    private static string Way(Resource endpoint)
    {
        const string Connection = "properties.privateLinkServiceConnections[0].properties";
        var target = (endpoint.Text(Connection + ".privateLinkServiceId") ?? "").Split('/')[^1];
        return $"{target[..Math.Max(0, target.Length - 13)]} {string.Join(',', endpoint.Texts(Connection + ".groupIds"))}";
    }

    [GeneratedRegex(
        "AccountKey=|SharedAccessSignature|[?&]sig=|listKeys|listSecrets|Password=|-----BEGIN|@Microsoft\\.KeyVault",
        RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
