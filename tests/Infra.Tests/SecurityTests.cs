using TrueCopy.Infra.Tests.Model;
using TrueCopy.Infra.Tests.Rules;

namespace TrueCopy.Infra.Tests;

/// <summary>Each rule of <see cref="SecurityRules"/> is a test of that name, held against every environment to which it applies.</summary>
public class SecurityTests
{
    public static IEnumerable<TheoryDataRow<string>> Rules() =>
        SecurityRules.All.Select(rule => new TheoryDataRow<string>(rule.Name) { TestDisplayName = rule.Name });

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Security_rule(string name)
    {
        var rule = SecurityRules.All.Single(rule => rule.Name == name);
        var environments = 0;
        foreach (var environment in Deployments.Environments)
        {
            var deployment = await Deployments.GetAsync(environment);
            if (!rule.AppliesTo(deployment))
                continue;
            environments++;
            Assert.Empty(rule.Violations(deployment).Select(violation => $"{environment}: {violation}"));
        }

        Assert.NotEqual(0, environments);
    }

    [Fact]
    public void Every_rule_has_a_name_of_its_own() =>
        Assert.Equal(SecurityRules.All.Count, SecurityRules.All.DistinctBy(rule => rule.Name).Count());
}
