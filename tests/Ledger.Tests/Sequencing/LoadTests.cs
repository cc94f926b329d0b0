using TrueCopy.Testing.Simulation;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>
/// What a deployment makes of its load, on a clock that is simulated: the same on every machine, whatever else runs there.
/// </summary>
public sealed class LoadTests
{
    // A queue of a twentieth of Azure's size, so that its limit is met with fewer files.
    private const double MessagesASecond = 100;

    // A twentieth of 5,000.
    private const int EventsOfEight = 250;

    // Each message is counted when it is put, taken and deleted.
    private const double AFileAMessage = MessagesASecond / 3;

    [Fact]
    public async Task However_much_more_is_offered_than_the_queue_takes_one_by_one_what_can_be_done_is_done_and_nothing_is_lost()
    {
        var runs = new List<(int Load, double Rate)>();
        foreach (var times in (int[])[1, 2, 4, 10])
        {
            var load = (int)(times * AFileAMessage);
            var run = await SimulatedDeployment.OfferAsync(new AzureLimits { Queue = MessagesASecond }, instances: 5, load, TimeSpan.FromSeconds(Extent.IsExhaustive ? 120 : 30));
            Tell(load, run);
            runs.Add((load, run.Rate));
        }

        var most = runs.Max(run => run.Rate);
        Assert.True(most > 4 * AFileAMessage, FormattableString.Invariant($"{most:0.0} files/s"));
        Assert.All(runs, run => Assert.True(run.Rate >= 0.95 * Math.Min(run.Load, most), FormattableString.Invariant($"{run.Load} files/s offered: {run.Rate:0.0} done, where it is {most:0.0} at most")));
    }

    [Fact]
    public async Task Eight_queues_of_events_carry_what_one_cannot()
    {
        var limits = new AzureLimits { Queue = MessagesASecond };
        var done = new List<double>();
        foreach (var queues in (int[])[1, BlobEventQueues.Most])
        {
            var run = await SimulatedDeployment.OfferAsync(limits, instances: 10, EventsOfEight, TimeSpan.FromSeconds(20), queues);
            Tell(EventsOfEight, run);
            done.Add(run.Rate);
        }

        Assert.InRange(done[0], 0, 1.2 * AFileAMessage);
        Assert.True(done[1] >= 0.95 * EventsOfEight, FormattableString.Invariant($"{done[1]:0.0} files/s"));
    }

    // At once, on two instances; the host takes sixteen events together, and deletes each by itself.
    [Theory]
    [InlineData(1, 22.1)]
    [InlineData(64, 5.3)]
    [InlineData(1000, 4)]
    public async Task Files_that_come_together_cost_no_more_than_so_many_operations_each(int files, double most)
    {
        var run = await SimulatedDeployment.OfferAsync(new AzureLimits(), 2, double.PositiveInfinity, TimeSpan.FromSeconds(30), most: files);
        var each = 1 + (1 / 16.0) + ((run.Operations.Values.Sum() - run.Count("sign")) / (double)files);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{files} files: {each:0.00} operations each, 1.06 of them on its event"));
        Tell(files, run);
        Assert.Equal(files, run.Answered.Count);
        Assert.InRange(each, 3, most);
    }

    [Fact]
    public async Task Few_acts_are_answered_at_once()
    {
        var run = await SimulatedDeployment.OfferAsync(new AzureLimits(), 2, 1, TimeSpan.FromMinutes(2));
        Tell(1, run);
        Assert.InRange(run.Percentile(50), 0, 0.102);
        Assert.InRange(run.MostAtOnce, 1, 60 + new SequencerOptions().CommitsAtOnce);
    }

    [Fact]
    public async Task A_thousand_files_of_ten_seconds_share_fifteen_commits_at_most_and_wait_for_each_other_little()
    {
        var run = await SimulatedDeployment.OfferAsync(new AzureLimits(), 2, 100, TimeSpan.FromSeconds(10));
        Tell(100, run);
        Assert.InRange(run.Count("head.write"), 1, 15);
        Assert.InRange(run.Percentile(50), 0, 0.6);
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
