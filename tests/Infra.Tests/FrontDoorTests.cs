using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>Front Door stands before the app where it is asked for, and then there is no way around it.</summary>
public sealed class FrontDoorTests
{
    private const string Settings = "/config/appsettings";
    private const string Profile = "Microsoft.Cdn/profiles";
    private const string Firewall = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies";

    [Fact]
    public async Task Without_it_nothing_of_it_is_there_and_the_platforms_front_end_says_who_asks()
    {
        var deployment = await Deployments.GetAsync(Deployments.Production);
        Assert.DoesNotContain(deployment.Resources, resource => resource.Type.StartsWith(Profile, StringComparison.Ordinal) || resource.Type == Firewall);
        Assert.Null(deployment.The(Site).At("properties.siteConfig.ipSecurityRestrictions"));
        Assert.Equal("CLIENT-IP", Assert.Single(deployment.Of(SiteConfig, Settings)).Text("properties.Limits__AddressHeader"));
    }

    [Fact]
    public async Task With_it_the_app_answers_that_Front_Door_alone_which_counts_the_requests_of_each_address()
    {
        var deployment = await Deployments.PredictAsync(production => production + "\nparam frontDoor = true\n");
        var app = deployment.The(Site);
        Assert.Equal("Deny", app.Text("properties.siteConfig.ipSecurityRestrictionsDefaultAction"));
        var way = Assert.Single(app.Items("properties.siteConfig.ipSecurityRestrictions"));
        Assert.Equal(("Allow", "AzureFrontDoor.Backend"), (way["action"]!.ToString(), way["ipAddress"]!.ToString()));
        var profile = deployment.The(Profile);
        Assert.Contains($"{profile.Id}', '2024-09-01').frontDoorId", way["headers"]!["x-azure-fdid"]![0]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("X-Azure-SocketIP", Assert.Single(deployment.Of(SiteConfig, Settings)).Text("properties.Limits__AddressHeader"));

        var firewall = deployment.The(Firewall);
        Assert.Equal("Prevention", firewall.Text("properties.policySettings.mode"));
        Assert.Equal(429, firewall.Number("properties.policySettings.customBlockResponseStatusCode"));
        var rule = Assert.Single(firewall.Items("properties.customRules.rules"));
        Assert.Equal(("RateLimitRule", "Block"), (rule["ruleType"]!.ToString(), rule["action"]!.ToString()));
        Assert.Single(deployment.Of("Microsoft.Cdn/profiles/securityPolicies"));
        Assert.Equal("HttpsOnly", deployment.The("Microsoft.Cdn/profiles/afdEndpoints/routes").Text("properties.forwardingProtocol"));

        // Its log would keep the addresses of requests, which hold digests.
        Assert.DoesNotContain(deployment.Of(Diagnostics), logs => logs.Id.Contains(Profile, StringComparison.Ordinal));
    }
}
