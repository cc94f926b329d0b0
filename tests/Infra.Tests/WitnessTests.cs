using System.Text.RegularExpressions;
using TrueCopy.Infra.Tests.Cli;
using TrueCopy.Infra.Tests.Model;
using TrueCopy.Infra.Tests.Rules;
using TrueCopy.Witness;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>What <c>infra/witness.bicep</c> deploys for another institution.</summary>
public partial class WitnessTests
{
    // Those of the service's rules that are about any account, vault and app; the others name its own.
    private static readonly string[] Shared =
    [
        "No_storage_account_accepts_shared_keys", "No_blob_is_public", "Storage_speaks_TLS_1_2_or_later", "Storage_answers_over_https_only",
        "Storage_asks_for_an_Entra_identity_by_default", "No_account_is_replicated_to_another_tenant", "Storage_has_no_users_of_its_own",
        "Only_trusted_services_of_Azure_pass_the_firewalls_of_storage", "The_vault_cannot_be_purged",
        "The_vault_is_governed_by_roles_not_access_policies", "The_vault_gives_nothing_to_machines_disks_or_templates",
        "The_seed_survives_redeployment", "Every_use_of_the_keys_is_recorded", "The_app_answers_over_https_only", "The_app_speaks_TLS_1_2_or_later",
        "No_publishing_with_passwords", "Nothing_is_set_that_Flex_Consumption_refuses", "Nobody_debugs_the_app_from_afar",
        "The_app_has_an_identity_that_was_granted_its_roles_first", "The_package_is_fetched_by_managed_identity", "No_setting_holds_a_secret",
        "Telemetry_takes_no_keys", "Telemetry_keeps_no_addresses",
    ];

    private static readonly Lazy<Task<Deployment>> Predicting = new(PredictAsync);

    public static TheoryData<string> SharedRules => [.. Shared];

    [Theory]
    [MemberData(nameof(SharedRules))]
    public async Task A_witness_is_held_to_what_the_service_is_held_to(string rule) =>
        Assert.Empty(SecurityRules.All.Single(known => known.Name == rule).Violations(await Predicting.Value));

    [Fact]
    public async Task Parameters_build_and_lint_without_a_warning()
    {
        await BicepServer.Stated.Value.CheckAsync(InfraFolder.Original.File("witness.bicepparam"));
    }

    [Theory]
    [InlineData("TRUECOPY_WITNESS_NAME", "", "can never change")]
    [InlineData("TRUECOPY_WITNESS_NAME", "witness.bank.example/w1", "made up for examples")]
    [InlineData("TRUECOPY_WITNESS_NAME", "w.example.org", "made up for examples")]
    [InlineData("TRUECOPY_WITNESS_LOGS", "", "as their operators hand them out")]
    public async Task What_a_witness_can_never_change_is_stated_or_nothing_is_compiled(string variable, string value, string why)
    {
        using var folder = InfraFolder.Copy();
        folder.Write("witness.bicepparam", Deployments.Stating(folder.Read("witness.bicepparam"), variable, value));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => BicepServer.Stated.Value.CheckAsync(folder.File("witness.bicepparam")));
        var error = Assert.Single(refused.Message.Trim().Split('\n'));
        Assert.Contains($": {variable} is ", error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_and_seeds_are_those_of_the_code()
    {
        var deployment = await Predicting.Value;
        Assert.Equal(WitnessContainers.All.Order(StringComparer.Ordinal), deployment.Of(Container, "/state").Select(container => container.Name).Order(StringComparer.Ordinal));
        Assert.Equal(WitnessSeeds.All.Order(StringComparer.Ordinal), deployment.Of(Secret).Select(secret => secret.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Steps_and_evidence_are_write_once()
    {
        var policies = (await Predicting.Value).Of(Immutability).ToList();
        Assert.Equal([WitnessContainers.Evidence, WitnessContainers.Steps], policies.Select(policy => policy.Id.Split('/')[^3]).Order(StringComparer.Ordinal));
        Assert.All(policies, policy => Assert.True(policy.Number("properties.immutabilityPeriodSinceCreationInDays") >= 365 && policy.Flag("properties.allowProtectedAppendWritesAll") == false));
    }

    [Fact]
    public async Task The_witness_may_do_no_more_than_it_needs()
    {
        var deployment = await Predicting.Value;
        string[] expected =
        [
            .. WitnessContainers.All.Select(container => $"{BlobContributor} /containers/{container}"),
            .. WitnessSeeds.All.Select(seed => $"{SecretsUser} /secrets/{seed}"),
            $"{BlobOwner} runtime", $"{QueueContributor} runtime", $"{TableContributor} runtime", $"{MetricsPublisher} components",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), deployment.Of(RoleAssignment).Select(InWords).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_setting_is_one_that_the_app_reads_and_none_that_it_needs_is_missing()
    {
        var settings = (await Predicting.Value).Of(SiteConfig, "/config/appsettings").Single().Json["properties"]!.AsObject().Select(setting => setting.Key)
            .Where(name => !name.StartsWith("AzureWebJobs", StringComparison.Ordinal)).ToList();
        var source = await File.ReadAllTextAsync(RepositoryFolder.At("functions", "WitnessApp", "WitnessSettings.cs"), TestContext.Current.CancellationToken);
        var read = SettingName().Matches(source).Select(match => match.Groups[1].Value.Replace(":", "__", StringComparison.Ordinal)).ToHashSet();

        // A connection string and a folder are for where there is no identity.
        Assert.Equal(read.Except(["Storage", "Signing__Folder"]).Order(StringComparer.Ordinal), settings.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_witness_finds_out_is_alerted()
    {
        var alerts = (await Predicting.Value).Of(QueryAlert).Where(alert => alert.Flag("properties.enabled") == true).Select(alert => alert.Json.ToJsonString()).ToList();
        Assert.All(
            new[] { "truecopy.witness.forks", "truecopy.mirror.broken", "truecopy.witness.set_back", "truecopy.witness.failures" },
            metric => Assert.Contains(alerts, alert => alert.Contains(metric, StringComparison.Ordinal)));
    }

    private const string BlobContributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
    private const string BlobOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
    private const string QueueContributor = "974c5e8b-45b9-4653-ba55-5f855dd0fb88";
    private const string TableContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
    private const string SecretsUser = "4633458b-17de-408a-b874-0445c86b69e6";
    private const string MetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";

    private static string InWords(Resource assignment)
    {
        var role = assignment.Text("properties.roleDefinitionId")!.TrimEnd(']', '\'', ')').Split('/', '\'')[^1];
        var scope = assignment.Id.Split("/providers/Microsoft.Authorization/")[0].Split('/');
        return scope[^2] switch
        {
            "containers" or "secrets" => $"{role} /{scope[^2]}/{scope[^1]}",
            "storageAccounts" => $"{role} {scope[^1][..7]}",
            var kind => $"{role} {kind}",
        };
    }

    private static async Task<Deployment> PredictAsync()
    {
        var prediction = await BicepServer.Stated.Value.PredictAsync(InfraFolder.Original.File("witness.bicepparam"), Bicep.Pretence.deploymentName);
        Deployments.AddOptions(prediction, await BicepServer.Stated.Value.CompileAsync(InfraFolder.Original.File("witness.bicep")));
        return new Deployment(prediction, Deployments.Development);
    }

    [GeneratedRegex(@"(?:configuration\[|Required\()""([\w:]+)""")]
    private static partial Regex SettingName();
}
