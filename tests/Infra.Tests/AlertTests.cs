using TrueCopy.Infra.Tests.Cli;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

public class AlertTests
{
    [Fact]
    public async Task The_operations_page_says_of_every_alert_what_it_means_and_what_to_do()
    {
        var deployment = await Deployments.GetAsync(Deployments.Production);
        var alerts = deployment.Of(MetricAlert).Concat(deployment.Of(QueryAlert)).Select(alert => alert.Name).ToArray();
        var rows = InfraFolder.Original.Read("../docs/operations.md").Split("## Alerts")[1].Split("\n## ")[0]
            .Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToArray();

        Assert.Equal(alerts.Order(StringComparer.Ordinal), rows.Select(row => row[1].Trim('`')).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.True(row is [_, _, not "", not "", _], row[1]));
    }
}
