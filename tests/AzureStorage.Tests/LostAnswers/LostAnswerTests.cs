using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using TrueCopy.Local.Azurite;

namespace TrueCopy.AzureStorage.Tests.LostAnswers;

/// <summary>
/// Every request that the service sends from an upload's event to its receipts, through the real SDK to a real Azurite,
/// loses its answer in turn, or a sample of them does: one run a request, each in a storage account of its own. Requests that only read are left
/// out, for losing their answers changes nothing, unless <c>TRUECOPY_LOST_ANSWERS=all</c>.
/// </summary>
public sealed class LostAnswerTests
{
    private const int Parallelism = 4;
    private const int Sample = 15;
    private static readonly bool ReadsToo = Environment.GetEnvironmentVariable("TRUECOPY_LOST_ANSWERS") == "all";
    private static readonly LogIdentity Identity = new("log.example", [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()]);

    private static readonly Lazy<Task<(string Scenario, string Request)[]>> Requests = new(EnumerateAsync);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Whichever_answer_is_lost_the_retry_knows_its_own_write_and_nothing_fails() => EachAsync(Loss.Once, run =>
    {
        Assert.Empty(run.Errors);
        Assert.Equal(0, run.Failures);
    });

    [Fact]
    public Task Whichever_request_takes_effect_but_is_reported_to_fail_the_next_delivery_or_drain_finishes() => EachAsync(Loss.ForGood, _ => { });

    private static async Task EachAsync(Loss loss, Action<ScenarioRun> check)
    {
        var clock = Stopwatch.StartNew();
        var requests = await Requests.Value;
        var victims = Extent.SampleOf(requests, Sample);
        var accounts = Accounts(victims.Count);
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { Accounts = accounts }, Stop);

        var (failures, missed) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = Stop };
        await Parallel.ForAsync(0, victims.Count, options, async (i, _) =>
        {
            var (scenario, request) = victims[i];
            var network = new Network(request, loss);
            var run = new ScenarioRun(Scenario.All[scenario], azurite.ConnectionString(accounts[i]), Identity);
            try
            {
                await run.RunAsync(network);
                check(run);
            }
            catch (Exception exception) when (!Stop.IsCancellationRequested)
            {
                failures.Enqueue($"{scenario}, {request}: {exception}");
            }

            if (!network.Struck)
                missed.Enqueue($"{scenario}, {request}");
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{victims.Count} of {requests.Length} requests (seed {Extent.Seed}), each lost in turn ({loss}), in {clock.Elapsed.TotalSeconds:0} s; not sent in their own run: {string.Join("; ", missed)}");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {victims.Count} runs failed:\n{string.Join('\n', failures)}");

        // Which of several equal requests comes when is up to the scheduler; that they come is not.
        Assert.InRange(missed.Count, 0, Math.Max(2, victims.Count / 20));
    }

    /// <summary>The requests of runs in which nothing is lost.</summary>
    private static async Task<(string Scenario, string Request)[]> EnumerateAsync()
    {
        var accounts = Accounts(Scenario.All.Count);
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { Accounts = accounts }, Stop);
        var victims = new List<(string, string)>();
        foreach (var ((name, scenario), account) in Scenario.All.Zip(accounts))
        {
            var network = new Network();
            var run = new ScenarioRun(scenario, azurite.ConnectionString(account), Identity);
            await run.RunAsync(network);
            Assert.Equal((0, 0), (run.Failures, run.Errors.Count));
            victims.AddRange(network.Requests.Where(request => ReadsToo || RequestName.HasEffect(request)).Select(request => (name, request)));
        }

        Assert.True(victims.Count > 100, $"{victims.Count} requests");
        return [.. victims];
    }

    private static AzuriteAccount[] Accounts(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new AzuriteAccount(string.Create(CultureInfo.InvariantCulture, $"lost{i}"), AzuriteAccount.Ledger.Key))];
}
