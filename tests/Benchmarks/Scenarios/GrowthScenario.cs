using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>What one more act costs, in bytes and operations, once the log has a thousand entries, or ten million.</summary>
internal sealed class GrowthScenario : IScenario
{
    private const int Batch = 100;
    private static readonly SequencerOptions AtOnce = new() { CommitInterval = TimeSpan.Zero };

    public string Name => "growth";

    public string Title => "bytes and operations of an act as the log grows, batches of 100 documents";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        long[] sizes = run.Quick ? [1000, 10_000] : [1000, 10_000, 100_000, 1_000_000, 10_000_000];
        var batches = run.Scale(40, 5);
        var log = await SyntheticLog.BuildAsync(sizes, cancellationToken);
        var names = new[] { "public log", "private journal", "index", "receipt" };
        var bytes = names.Select(_ => new List<Point>()).ToArray();
        var operations = new List<Point>();
        foreach (var size in sizes)
        {
            var (counts, totals) = await AppendAsync(log, size, batches, cancellationToken);
            for (var i = 0; i < names.Length; i++)
            {
                run.Add(new Measurement($"{names[i]}, an act at {size:#,0} entries", totals[i], "bytes"));
                bytes[i].Add(new Point(size, totals[i]));
            }

            operations.Add(new Point(size, counts));
            run.Add(new Measurement($"storage and signing operations of an act at {size:#,0} entries", counts, "operations")
            {
                Baseline = size == sizes[0] ? null : new Baseline($"at {sizes[0]:#,0} entries", operations[0].Y),
                Goal = size == sizes[^1] ? Goal.RatioAtMost(1.1) : null,
                Headline = size == sizes[^1],
            });
        }

        run.Charts.Add(new Chart("growth-bytes.svg", "Bytes stored for one more act, in batches of 100", "entries in the log", "bytes", [.. names.Zip(bytes, (name, points) => new Series(name, points))]));
        run.Charts.Add(new Chart("growth-operations.svg", "Operations for one more act, in batches of 100", "entries in the log", "operations", [new Series("operations", operations)]));
        run.Notes.Add("Bytes as written: a partial tile or bundle counts each time, in the log and in the journal. A proof is one hash longer each time the log doubles.");
    }

    private static async Task<(double Operations, double[] Bytes)> AppendAsync(SyntheticLog log, long size, int batches, CancellationToken cancellationToken)
    {
        var operations = new OperationCounts();
        var ledger = log.Open(size, operations);
        var outbox = new LeanContainers(operations);
        await using var service = new LeanService(operations, ledger, outbox, TimeSpan.Zero, AtOnce, log.Key);
        await AppendBatchAsync(0);
        double[] Bytes() => [ledger.PublicBytes, ledger.PrivateBytes, ledger.IndexBytes, outbox.Bytes];
        var (before, bytesBefore) = (operations.Total, Bytes());
        for (var batch = 1; batch <= batches; batch++)
            await AppendBatchAsync(batch);
        var acts = (double)batches * Batch;
        return ((operations.Total - before) / acts, [.. Bytes().Zip(bytesBefore, (after, earlier) => (after - earlier) / acts)]);

        async Task AppendBatchAsync(int batch)
        {
            for (var i = 0; i < Batch; i++)
                await service.StageAsync(Uploads.Document((batch * Batch) + i), cancellationToken);
            await service.DrainAllAsync(cancellationToken);
        }
    }
}
