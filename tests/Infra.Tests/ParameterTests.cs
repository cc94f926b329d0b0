using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Cli;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>What can never be changed, and what only the institution knows, is stated by whoever deploys, or nothing is deployed.</summary>
public sealed class ParameterTests
{
    /// <summary>Every default of the template, and why nobody regrets it.</summary>
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["journalIsLocked"] = "a locked policy that is written again fails the deployment, and nothing else",
        ["keyOverlap"] = "may be changed before each rotation",
        ["witnessPolicy"] = "may be changed at any time",
        ["witnessFailOpen"] = "may be changed at any time",
        ["serviceAddress"] = "may be changed at any time; credentials that name the status list by the one before do not find it then",
        ["httpConcurrency"] = "may be changed at any time",
        ["signIn"] = "a receipt is worth the same to whoever holds the document; may be changed at any time",
        ["siem"] = "nothing goes anywhere that was not named",
        ["eventQueues"] = "may be changed at any time: all queues are there, and all are listened to",
        ["frontDoor"] = "may be changed at any time",
        ["frontDoorRequestsAMinute"] = "may be changed at any time",
        ["seedHigh"] = "drawn where there is no seed yet, and never again",
        ["seedLow"] = "drawn where there is no seed yet, and never again",
    };

    /// <summary>What production's parameters ask for, and of the reason that is given.</summary>
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["AZURE_ENV_NAME"] = "which is a fork",
        ["AZURE_LOCATION"] = "a matter of law, and nothing moves afterwards",
        ["TRUECOPY_LOG_ORIGIN"] = "it can never change",
        ["TRUECOPY_STORAGE_SKU"] = "across a border perhaps, documents included",
        ["TRUECOPY_INBOX_IP_RANGES"] = "if that is meant, say none",
        ["TRUECOPY_ALERT_EMAILS"] = "Alerts that reach nobody are worse than none",
    };

    [Fact]
    public async Task Production_without_its_variables_is_not_compiled_and_says_of_each_which_it_is_and_why()
    {
        Assert.Equal(Bicep.Stated.Keys.Order(StringComparer.Ordinal), Reasons.Keys.Order(StringComparer.Ordinal));
        var unstated = await Assert.ThrowsAsync<InvalidOperationException>(() => BicepServer.Bare.Value.CheckAsync(InfraFolder.Original.File("prod.bicepparam")));
        var empty = await Bicep.RunAsync(InfraFolder.Original.Path, Bicep.Stated.ToDictionary(variable => variable.Key, _ => ""), "build-params", "prod.bicepparam", "--stdout");
        Assert.Equal((1, ""), (empty.ExitCode, empty.Output));
        foreach (var said in new[] { unstated.Message, empty.Errors })
        {
            var errors = said.Trim().Split('\n');
            Assert.Equal(Reasons.Count, errors.Length);
            Assert.All(Reasons, reason => Assert.Single(errors, error =>
                error.Contains($": {reason.Key} is ", StringComparison.Ordinal) && error.Contains(reason.Value, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task One_variable_that_is_missing_is_enough_and_the_only_one_that_is_named()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Deployments.PredictAsync(production => Deployments.Stating(production, "TRUECOPY_LOG_ORIGIN", "")));
        Assert.Contains(": TRUECOPY_LOG_ORIGIN is ", Assert.Single(refused.Message.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("log", "begins with no host name")]
    [InlineData("https://log.truecopy.internal/1", "begins with no host name")]
    [InlineData("truecopy.example/log", "made up for examples")]
    [InlineData("log.example.org/1", "made up for examples")]
    [InlineData("dev.truecopy.test/log", "made up for examples")]
    public async Task Production_takes_no_origin_that_somebody_else_could_have_too(string origin, string why)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Deployments.PredictAsync(production =>
            Deployments.Stating(production, "TRUECOPY_LOG_ORIGIN", origin)));
        Assert.Contains($"TRUECOPY_LOG_ORIGIN is '{origin}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://log.truecopy.internal/1")]
    [InlineData("log.truecopy.internal/1 ")]
    [InlineData("Log.TrueCopy.internal/1")]
    [InlineData("log.truecopy.internal+1")]
    [InlineData("log.truecopy.internal/")]
    public async Task The_template_takes_no_origin_that_is_no_name_whoever_wrote_the_parameters(string origin)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Deployments.PredictAsync(production =>
            production.Replace("          : origin\n", $"          : '{origin}'\n", StringComparison.Ordinal)));
        Assert.Contains($"logOrigin is '{origin}'. It is a name, not an address", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_begins_with_no_institution_that_nobody_is()
    {
        var compiled = await BicepServer.Stated.Value.CheckAsync(InfraFolder.Original.File("prod.bicepparam"));
        var parameters = JsonNode.Parse(compiled["parameters"]!.ToString())!["parameters"]!;
        Assert.Empty(parameters["issuers"]!["value"]!.AsArray());
        Assert.DoesNotContain("example", parameters.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("demo", parameters.ToJsonString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_log_that_is_to_last_is_not_begun_with_the_parameters_of_development()
    {
        Assert.Contains("TRUECOPY_LOG_ORIGIN", Bicep.Stated.Keys);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => BicepServer.Stated.Value.CheckAsync(InfraFolder.Original.File("dev.bicepparam")));
        Assert.Contains("these are the parameters of development", refused.Message, StringComparison.Ordinal);
        Assert.Contains("prod.bicepparam", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_environments_of_development_have_two_logs()
    {
        foreach (var name in new[] { "Alice", "bob" })
        {
            using var folder = InfraFolder.Copy();
            folder.Write("named.bicepparam", Deployments.Stating(folder.Read("dev.bicepparam"), "AZURE_ENV_NAME", name, "truecopy-dev"));
            var compiled = await BicepServer.Bare.Value.CheckAsync(folder.File("named.bicepparam"));
            Assert.Contains($"dev.truecopy.example/{name.ToLowerInvariant()}", compiled["parameters"]!.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ranges_and_addresses_are_taken_with_or_without_spaces_between_them()
    {
        var deployment = await Deployments.PredictAsync(production => Deployments.Stating(
            Deployments.Stating(production, "TRUECOPY_INBOX_IP_RANGES", "203.0.113.0/24, 198.51.100.7"),
            "TRUECOPY_ALERT_EMAILS", "a@truecopy.internal , b@truecopy.internal"));
        var inbox = Assert.Single(deployment.Of(StorageAccount, "/inbox"));
        Assert.Equal(["203.0.113.0/24", "198.51.100.7"], inbox.Items("properties.networkAcls.ipRules").Select(rule => rule["value"]!.ToString()));
        Assert.Equal(
            ["a@truecopy.internal", "b@truecopy.internal"],
            deployment.The(ActionGroup).Items("properties.emailReceivers").Select(receiver => receiver["emailAddress"]!.ToString()));
    }

    [Fact]
    public async Task Only_what_can_be_changed_later_has_a_default_in_the_template()
    {
        var parameters = (JsonObject)(await Deployments.Template)["parameters"]!;
        var optional = parameters.Where(parameter => parameter.Value!["defaultValue"] is not null || parameter.Value["nullable"] is not null);
        Assert.Equal(Defaults.Keys.Order(StringComparer.Ordinal), optional.Select(parameter => parameter.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Modules_have_no_defaults_so_that_nothing_is_decided_where_nobody_looks()
    {
        var modules = Compiled.Modules(await Deployments.Template).ToList();
        Assert.True(modules.Count > 15, $"{modules.Count} modules");
        Assert.Empty(
            from module in modules
            from parameter in module["parameters"] as JsonObject ?? []
            where parameter.Value!["defaultValue"] is not null
            select parameter.Key);
    }

    [Fact]
    public async Task Records_go_on_to_the_event_hub_that_is_named_and_to_none_otherwise()
    {
        Assert.Empty((await Deployments.GetAsync(Deployments.Production)).Of(DataExport));

        const string Namespace = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/security";
        var deployment = await Deployments.PredictAsync(production => production + $"\nparam siem = {{ namespaceId: '{Namespace}', name: 'truecopy' }}\n");
        var export = deployment.The(DataExport);
        Assert.True(export.Flag("properties.enable"));
        Assert.Equal((Namespace, "truecopy"), (export.Text("properties.destination.resourceId"), export.Text("properties.destination.metaData.eventHubName")));
        Assert.True(export.IsExactly("properties.tableNames", "AppExceptions", "AppMetrics", "AppTraces", "AzureDiagnostics", "FunctionAppLogs"));
    }
}
