using System.Collections.Concurrent;
using System.Diagnostics;

namespace TrueCopy.AzureStorage.Tests.LostAnswers;

/// <summary>
/// Every request that the service sends from an upload's event to its receipts, through the real SDK to a real Azurite,
/// loses its answer in turn, or a sample of them does: one run a request, each in a storage account of its own. Requests that only read are left
/// out, for losing their answers changes nothing, unless <c>TRUECOPY_LOST_ANSWERS=all</c>.
/// </summary>
public sealed class LostAnswerTests(Azurite azurite, LostAnswerTests.Undisturbed undisturbed) : IClassFixture<LostAnswerTests.Undisturbed>
{
    private const int Parallelism = 4;
    private const int Sample = 8;
    private static readonly bool ReadsToo = Environment.GetEnvironmentVariable("TRUECOPY_LOST_ANSWERS") == "all";
    private static readonly LogIdentity Identity = new("log.example", [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Whichever_answer_is_lost_the_retry_knows_its_own_write_and_nothing_fails() => EachAsync(Loss.Once, run =>
    {
        Assert.Empty(run.Errors);
        Assert.Equal(0, run.Failures);
    });

    [Fact]
    public Task Whichever_request_takes_effect_but_is_reported_to_fail_the_next_delivery_or_drain_finishes() => EachAsync(Loss.ForGood, _ => { });

    private async Task EachAsync(Loss loss, Action<ScenarioRun> check)
    {
        var clock = Stopwatch.StartNew();
        var requests = undisturbed.Requests;
        var victims = Extent.SampleOf(requests, Sample);

        var (failures, missed) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = Stop };
        await Parallel.ForAsync(0, victims.Count, options, async (i, _) =>
        {
            var (scenario, request) = victims[i];
            var network = new Network(request, loss);
            var run = new ScenarioRun(Scenario.All[scenario], await azurite.NewAccountAsync(), Identity);
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

        TestContext.Current.TestOutputHelper?.WriteLine($"{victims.Count} of {requests.Count} requests (seed {Extent.Seed}), each lost in turn ({loss}), in {clock.Elapsed.TotalSeconds:0} s; not sent in their own run: {string.Join("; ", missed)}");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {victims.Count} runs failed:\n{string.Join('\n', failures)}");

        // Which of several equal requests comes when is up to the scheduler; that they come is not.
        Assert.InRange(missed.Count, 0, Math.Max(2, victims.Count / 20));
    }

    /// <summary>Runs in which nothing is lost.</summary>
    public sealed class Undisturbed(Azurite azurite) : IAsyncLifetime
    {
        /// <summary>Their requests.</summary>
        public IReadOnlyList<(string Scenario, string Request)> Requests { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            var requests = new List<(string, string)>();
            foreach (var (name, scenario) in Scenario.All)
            {
                var network = new Network();
                var run = new ScenarioRun(scenario, await azurite.NewAccountAsync(), Identity);
                await run.RunAsync(network);
                Assert.Equal((0, 0), (run.Failures, run.Errors.Count));
                requests.AddRange(network.Requests.Where(request => ReadsToo || RequestName.HasEffect(request)).Select(request => (name, request)));
            }

            Assert.True(requests.Count > 100, $"{requests.Count} requests");
            Requests = requests;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
