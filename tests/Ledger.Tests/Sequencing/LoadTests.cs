using TrueCopy.Testing.Simulation;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>
/// What a deployment makes of its load, on a clock that is simulated: the same on every machine, whatever else runs there.
/// </summary>
public sealed class LoadTests
{
    // A queue of a twentieth of Azure's size, so that its limit is met with fewer files.
    private const double MessagesASecond = 100;

    // Each message is counted when it is put, taken and deleted.
    private const double AFileAMessage = MessagesASecond / 3;

    [Fact]
    public async Task However_much_more_is_offered_than_the_queue_takes_one_by_one_no_less_is_done_and_nothing_is_lost()
    {
        var most = 0.0;
        foreach (var times in (int[])[1, 2, 4, 10])
        {
            var load = (int)(times * AFileAMessage);
            var run = await SimulatedDeployment.OfferAsync(new AzureLimits { Queue = MessagesASecond }, instances: 5, load, TimeSpan.FromSeconds(Extent.IsExhaustive ? 120 : 30));
            Tell(load, run);
            Assert.True(run.Rate >= 0.95 * most, FormattableString.Invariant($"{load} files/s offered: {run.Rate:0.0} done, where it was {most:0.0} when less was offered"));
            most = Math.Max(most, run.Rate);
        }

        Assert.True(most > AFileAMessage, FormattableString.Invariant($"{most:0.0} files/s"));
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
