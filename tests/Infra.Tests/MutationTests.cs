using TrueCopy.Infra.Tests.Model;
using TrueCopy.Infra.Tests.Rules;

namespace TrueCopy.Infra.Tests;

/// <summary>Proves that the rules are worth having: whatever is taken away, exactly one of them says so.</summary>
public class MutationTests
{
    [Fact]
    public async Task Removing_a_security_property_fails_exactly_one_rule()
    {
        var guarded = await Deployments.GetAsync(Deployments.Guarded);
        // What is broken already fails under its own name, and should not fail here as well.
        var broken = Reports(guarded).ToHashSet();
        var unnoticed = new List<string>();
        foreach (var mutation in Weakenings.Of(guarded).Where(mutation => !broken.Contains(mutation.Rule)))
        {
            var reports = Reports(mutation.Of(guarded)).Except(broken).ToList();
            if (reports is not [var only] || only != mutation.Rule)
                unnoticed.Add($"{mutation}: expected {mutation.Rule}, found [{string.Join(", ", reports)}]");
        }

        Assert.Empty(unnoticed);
    }

    [Fact]
    public async Task Every_rule_notices_something()
    {
        var noticed = Weakenings.Of(await Deployments.GetAsync(Deployments.Guarded)).Select(mutation => mutation.Rule).ToHashSet();
        Assert.Empty(SecurityRules.All.Select(rule => rule.Name).Except(noticed));
    }

    private static IEnumerable<string> Reports(Deployment deployment) =>
        SecurityRules.All.Where(rule => rule.Violations(deployment).Any()).Select(rule => rule.Name);
}
