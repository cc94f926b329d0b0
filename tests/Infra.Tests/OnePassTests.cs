using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrueCopy.Infra.Tests.Cli;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>Deployed in one pass, and again with the same result.</summary>
public partial class OnePassTests
{
    [Fact]
    public async Task Events_are_delivered_only_once_they_may_be()
    {
        var compiled = Compiled.Resources(await Deployments.Template);
        var uploads = Assert.Single(compiled, resource => resource["type"]!.ToString() == Subscription);
        Assert.Superset(new HashSet<string> { "mayDeliver", "mayKeepUndelivered" }, DependenciesOf(uploads));
    }

    [Fact]
    public async Task The_app_starts_only_once_its_roles_are_granted()
    {
        var modules = (JsonObject)(await Deployments.Template)["resources"]!;
        Assert.Superset(new HashSet<string> { "grantsInLedger", "grantsOfService" }, DependenciesOf((JsonObject)modules["app"]!));
    }

    [Fact]
    public async Task Nothing_but_the_seed_depends_on_chance_or_the_time()
    {
        var deployment = await Deployments.GetAsync(Deployments.Production);
        var secret = deployment.The(Secret);
        Assert.Contains("newGuid()", secret.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(deployment.Resources, resource => resource.Id != secret.Id && Chance().IsMatch(resource.Json.ToJsonString()));
    }

    [Fact]
    public async Task Nothing_is_done_by_a_script()
    {
        foreach (var environment in Deployments.Environments)
            Assert.Empty((await Deployments.GetAsync(environment)).Of("Microsoft.Resources/deploymentScripts"));
        Assert.DoesNotContain("hooks:", InfraFolder.Original.Read("azure.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_can_have_tags_says_to_which_environment_it_belongs()
    {
        var deployment = await Deployments.GetAsync(Deployments.Production);
        var located = deployment.Resources.Where(resource => resource.At("location") is not null).ToList();
        Assert.NotEmpty(located);
        Assert.All(located, resource => Assert.Equal("truecopy-prod", resource.Text("tags.azd-env-name")));
        Assert.Equal("functions", deployment.The(Site).Text("tags.azd-service-name"));
    }

    [Fact]
    public async Task Preview_versions_serve_only_where_Azure_has_no_other()
    {
        foreach (var environment in Deployments.Environments)
            Assert.DoesNotContain((await Deployments.GetAsync(environment)).Resources, resource =>
                resource.Type != Diagnostics && resource.Text("apiVersion")!.EndsWith("-preview", StringComparison.Ordinal));
    }

    [Fact]
    public void Azd_finds_the_parameters_and_the_service()
    {
        var project = InfraFolder.Original.Read("azure.yaml");
        var module = Assert.Single(Module().Matches(project)).Groups[1].Value;
        Assert.True(File.Exists(InfraFolder.Original.File($"{module}.bicepparam")));
        Assert.Contains("project: ../functions/App\n", project, StringComparison.Ordinal);
    }

    private static HashSet<string> DependenciesOf(JsonObject resource) =>
        [.. ((JsonArray)resource["dependsOn"]!).Select(name => name!.ToString())];

    [GeneratedRegex(@"\b(newGuid|utcNow)\(")]
    private static partial Regex Chance();

    [GeneratedRegex(@"^  module: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Module();
}
