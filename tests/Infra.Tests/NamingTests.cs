using System.Text.RegularExpressions;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>Azure's limits on names, for the longest environment name and the longest issuer id that are allowed.</summary>
public class NamingTests
{
    private static readonly Dictionary<string, string> Limits = new()
    {
        ["Microsoft.Resources/resourceGroups"] = @"^[\w\-.()]{0,89}[\w\-()]$",
        [StorageAccount] = "^[a-z0-9]{3,24}$",
        [Container] = "^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        [Queue] = "^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        [Table] = "^[A-Za-z][A-Za-z0-9]{2,62}$",
        [Vault] = "^(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$",
        [Key] = "^[A-Za-z0-9-]{1,127}$",
        [Secret] = "^[A-Za-z0-9-]{1,127}$",
        [Site] = "^[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]$",
        ["Microsoft.Web/serverfarms"] = "^[A-Za-z0-9-]{1,60}$",
        [Topic] = "^[A-Za-z0-9-]{3,50}$",
        [Subscription] = "^[A-Za-z0-9-]{3,64}$",
        [Workspace] = "^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$",
        [Insights] = "^[^%&?/]{0,259}[^%&?/. ]$",
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = "^[A-Za-z0-9][A-Za-z0-9-_]{2,127}$",
        ["Microsoft.Network/virtualNetworks"] = @"^[A-Za-z0-9][\w.-]{0,62}\w$",
        [PrivateEndpoint] = @"^[A-Za-z0-9][\w.-]{0,62}\w$",
        ["Microsoft.Insights/actionGroups"] = "^[^:<>+/&%?]{1,259}[^:<>+/&%? .]$",
        [MetricAlert] = @"^[^*#&+:<>?@%{}\\/]{1,259}[^*#&+:<>?@%{}\\/ .]$",
        [QueryAlert] = @"^[^*<>%{}&:\\?/#|]{1,259}[^*<>%{}&:\\?/#| .]$",
    };

    private static readonly string LongestId = new('i', 55);

    [Fact]
    public async Task Names_fit_even_where_the_environment_and_an_issuer_have_the_longest_names()
    {
        var deployment = await Deployments.PredictAsync(production => Deployments.Stating(
            production.Replace("'demo-bank'", $"'{LongestId}'", StringComparison.Ordinal), "AZURE_ENV_NAME", new string('e', 64)));

        Assert.Contains(deployment.Of(Container), container => container.Name == "issuer-" + LongestId);
        Assert.Contains(deployment.Of(Container), container => container.Name == "answers-" + LongestId);
        foreach (var (type, limit) in Limits)
        {
            Assert.NotEmpty(deployment.Of(type));
            Assert.All(deployment.Of(type), resource => Assert.Matches(new Regex(limit), resource.Name));
        }
    }

    [Fact]
    public async Task Two_environments_share_no_globally_unique_name()
    {
        var one = await Deployments.GetAsync(Deployments.Development);
        var other = await Deployments.GetAsync(Deployments.Production);
        foreach (var type in new[] { StorageAccount, Vault, Site })
            Assert.Empty(one.Of(type).Select(resource => resource.Name).Intersect(other.Of(type).Select(resource => resource.Name)));
    }
}
