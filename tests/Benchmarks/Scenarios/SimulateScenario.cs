using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;
using TrueCopy.Testing.Simulation;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>
/// One deployment against Azure's published limits and the times of its services: the real intake, sequencer and verifier, over
/// ports that wait and refuse as <see cref="AzureModel"/> says. Files are on a simulated clock, on which processor time costs
/// nothing; manifests and verifications on this machine's.
/// </summary>
internal sealed class SimulateScenario : IScenario
{
    private static readonly int[] Files = [1, 10, 100, 600, 1000, 2000, 5000, 10000];

    // As many as the platform has for so much.
    private static int InstancesFor(int load) => Math.Clamp(load / 50, 2, 100);

    // As many as the load needs, where there may be as many: a message is counted when it is put, taken and deleted.
    private static int QueuesFor(int load) => BlobEventQueues.Numbers.FirstOrDefault(queues => queues * new AzureLimits().Queue / 3 >= load, BlobEventQueues.Most);

    public string Name => "simulate";

    public string Title => "one deployment against Azure's limits and latencies, simulated";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        await FilesAsync(run);
        await ManifestsAsync(run, cancellationToken);
        await VerifiesAsync(run, cancellationToken);
    }

    private static async Task FilesAsync(ScenarioRun run)
    {
        var (latency, achieved) = (new List<Point>(), new List<Point>());
        foreach (var load in run.Quick ? Files[..3] : Files)
        {
            var simulated = await SimulatedDeployment.OfferAsync(new AzureLimits(), InstancesFor(load), load, TimeSpan.FromSeconds(run.Scale(load < 100 ? 120 : load > 1000 ? 10 : 20, 10)), QueuesFor(load));
            var (p50, p99) = (1000 * simulated.Percentile(50), 1000 * simulated.Percentile(99));
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: done", simulated.Rate, "files/s") { Headline = load >= 1000 });
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: staged to receipt, p50", p50, "ms") { Headline = load is 1 or 100 });
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: staged to receipt, p99", p99, "ms") { Headline = load == 100 });
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: commits", simulated.Count("head.write"), "commits"));
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: requests of a file", simulated.Operations.Values.Sum() / (double)Math.Max(1, simulated.Answered.Count), "requests"));
            if (simulated.Refused.Count > 0)
                run.Notes.Add($"{load:#,0} files/s: refused by {string.Join(", ", simulated.Refused.OrderByDescending(refused => refused.Value).Select(refused => $"{refused.Key} ({refused.Value:#,0} times)"))}.");
            latency.Add(new Point(load, p99));
            achieved.Add(new Point(load, simulated.Rate));
        }

        run.Charts.Add(new Chart("simulate.svg", "Files on simulated Azure storage, one deployment", "files/s offered", "files/s done, ms", [new Series("done", achieved), new Series("p99 staged to receipt", latency)]));
    }

    private static async Task ManifestsAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var model = new AzureModel(new AzureLimits(), TimeProvider.System);
        var operations = new OperationCounts(model.RunAsync);
        await using var service = new LeanService(operations, new LeanLedger(operations), new LeanContainers(operations), TimeSpan.Zero);
        await service.DrainAllAsync(cancellationToken);
        var parts = run.Scale(12, 2);
        for (var part = 0; part < parts; part++)
            await service.StageAsync(Uploads.Manifest(part, ManifestIntake.PartLength), cancellationToken);
        var started = TimeProvider.System.GetTimestamp();
        await service.DrainAllAsync(cancellationToken);
        var digests = parts * ManifestIntake.PartLength;
        run.Add(new Measurement("simulated, digests of manifests", digests / TimeProvider.System.GetElapsedTime(started).TotalSeconds, "digests/s") { Headline = true });
        if (model.Refused.Count > 0)
            run.Notes.Add($"Manifests: refused by {Describe(model)}.");
    }

    // At a tenth of the tables' limit, because this machine is the smaller of the two.
    private static async Task VerifiesAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        const double Tenth = 2_000;
        var log = await SyntheticLog.BuildAsync([10_000], cancellationToken);
        foreach (var load in run.Quick ? [1_000] : new[] { 1_000, 1_900, 3_000 })
        {
            var model = new AzureModel(new AzureLimits { TableAccount = Tenth }, TimeProvider.System);
            var operations = new OperationCounts(model.RunAsync);
            await using var service = new LeanService(operations, log.Open(10_000, operations), new LeanContainers(operations), TimeSpan.Zero, key: log.Key);
            var known = log.Known(10_000);
            var count = (int)(load * run.Scale(4, 1));
            var failed = 0;
            var started = TimeProvider.System.GetTimestamp();
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4096, CancellationToken = cancellationToken }, async (i, stop) =>
            {
                var due = TimeSpan.FromSeconds(i / (double)load) - TimeProvider.System.GetElapsedTime(started);
                if (due > TimeSpan.Zero)
                    await Task.Delay(due, TimeProvider.System, stop);
                try
                {
                    await service.Verifier.VerifyAsync(known[i % known.Count].Digest, stop);
                }
                catch (IOException)
                {
                    Interlocked.Increment(ref failed);
                }
            });
            var rate = (count - failed) / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            run.Add(new Measurement($"simulated, tables at a tenth, {load:#,0} verifies/s offered: answered", rate, "requests/s") { Baseline = new Baseline("the limit", Tenth) });
            run.Add(new Measurement($"simulated, tables at a tenth, {load:#,0} verifies/s offered: table queries of a verify", operations.Of("index.query") / (double)count, "queries"));
            run.Notes.Add($"{load:#,0} verifies/s at a tenth: {failed} not answered, refused by {Describe(model)}.");
        }
    }

    private static string Describe(AzureModel model) => model.Refused.Count == 0
        ? "nothing"
        : string.Join(", ", model.Refused.OrderByDescending(refused => refused.Value).Select(refused => $"{refused.Key} ({refused.Value:#,0} times)"));
}
