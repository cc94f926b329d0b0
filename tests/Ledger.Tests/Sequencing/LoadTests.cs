using TrueCopy.Testing.Simulation;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>
/// What a deployment makes of its load, on a clock that is simulated: the same on every machine, whatever else runs there.
/// </summary>
public sealed class LoadTests
{
    // A part of Azure, so that its limits are met with fewer files.
    private const double Part = 0.05;
    private const int Instances = 5;
    private const int Ceiling = 300;
    private const double Kept = 0.85;

    private static readonly AzureLimits Small = new AzureLimits().Scaled(Part);

    [Fact]
    public async Task Above_its_ceiling_a_deployment_does_as_much_as_at_it_and_loses_nothing()
    {
        var done = new Dictionary<int, double>();
        foreach (var load in (int[])[Ceiling, 2 * Ceiling, 4 * Ceiling, 10 * Ceiling])
        {
            var run = await SimulatedDeployment.OfferAsync(Small, Instances, load, TimeSpan.FromSeconds(Extent.IsExhaustive ? 120 : 40));
            done.Add(load, run.Rate);
            Tell(load, run);
        }

        Assert.All(done.Where(run => run.Key > Ceiling), run => Assert.InRange(run.Value, Kept * done.Values.Max(), done.Values.Max()));
    }

    [Fact]
    public async Task Few_acts_are_answered_at_once()
    {
        var run = await SimulatedDeployment.OfferAsync(new AzureLimits(), 2, 1, TimeSpan.FromMinutes(2));
        Tell(1, run);
        Assert.InRange(run.Percentile(50), 0, 0.15);
        Assert.InRange(run.MostAtOnce, 1, 60 + new SequencerOptions().CommitsAtOnce);
    }

    [Fact]
    public async Task A_thousand_files_of_ten_seconds_share_fifteen_commits_at_most()
    {
        var run = await SimulatedDeployment.OfferAsync(new AzureLimits(), 2, 100, TimeSpan.FromSeconds(10));
        Tell(100, run);
        Assert.InRange(run.Count("head.write"), 1, 15);
    }

    [Fact]
    public async Task However_acts_come_the_commits_of_a_minute_are_bounded()
    {
        var run = await SimulatedDeployment.OfferAsync(new AzureLimits(), 2, 9, TimeSpan.FromMinutes(2));
        Tell(9, run);
        Assert.InRange(run.MostAtOnce, 1, 60 + new SequencerOptions().CommitsAtOnce);
    }

    private static void Tell(int load, SimulatedRun run) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
        $"{load} files/s offered: {run.Rate:0.0} done, p50 {run.Percentile(50):0.000} s, p99 {run.Percentile(99):0.000} s, {run.Count("head.write")} commits, {run.Late} late; refused: {string.Join(", ", run.Refused.Select(limit => $"{limit.Key} {limit.Value}"))}; {string.Join(", ", run.Operations.OrderByDescending(pair => pair.Value).Take(16).Select(pair => $"{pair.Key} {pair.Value}"))}"));
}
