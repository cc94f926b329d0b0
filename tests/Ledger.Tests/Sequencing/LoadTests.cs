using TrueCopy.Testing.Simulation;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>
/// What a deployment makes of its load, on a clock that is simulated: the same on every machine, whatever else runs there. Storage
/// is a part of Azure's in size, so that its limits are met with fewer files.
/// </summary>
public sealed class LoadTests
{
    private const double Part = 0.05;
    private const int Instances = 5;

    private static readonly AzureLimits Small = new AzureLimits().Scaled(Part);

    [Fact]
    public async Task Above_its_ceiling_a_deployment_does_as_much_as_at_it_and_loses_nothing()
    {
        var time = TimeSpan.FromSeconds(Extent.IsExhaustive ? 120 : 40);
        var done = new Dictionary<int, double>();
        foreach (var load in (int[])[100, 300, 600, 1200, 3000])
        {
            var run = await SimulatedDeployment.OfferAsync(Small, Instances, load, time);
            done.Add(load, run.Rate);
            TestContext.Current.TestOutputHelper?.WriteLine($"{load} files/s offered: {run.Rate:0.0} done, p50 {run.Percentile(50):0.00} s, p99 {run.Percentile(99):0.00} s, {run.Late} late; refused: {string.Join(", ", run.Refused.Select(limit => $"{limit.Key} {limit.Value}"))}");
            TestContext.Current.TestOutputHelper?.WriteLine("  " + string.Join(", ", run.Operations.OrderByDescending(pair => pair.Value).Take(14).Select(pair => $"{pair.Key} {pair.Value}")));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(100)]
    public async Task Latency(double load)
    {
        var run = await SimulatedDeployment.OfferAsync(new AzureLimits(), 2, load, TimeSpan.FromSeconds(60));
        TestContext.Current.TestOutputHelper?.WriteLine($"{load} files/s offered: {run.Rate:0.0} done, p50 {run.Percentile(50):0.000} s, p99 {run.Percentile(99):0.000} s, {run.Operations["head.write"]} commits, at most {run.MostAtOnce} a minute, {run.Answered.Count} answered");
        TestContext.Current.TestOutputHelper?.WriteLine("  " + string.Join(", ", run.Operations.OrderByDescending(pair => pair.Value).Take(24).Select(pair => $"{pair.Key} {pair.Value}")));
    }
}
