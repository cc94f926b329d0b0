using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>The parameter <c>receivers</c> is the registry of those who take packages.</summary>
public sealed class HandoverTests
{
    private const string Settings = "/config/appsettings";

    [Fact]
    public async Task Where_nobody_takes_packages_nothing_of_handovers_is_deployed()
    {
        var deployment = await Deployments.PredictAsync(production =>
            production[..production.IndexOf("param receivers = [", StringComparison.Ordinal)] + "param receivers = []\n"
            + production[production.IndexOf("param softDeleteDays", StringComparison.Ordinal)..]);
        Assert.DoesNotContain(deployment.Resources, resource => resource.Id.Contains("handover", StringComparison.Ordinal) && resource.Type != Table && resource.Type != RoleAssignment);
        var settings = Assert.Single(deployment.Of(SiteConfig, Settings));
        Assert.Equal(("", "{}"), (settings.Text("properties.Handovers__blobServiceUri"), settings.Text("properties.Access__Receivers")));
    }

    [Fact]
    public async Task A_receiver_is_a_container_whose_metadata_is_what_the_log_will_say()
    {
        var container = Assert.Single((await Deployments.GetAsync(Deployments.Development)).Of(Container, "/receiver-"));
        var metadata = container.At("properties.metadata")!.AsObject().ToDictionary(pair => pair.Key, pair => Uri.UnescapeDataString(pair.Value!.ToString()));
        Assert.Equal(
            ["encryptionkey", "jurisdiction", "keepsdays", "legalname", "legalname_en", "legalname_zh_hans", "legalname_zh_hant", "purposes"],
            metadata.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("accountOpening,credit,other", "365"), (metadata["purposes"], metadata["keepsdays"]));
        Assert.StartsWith("age1", metadata["encryptionkey"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_app_learns_where_packages_are_and_who_takes_them_and_their_pages_come_from_it_alone()
    {
        var deployment = await Deployments.GetAsync(Deployments.Guarded);
        var account = Assert.Single(deployment.Of(StorageAccount, "/handover"));
        var settings = Assert.Single(deployment.Of(SiteConfig, Settings));
        Assert.Contains($"'{account.Name}'", settings.Text("properties.Handovers__blobServiceUri"), StringComparison.Ordinal);
        Assert.Equal("30", settings.Text("properties.Handovers__KeepDays"));
        Assert.Equal(Deployments.LenderPrincipal, JsonNode.Parse(settings.Text("properties.Access__Receivers")!)!["demo-lender"]![0]!.ToString());

        var stated = await Deployments.PredictAsync(production => production + "\nparam serviceAddress = 'https://copy.truecopy.internal'\n");
        var service = Assert.Single(stated.Of(BlobService, "/handover"));
        Assert.Equal(["https://copy.truecopy.internal"], service.Texts("properties.cors.corsRules[0].allowedOrigins"));
        Assert.Equal("https://copy.truecopy.internal", Assert.Single(stated.Of(SiteConfig, Settings)).Text("properties.Service__Address"));
    }

    [Fact]
    public async Task What_comes_in_by_either_account_is_told_and_what_is_not_told_is_alerted()
    {
        var deployment = await Deployments.GetAsync(Deployments.Production);
        Assert.Equal(2, deployment.Of(Topic).Select(topic => topic.Text("properties.source")).Distinct().Count());
        var alerts = deployment.Of(MetricAlert).Where(alert => alert.Name.EndsWith("-undelivered", StringComparison.Ordinal)).ToList();
        Assert.Equal(deployment.Of(Topic).Select(topic => topic.Id).Order(StringComparer.Ordinal), alerts.Select(alert => alert.Text("properties.scopes[0]")).Order(StringComparer.Ordinal));
    }
}
