using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>The parameter <c>issuers</c> is the registry: containers, their metadata, and who owns them.</summary>
public class RegistryTests
{
    private const string Bureau =
        """
        param issuers = [
          {
            id: 'bureau'
            legalName: '信贷局 & Søn, 100%'
            legalNames: { en: 'Bureau & Son, 100%', zhHant: '信貸局' }
            jurisdiction: 'HK'
            domain: 'bureau.example'
            retention: 'delete'
            algorithms: ['sha-512', 'sm3']
            principals: [
              { id: '00000000-0000-0000-0000-00000000b0e1', type: 'Group' }
              { id: '00000000-0000-0000-0000-00000000b0e2', type: 'User' }
            ]
          }
        """;

    private static readonly Lazy<Task<Deployment>> WithBureau = new(() =>
        Deployments.PredictAsync(production => production.Replace("param issuers = [", Bureau, StringComparison.Ordinal)));

    [Fact]
    public async Task Adding_an_issuer_is_adding_an_object()
    {
        var before = await Deployments.GetAsync(Deployments.Production);
        var after = await WithBureau.Value;

        var added = after.Of(Container).ExceptBy(before.Of(Container).Select(NameOf), NameOf).ToList();
        Assert.Equal(["answers-bureau", "issuer-bureau"], added.Select(NameOf).Order(StringComparer.Ordinal));
        var container = added.Single(container => container.Name == "issuer-bureau");
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["legalname"] = "信贷局 & Søn, 100%",
                ["legalname_en"] = "Bureau & Son, 100%",
                ["legalname_zh_hant"] = "信貸局",
                ["jurisdiction"] = "HK",
                ["domain"] = "bureau.example",
                ["retention"] = "delete",
                ["algorithms"] = "sha-512,sm3",
            },
            Metadata(container));

        var grants = Grant.AllOf(after).Where(grant => grant.IsToAnInstitution).ToList();
        Assert.Equal(4, grants.Count);
        Assert.Equal(
            [("Storage Blob Data Reader", "inbox / container answers-bureau"), ("TrueCopy issuer", "inbox / container issuer-bureau")],
            grants.Select(grant => (grant.Role, grant.Where)).Distinct().Order());
    }

    [Fact]
    public async Task The_app_learns_who_owns_which_container()
    {
        var settings = Assert.Single((await WithBureau.Value).Of(SiteConfig, "/appsettings"));
        var owners = JsonNode.Parse(settings.Text("properties.Access__Issuers")!)!;

        Assert.Equal(
            ["00000000-0000-0000-0000-00000000b0e1", "00000000-0000-0000-0000-00000000b0e2"],
            owners["bureau"]!.AsArray().Select(id => id!.ToString()));
        Assert.Empty(owners["demo-registry"]!.AsArray());
    }

    [Fact]
    public async Task What_an_issuer_does_not_say_is_not_in_its_metadata()
    {
        var deployment = await Deployments.GetAsync(Deployments.Development);
        var bank = Metadata(Assert.Single(deployment.Of(Container, "/issuer-demo-bank")));
        var registry = Metadata(Assert.Single(deployment.Of(Container, "/issuer-demo-registry")));

        Assert.Equal(["jurisdiction", "legalname", "legalname_en", "legalname_zh_hans", "legalname_zh_hant"], bank.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("示范银行 (Demo Bank, Shenzhen)", bank["legalname"]);
        Assert.Equal(["algorithms", "jurisdiction", "legalname"], registry.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Metadata_is_ASCII_because_it_travels_in_headers() =>
        Assert.All((await WithBureau.Value).Of(Container, "/issuer-"), container =>
            Assert.True(container.At("properties.metadata")!.AsObject().All(pair => pair.Value!.ToString().All(char.IsAscii))));

    private static Dictionary<string, string> Metadata(Resource container) =>
        container.At("properties.metadata")!.AsObject()
            .ToDictionary(pair => pair.Key, pair => Uri.UnescapeDataString(pair.Value!.ToString()));

    private static string NameOf(Resource resource) => resource.Name;
}
