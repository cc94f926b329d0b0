using System.Text.RegularExpressions;
using TrueCopy.Infra.Tests.Cli;
using TrueCopy.Infra.Tests.Model;

namespace TrueCopy.Infra.Tests;

public partial class RoleTests
{
    private const string Begin = "<!-- roles -->";
    private const string End = "<!-- /roles -->";

    [Fact]
    public async Task The_role_assignments_are_the_documented_ones()
    {
        var grants = Grant.AllOf(await Deployments.GetAsync(Deployments.Guarded))
            .Select(grant => grant with { Where = NumberOfQueue().Replace(OfAnyIssuer().Replace(grant.Where, "$1-\\<id>"), "\\<number>") })
            .Select(grant => $"| {grant.Who} | {grant.Role} | {grant.Where} |")
            .Distinct()
            .Order(StringComparer.Ordinal);
        var table = string.Join('\n', ["| who | role | on |", "| --- | --- | --- |", .. grants]);

        var readme = InfraFolder.Original.Read("README.md");
        var documented = readme.Split(Begin)[1].Split(End)[0].Trim().ReplaceLineEndings("\n");

        Assert.True(table == documented, $"infra/README.md should say:\n{table}");
    }

    [GeneratedRegex("(?<=^(?:inbox|handover) / container )(issuer|answers|receiver)-.*$")]
    private static partial Regex OfAnyIssuer();

    [GeneratedRegex("(?<=^ledger / queue blob-events-)[0-9]+")]
    private static partial Regex NumberOfQueue();

    [Fact]
    public async Task Without_principals_in_the_parameters_nobody_but_the_service_and_its_events_holds_a_role()
    {
        foreach (var environment in new[] { Deployments.Development, Deployments.Production })
            Assert.DoesNotContain(Grant.AllOf(await Deployments.GetAsync(environment)), grant => grant.IsToAnInstitution);
    }
}
