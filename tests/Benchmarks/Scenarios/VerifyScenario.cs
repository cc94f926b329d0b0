using System.Security.Cryptography;
using System.Text.Json;
using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>Verification over loopback at three sizes of the log, beside the same server answering a constant.</summary>
internal sealed class VerifyScenario : IScenario
{
    private const int Connections = 32;
    private const int BatchLength = 100;
    private const int Rounds = 3;

    public string Name => "verify";

    public string Title => "verification requests over loopback, client and server on the same cores";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        long[] sizes = run.Quick ? [1000, 10_000] : [1000, 100_000, 10_000_000];
        var log = await SyntheticLog.BuildAsync(sizes, cancellationToken);
        var (constants, knowns) = (new List<Point>(), new List<Point>());
        foreach (var size in sizes)
        {
            var (constant, known) = await MeasureAsync(run, log, size, size == sizes[^1], cancellationToken);
            constants.Add(new Point(size, constant));
            knowns.Add(new Point(size, known));
        }

        run.Add(new Measurement($"time of a verify at {sizes[^1]:#,0} entries", 1e6 / knowns[^1].Y, "µs")
        {
            Baseline = new Baseline($"at {sizes[0]:#,0} entries", 1e6 / knowns[0].Y),
            Goal = Goal.RatioAtMost(Math.Round(Math.Log2(sizes[^1]) / Math.Log2(sizes[0]), 2)),
            Headline = true,
        });
        run.Charts.Add(new Chart("verify.svg", "Verifications a second as the log grows", "entries in the log", "requests/s", [new Series("verify", knowns), new Series("a constant answer", constants)]));
    }

    private static async Task<(double Constant, double Known)> MeasureAsync(ScenarioRun run, SyntheticLog log, long size, bool headline, CancellationToken cancellationToken)
    {
        var at = $" at {size:#,0} entries";
        var time = TimeSpan.FromSeconds(run.Scale(3, 1));
        var operations = new OperationCounts();
        var ledger = log.Open(size, operations);
        var known = log.Known(size).Select(act => act.Digest).ToArray();
        Random.Shared.Shuffle(known);
        var all = known.Select(Request).ToArray();
        var warm = all.Take(500).ToArray();
        var unknown = Enumerable.Range(0, 500).Select(_ => Request(new Digest(DigestAlgorithm.Sha256, RandomNumberGenerator.GetBytes(32)))).ToArray();
        var batches = Enumerable.Range(0, 20).Select(i => Batch([.. Enumerable.Range(0, BatchLength).Select(j => known[((i * BatchLength) + j) % Math.Min(500, known.Length)])])).ToArray();

        // A host that runs warms up the code; another has an empty cache.
        await using (var first = await VerifyHost.StartAsync(ledger, log.Key, cancellationToken))
            await AskAsync(first, warm, TimeSpan.FromSeconds(run.Scale(2, 1)));
        await using var host = await VerifyHost.StartAsync(ledger, log.Key, cancellationToken);
        var before = operations.Total;
        var coldCount = Math.Min(all.Length, 2000);
        var (coldRate, cold) = await LoopbackLoad.RunAsync(host.Port, Connections, all, TimeSpan.FromSeconds(20), coldCount, null, cancellationToken);
        run.Add(new Measurement("verify, known, cold cache" + at, coldRate, "requests/s"));
        run.Add(new Measurement("verify, known, cold cache, p99" + at, Latencies.Percentile(cold, 99), "ms"));
        run.Add(new Measurement("storage operations of a verify, cold cache" + at, (operations.Total - before) / (double)cold.Length, "operations"));

        // In turns, so that what else the machine does weighs on both.
        await AskAsync(host, warm, TimeSpan.FromSeconds(1));
        before = operations.Total;
        var (constants, longs, knowns) = (new Asked(), new Asked(), new Asked());
        var length = await host.LengthOfAsync(PathOf(known[0]), cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            constants += await MeasureAsync([LoopbackLoad.Get(VerifyHost.Constant)]);
            longs += await MeasureAsync([LoopbackLoad.Get(VerifyHost.ConstantOfLength + length)]);
            knowns += await MeasureAsync(warm);
        }

        var (constant, knownRate) = (constants.Rate, knowns.Rate);
        run.Add(new Measurement("verify, known, warm cache" + at, knownRate, "requests/s")
        {
            Baseline = new Baseline("the same Kestrel answering a constant", constant),
            Goal = headline ? Goal.AtLeast(15_000) : null,
            Headline = headline,
        });
        run.Add(new Measurement("processor time of a verify, client and server" + at, knowns.Processor, "µs")
        {
            Baseline = new Baseline("of a constant answer", constants.Processor),
            Goal = headline ? Goal.RatioAtMost(1.33) : null,
            Headline = headline,
        });
        run.Add(new Measurement("verify, known, warm cache, beside a constant of its length" + at, knownRate, "requests/s")
        {
            Baseline = new Baseline($"the same Kestrel answering a constant of {length:#,0} bytes", longs.Rate),
        });
        run.Add(new Measurement("processor time of a verify, beside a constant of its length" + at, knowns.Processor, "µs")
        {
            Baseline = new Baseline($"of a constant answer of {length:#,0} bytes", longs.Processor),
            Headline = headline,
        });
        run.Add(new Measurement("garbage of a verify, client and server" + at, knowns.Garbage, "bytes")
        {
            Baseline = new Baseline("of a constant answer", constants.Garbage),
            Headline = headline,
        });
        run.Add(new Measurement("storage operations of a verify, warm cache" + at, (operations.Total - before) / (double)knowns.Count, "operations")
        {
            Goal = headline ? Goal.AtMost(1.01) : null,
            Headline = headline,
        });
        run.Add(new Measurement("verify, unknown" + at, (await AskAsync(host, unknown, time)).Rate, "requests/s") { Baseline = new Baseline("the same Kestrel answering a constant", constant) });
        run.Add(new Measurement($"verify, batches of {BatchLength}" + at, BatchLength * (await AskAsync(host, batches, time)).Rate, "digests/s")
        {
            Baseline = new Baseline("one request a digest", knownRate),
            Headline = headline,
        });

        var (_, half) = await LoopbackLoad.RunAsync(host.Port, Connections, warm, time, int.MaxValue, knownRate / 2, cancellationToken);
        run.Add(new Measurement("verify, known, half load, p50" + at, Latencies.Percentile(half, 50), "ms"));
        run.Add(new Measurement("verify, known, half load, p99" + at, Latencies.Percentile(half, 99), "ms") { Goal = Goal.AtMost(10), Headline = headline });
        return (constant, knownRate);

        async Task<Asked> MeasureAsync(byte[][] requests)
        {
            var (started, processor, allocated) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
            var (_, latencies) = await AskAsync(host, requests, time / Rounds);
            return new Asked(latencies.Length, TimeProvider.System.GetElapsedTime(started), Environment.CpuUsage.TotalTime - processor, GC.GetTotalAllocatedBytes() - allocated);
        }

        Task<(double Rate, double[] Latencies)> AskAsync(VerifyHost asked, byte[][] requests, TimeSpan limit) =>
            LoopbackLoad.RunAsync(asked.Port, Connections, requests, limit, int.MaxValue, null, cancellationToken);
    }

    /// <summary>A request for a verdict.</summary>
    public static byte[] Request(Digest digest) => LoopbackLoad.Get(PathOf(digest));

    private static string PathOf(Digest digest) => $"/v1/verify/{digest.Algorithm.Name}/{digest.Hex}";

    private static byte[] Batch(Digest[] digests) => LoopbackLoad.Post(
        "/v1/verify",
        JsonSerializer.SerializeToUtf8Bytes(
            new BatchRequestDocument([.. digests.Select(digest => new DigestDocument(digest.Algorithm.Name, digest.Hex))]),
            DocumentJson.Instance.BatchRequestDocument));

    // Requests that were answered, how long that took, and what it took of this process, which is client and server.
    private readonly record struct Asked(long Count, TimeSpan Elapsed, TimeSpan Spent, long Allocated)
    {
        public double Rate => Count / Elapsed.TotalSeconds;

        public double Processor => Spent.TotalMicroseconds / Count;

        public double Garbage => (double)Allocated / Count;

        public static Asked operator +(Asked left, Asked right) =>
            new(left.Count + right.Count, left.Elapsed + right.Elapsed, left.Spent + right.Spent, left.Allocated + right.Allocated);
    }
}
