using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>From staged acts to receipts on ports in memory with a signer 20 ms away, as the offered load grows.</summary>
internal sealed class SequencerScenario : IScenario
{
    private static readonly int[] Loads = [10, 100, 1000, 5000, 10_000, 25_000, 50_000];
    private static readonly TimeSpan Signing = TimeSpan.FromMilliseconds(20);

    public string Name => "sequencer";

    public string Title => "staged acts to published checkpoint and receipt, signer 20 ms away";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var count = run.Scale(200_000, 20_000);
        await SaturateAsync(count / 10, documents: true, cancellationToken);
        var one = await OneByOneAsync(run.Scale(50, 10), cancellationToken);
        foreach (var (what, documents) in new[] { ("documents", true), ("digests of manifests", false) })
        {
            var saturated = await SaturateAsync(count, documents, cancellationToken);
            run.Add(new Measurement($"sequencer, {what} staged beforehand", saturated.Rate, "acts/s")
            {
                Baseline = new Baseline("one signature a document", one),
                Goal = Goal.AtLeast(100_000),
                Headline = true,
            });
            run.Add(new Measurement($"processor time of an act, {what} staged beforehand", saturated.Microseconds, "µs"));
            run.Add(new Measurement($"memory allocated for an act, {what} staged beforehand", saturated.Bytes, "bytes") { Goal = Goal.AtMost(3000), Headline = true });
        }

        var (median, tail, achieved) = (new List<Point>(), new List<Point>(), new List<Point>());
        foreach (var load in Loads)
        {
            var (rate, latencies) = await OfferAsync(load, TimeSpan.FromSeconds(run.Scale(8, 1)), null, cancellationToken);
            var (p50, p99) = (Latencies.Percentile(latencies, 50), Latencies.Percentile(latencies, 99));
            run.Add(new Measurement($"sequencer at {load:#,0} acts/s offered: done", rate, "acts/s"));
            run.Add(new Measurement($"sequencer at {load:#,0} acts/s offered: latency p50", p50, "ms"));
            run.Add(new Measurement($"sequencer at {load:#,0} acts/s offered: latency p99", p99, "ms") { Headline = load is 10 or 1000 or 10_000 });
            median.Add(new Point(load, p50));
            tail.Add(new Point(load, p99));
            achieved.Add(new Point(load, rate));
        }

        run.Charts.Add(new Chart("sequencer.svg", "Staged to receipt, as the offered load grows", "acts/s offered", "ms", [new Series("p50", median), new Series("p99", tail)]));
        run.Notes.Add("Processor time and memory are those of the process, the ports in memory among them, which keep or count what they are given and do nothing else.");
        run.Notes.Add("Latency is from staging to the receipt, which is written after the checkpoint is published. The load is made on the same cores. A batch goes as soon as it fills a tile; where fewer come it waits until a second has passed since the last, so half a second is the price of fewer signatures, not of the load.");
    }

    // What a sample does: a checkpoint, and so a signature, for every document before the next is looked at.
    private static async Task<double> OneByOneAsync(int count, CancellationToken cancellationToken)
    {
        await using var service = NewService(null, new SequencerOptions { CommitInterval = TimeSpan.Zero });
        await service.DrainAllAsync(cancellationToken);
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            await service.StageAsync(Uploads.Document(i), cancellationToken);
            await service.DrainAllAsync(cancellationToken);
        }

        return count / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<(double Rate, double Microseconds, double Bytes)> SaturateAsync(int count, bool documents, CancellationToken cancellationToken)
    {
        await using var service = NewService(null);
        await service.DrainAllAsync(cancellationToken);
        var parts = documents
            ? Enumerable.Range(0, count).Select(Uploads.Document)
            : Enumerable.Range(0, count / ManifestIntake.PartLength).Select(part => Uploads.Manifest(part, ManifestIntake.PartLength));
        var acts = 0;
        foreach (var upload in parts)
        {
            acts += upload.Acts.Count;
            await service.StageAsync(upload, cancellationToken);
        }

        GC.Collect();
        var (started, processor, allocated) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        await service.DrainAllAsync(cancellationToken);
        return (
            acts / TimeProvider.System.GetElapsedTime(started).TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / acts,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)acts);
    }

    /// <summary>Documents staged one by one, so many a second; how many were done a second, and how long each took to its receipt, in milliseconds.</summary>
    public static async Task<(double Rate, double[] Latencies)> OfferAsync(int load, TimeSpan time, DistantWitnesses? witnesses, CancellationToken cancellationToken)
    {
        var count = (int)(load * time.TotalSeconds);
        var (staged, answered) = (new long[count], new long[count]);
        await using var service = NewService(number => answered[number] = TimeProvider.System.GetTimestamp(), witnesses: witnesses);
        var parts = await Task.WhenAll(Enumerable.Range(0, count).Select(i => service.Staged.PrepareAsync(Uploads.Document(i), cancellationToken)));
        await service.DrainAllAsync(cancellationToken);
        using var arrived = new SemaphoreSlim(0);
        var offering = Task.Run(OfferAllAsync, cancellationToken);
        var started = TimeProvider.System.GetTimestamp();
        while (!offering.IsCompleted || service.Undone > 0)
        {
            await arrived.WaitAsync(TimeSpan.FromMilliseconds(1), cancellationToken);
            await service.Sequencer.DrainAsync(cancellationToken);
        }

        await offering;
        var latencies = staged.Zip(answered, (from, to) => TimeProvider.System.GetElapsedTime(from, to).TotalMilliseconds).Order().ToArray();
        return (count / TimeProvider.System.GetElapsedTime(started, answered.Max()).TotalSeconds, latencies);

        async Task OfferAllAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
            var begun = TimeProvider.System.GetTimestamp();
            for (var next = 0; next < count; await timer.WaitForNextTickAsync(cancellationToken))
            {
                var due = Math.Min(count, 1 + (int)(TimeProvider.System.GetElapsedTime(begun).TotalSeconds * load));
                for (; next < due; next++)
                {
                    staged[next] = TimeProvider.System.GetTimestamp();
                    await service.StageAsync(parts[next], cancellationToken);
                }

                if (arrived.CurrentCount == 0)
                    arrived.Release();
            }
        }
    }

    private static LeanService NewService(Action<int>? answered, SequencerOptions? options = null, DistantWitnesses? witnesses = null)
    {
        var operations = new OperationCounts();
        return new LeanService(operations, new LeanLedger(operations), new LeanContainers(operations, answered), Signing, options, witnesses: witnesses);
    }
}
