using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>
/// One deployment against Azure's published limits and the times of its services: the real sequencer and verifier, over
/// ports that wait and refuse as <see cref="AzureModel"/> says.
/// </summary>
internal sealed class SimulateScenario : IScenario
{
    private static readonly int[] Files = [50, 100, 200, 400, 600, 1000, 2000];

    public string Name => "simulate";

    public string Title => "one deployment against Azure's limits and latencies, simulated";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        await FilesAsync(run, cancellationToken);
        await ManifestsAsync(run, cancellationToken);
        await VerifiesAsync(run, cancellationToken);
    }

    // Intake runs elsewhere, on many machines; what it does to the queue of staged acts is in the model.
    private static async Task FilesAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var (latency, achieved) = (new List<Point>(), new List<Point>());
        foreach (var load in run.Quick ? Files[..2] : Files)
        {
            var model = new AzureModel(new AzureLimits(), TimeProvider.System);
            var (rate, latencies, operations) = await OfferAsync(model, load, TimeSpan.FromSeconds(run.Scale(8, 2)), cancellationToken);
            var p99 = Latencies.Percentile(latencies, 99);
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: done", rate, "files/s") { Headline = load == 600 });
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: staged to receipt, p50", Latencies.Percentile(latencies, 50), "ms"));
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: staged to receipt, p99", p99, "ms") { Headline = load == 100 });
            run.Add(new Measurement($"simulated, {load:#,0} files/s offered: signatures a file", operations.Of("sign") / (double)latencies.Length, "signatures"));
            if (model.Refused.Count > 0)
                run.Notes.Add($"{load:#,0} files/s: refused by {Describe(model)}.");
            latency.Add(new Point(load, p99));
            achieved.Add(new Point(load, rate));
        }

        run.Charts.Add(new Chart("simulate.svg", "Files on simulated Azure storage, one deployment", "files/s offered", "files/s done, ms", [new Series("done", achieved), new Series("p99 staged to receipt", latency)]));
    }

    private static async Task<(double Rate, double[] Latencies, OperationCounts Operations)> OfferAsync(
        AzureModel model,
        int load,
        TimeSpan time,
        CancellationToken cancellationToken)
    {
        var count = (int)(load * time.TotalSeconds);
        var operations = new OperationCounts(model.RunAsync);
        var (staged, answered) = (new long[count], new long[count]);
        var outbox = new LeanContainers(operations, number => answered[number] = TimeProvider.System.GetTimestamp());
        await using var service = new LeanService(operations, new LeanLedger(operations), outbox, TimeSpan.Zero);
        await service.DrainAllAsync(cancellationToken);
        var started = TimeProvider.System.GetTimestamp();
        var offering = Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 512, CancellationToken = cancellationToken }, async (i, stop) =>
        {
            var due = TimeSpan.FromSeconds(i / (double)load) - TimeProvider.System.GetElapsedTime(started);
            if (due > TimeSpan.Zero)
                await Task.Delay(due, TimeProvider.System, stop);
            staged[i] = TimeProvider.System.GetTimestamp();
            await AgainAndAgainAsync(() => service.StageAsync(Uploads.Document(i), stop), stop);
        });
        while (!offering.IsCompleted || service.Undone > 0)
        {
            await AgainAndAgainAsync(
                () =>
                {
                    service.Return();
                    return service.Sequencer.DrainAsync(cancellationToken);
                },
                cancellationToken);
            await Task.Yield();
        }

        await offering;
        var latencies = staged.Zip(answered, (from, to) => TimeProvider.System.GetElapsedTime(from, to).TotalMilliseconds).Order().ToArray();
        return (count / TimeProvider.System.GetElapsedTime(started, answered.Max()).TotalSeconds, latencies, operations);
    }

    // The host calls a function again whose storage refused it for longer than the SDK tries.
    private static async Task AgainAndAgainAsync(Func<Task> function, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await function();
                return;
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            }
        }
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
