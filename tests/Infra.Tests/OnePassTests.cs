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
        var subscriptions = compiled.Where(resource => resource["type"]!.ToString() == Subscription).ToList();
        Assert.Equal(2, subscriptions.Count);
        Assert.All(subscriptions, uploads => Assert.Superset(new HashSet<string> { "mayDeliver", "mayKeepUndelivered" }, DependenciesOf(uploads)));
    }

    [Fact]
    public async Task The_app_starts_only_once_its_roles_are_granted()
    {
        var modules = (JsonObject)(await Deployments.Template)["resources"]!;
        Assert.Superset(new HashSet<string> { "grantsInLedger", "grantsOfService", "grantsOnHandovers" }, DependenciesOf((JsonObject)modules["app"]!));
    }

    [Fact]
    public async Task Nothing_but_the_seed_depends_on_chance_or_the_time_or_who_deploys()
    {
        var template = await Deployments.Template;
        Assert.Equal(["parameters.seedHigh.defaultValue", "parameters.seedLow.defaultValue"], Chances(template));

        // They go into the vault's module, and there into the secret, which is written only where there is none.
        Assert.Equal(["resources.vault.properties.parameters.seedValue.value"], Places(template, text => text.Contains("parameters('seedHigh')") || text.Contains("parameters('seedLow')")));
        var vault = (JsonObject)template["resources"]!["vault"]!["properties"]!["template"]!;
        Assert.Equal(["resources.seed.properties.value"], Places(vault, text => text.Contains("parameters('seedValue')")));
        Assert.NotNull(vault["resources"]!["seed"]!["@options"]!["onlyIfNotExists"]);
    }

    [Fact]
    public async Task A_name_that_is_drawn_by_lot_in_a_module_is_noticed()
    {
        using var folder = InfraFolder.Copy();
        var events = folder.Read("modules/events.bicep");
        folder.Write("modules/events.bicep", events
            .Replace("param topicName string\n", "param topicName string\nparam drawn string = newGuid()\n", StringComparison.Ordinal)
            .Replace("eventDeliverySchema: 'CloudEventSchemaV1_0'", "eventDeliverySchema: drawn == '' ? 'EventGridSchema' : 'CloudEventSchemaV1_0'", StringComparison.Ordinal)
            .Replace("? 'uploads' :", "? 'uploads-${deployment().name}' :", StringComparison.Ordinal));
        var chances = Chances(await BicepServer.Bare.Value.CompileAsync(folder.File("main.bicep")));
        Assert.Contains("resources.events.properties.template.parameters.drawn.defaultValue", chances);
        Assert.Contains("resources.events.properties.template.resources.uploads.name", chances);
    }

    [Fact]
    public async Task Deployed_a_second_time_it_asks_for_the_same_resources_with_the_same_properties()
    {
        var first = await Deployments.GetAsync(Deployments.Production);
        var second = await Deployments.PredictAsync(production => production + "\n", deploymentName: "another-day");
        Assert.Equal(Requests(first), Requests(second));
    }

    [Fact]
    public async Task Every_name_is_known_before_anything_is_deployed_and_every_grant_is_named_by_what_it_grants()
    {
        foreach (var environment in Deployments.Environments)
        {
            var deployment = await Deployments.GetAsync(environment);
            // Which cloud it is, is known too, but not to the compiler.
            Assert.DoesNotContain(deployment.Resources, resource => Function().Matches(resource.Text("name")!).Any(function => function.Value is not ("format" or "replace" or "environment")));
            Assert.Equal(deployment.Resources.Count, deployment.Resources.DistinctBy(resource => resource.Id).Count());
            Assert.All(deployment.Of(RoleAssignment).Concat(deployment.Of(RoleDefinition)), grant => Assert.True(Guid.TryParse(grant.Name, out _), grant.Id));
        }

        var grants = Compiled.Resources(await Deployments.Template).Where(resource => resource["type"]!.ToString() == RoleAssignment).ToList();
        Assert.NotEmpty(grants);
        Assert.All(grants, grant => Assert.StartsWith("[guid(", grant["name"]!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Template_and_modules_state_the_version_of_the_product()
    {
        var product = Version().Match(InfraFolder.Original.Read("../Directory.Build.props")).Groups[1].Value;
        var template = await Deployments.Template;
        Assert.All(Compiled.Modules(template).Prepend(template), module => Assert.Equal(product, module["metadata"]?["version"]?.ToString()));
        var sources = InfraFolder.Original.Sources.Where(source => source.EndsWith(".bicep", StringComparison.Ordinal));
        Assert.DoesNotContain(sources, source => !InfraFolder.Original.Read(source).Contains($"\nmetadata version = '{product}'\n", StringComparison.Ordinal)
            && !InfraFolder.Original.Read(source).StartsWith($"metadata version = '{product}'\n", StringComparison.Ordinal));
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

    /// <summary>Where a template asks for what is another each time: chance, the time, the deployment's own name, who deploys.</summary>
    private static IEnumerable<string> Chances(JsonObject template) => Places(template, text => Chance().IsMatch(text));

    private static IEnumerable<string> Places(JsonNode? node, Func<string, bool> matches, string path = "") => node switch
    {
        // A module is deployed under a name of its own each time, and that name stays with the history of deployments.
        JsonObject named => named.Where(pair => pair.Key != "name" || named["type"]?.ToString() != "Microsoft.Resources/deployments").SelectMany(pair => Places(pair.Value, matches, path.Length == 0 ? pair.Key : $"{path}.{pair.Key}")),
        JsonArray listed => listed.SelectMany((item, i) => Places(item, matches, $"{path}[{i}]")),
        JsonValue value when value.TryGetValue<string>(out var text) && text.StartsWith('[') && matches(text) => [path],
        _ => [],
    };

    private static IEnumerable<string> Requests(Deployment deployment) =>
        deployment.Resources.Select(resource => resource.Json.ToJsonString()).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\b(newGuid|utcNow|deployer|deployment)\(")]
    private static partial Regex Chance();

    [GeneratedRegex(@"\w+(?=\()")]
    private static partial Regex Function();

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex Version();

    [GeneratedRegex(@"^  module: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Module();
}
