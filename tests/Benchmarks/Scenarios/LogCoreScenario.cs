using System.Security.Cryptography;
using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>Appends entries to a log in memory, against the bare cost of the hashes that any Merkle log needs.</summary>
internal sealed class LogCoreScenario : IScenario
{
    private const int EntryLength = 200;
    private static readonly int[] Batches = [1, 10, 100, 1000, 10_000];

    public string Name => "log-core";

    public string Title => "append entries of 200 bytes to the log in memory, one thread";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var count = run.Scale(1_000_000, 50_000);
        var bare = Bare(count / 4);
        bare = Math.Min(bare, Bare(count));
        var points = new List<Point>();
        foreach (var batch in Batches)
        {
            await AppendAsync(Math.Min(count, 50_000), batch, cancellationToken);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = TimeProvider.System.GetTimestamp();
            await AppendAsync(count, batch, cancellationToken);
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;
            points.Add(new Point(batch, count / seconds));
            run.Add(new Measurement($"log entries appended, batches of {batch:#,0}", count / seconds, "entries/s")
            {
                Goal = batch == 1000 ? Goal.AtLeast(500_000) : null,
                Headline = batch == 1000,
            });
            run.Add(new Measurement($"time of an entry, batches of {batch:#,0}", 1e9 * seconds / count, "ns")
            {
                Baseline = new Baseline("its 2 SHA-256 calls alone", bare),
                Goal = batch == 1000 ? Goal.RatioAtMost(3) : null,
                Headline = batch == 1000,
            });
            run.Add(new Measurement($"allocated for an entry, batches of {batch:#,0}", allocated, "bytes"));
        }

        run.Charts.Add(new Chart("log-core.svg", "Log entries appended a second, one thread", "batch", "entries/s", [new Series("TrueCopy", points), new Series("bare SHA-256", [.. Batches.Select(batch => new Point(batch, 1e9 / bare))])]));
    }

    // Same thread throughout: the lean ports complete synchronously.
    private static async Task AppendAsync(int count, int batch, CancellationToken cancellationToken)
    {
        var ledger = new LeanLedger(new OperationCounts());
        var log = new LogStore(ledger);
        var entry = new byte[EntryLength];
        var tip = new RightEdge();
        for (var done = 0; done < count; done += batch)
        {
            var edge = tip.Clone();
            for (var i = done; i < Math.Min(count, done + batch); i++)
            {
                BitConverter.TryWriteBytes(entry, i);
                edge.Append(entry);
            }

            edge.Root();
            foreach (var tile in edge.TakeTiles())
            {
                await log.WriteAsync(tile, cancellationToken);
                if (tile.Id.IsPartial || tile.Id.IsEntries)
                    ledger.Remove(new BlobAddress(StorageNames.LogContainer, tile.Id.ToPath()));
            }

            tip = edge;
        }
    }

    // One leaf hash and, amortised, one node hash an entry, in nanoseconds.
    private static double Bare(int count)
    {
        Span<byte> leaf = stackalloc byte[1 + EntryLength];
        Span<byte> node = stackalloc byte[65];
        Span<byte> hash = stackalloc byte[32];
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            BitConverter.TryWriteBytes(leaf, i);
            SHA256.HashData(leaf, hash);
            hash.CopyTo(node);
            SHA256.HashData(node, hash);
        }

        return TimeProvider.System.GetElapsedTime(started).TotalNanoseconds / count;
    }
}
