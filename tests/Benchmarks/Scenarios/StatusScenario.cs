using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>What it costs to keep the status of a large log, to prove it, and to fetch it; one entry in a thousand is revoked.</summary>
internal sealed class StatusScenario : IScenario
{
    private const int Batch = 1000;
    private const int Repeats = 21;
    private static readonly SequencerOptions AtOnce = new() { CommitInterval = TimeSpan.Zero };

    public string Name => "status";

    public string Title => "the status of all entries: kept, proven, fetched; one in a thousand revoked";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        long[] sizes = run.Quick ? [1000, 100_000] : [1000, 100_000, 10_000_000];
        var log = await SyntheticLog.BuildAsync(sizes, cancellationToken);
        foreach (var size in sizes)
        {
            await ChangeAsync(run, log, size, size == sizes[^1], cancellationToken);
            await StartAsync(run, log, size, size == sizes[^1], cancellationToken);
            await CommitAsync(run, log, size, size == sizes[^1], cancellationToken);
            await FetchAsync(run, log, size, size == sizes[^1], cancellationToken);
        }

        run.Notes.Add("Nodes are read from memory here: operations tell what they would cost on storage, one request each.");
    }

    // The status alone: what a batch of so many issues, or of so many revocations all over the log, adds to what is stored.
    private static async Task ChangeAsync(ScenarioRun run, SyntheticLog log, long size, bool headline, CancellationToken cancellationToken)
    {
        var at = $" at {size:#,0} entries";
        foreach (var (what, changes) in new[] { ("issues", new Dictionary<long, EntryStatus>()), ("revocations all over the log", Revocations(size)) })
        {
            var (milliseconds, reads, bytes) = (new double[Repeats], 0L, 0);
            for (var i = 0; i < Repeats; i++)
            {
                var operations = new OperationCounts();
                using var packs = new PackStore(log.Open(size, operations));
                var known = (await packs.FindAsync(size, cancellationToken))!;
                var before = await PackedStatus.LoadAsync(packs, size - 1, known.Root, cancellationToken);
                var started = TimeProvider.System.GetTimestamp();
                var after = await before.WithAsync(changes, size + Batch, cancellationToken);
                bytes = after.Pack(Entry.OfStatus(size + Batch, after.Root, 0, Uploads.Bank.Since).Encode()).Length;
                milliseconds[i] = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
                reads = operations.Total;
            }

            run.Add(new Measurement($"status after a batch of {Batch:#,0} {what}{at}, p50", Latencies.Percentile(milliseconds, 50), "ms") { Headline = headline });
            run.Add(new Measurement($"pack of a batch of {Batch:#,0} {what}{at}", bytes, "bytes") { Headline = headline });
            run.Add(new Measurement($"reads of packs for a batch of {Batch:#,0} {what}{at}", reads, "operations"));
        }
    }

    // An instance that has just started: what it reads to prove one status, and what it holds when it has proven one in a thousand.
    private static async Task StartAsync(ScenarioRun run, SyntheticLog log, long size, bool headline, CancellationToken cancellationToken)
    {
        var at = $" at {size:#,0} entries";
        var (operations, known) = (new OperationCounts(), log.Known(size));
        var ledger = log.Open(size, operations);
        var milliseconds = new double[Repeats];
        for (var i = 0; i < Repeats; i++)
        {
            operations = new OperationCounts();
            ledger = log.Open(size, operations);
            using var cold = new PackStore(ledger);
            var started = TimeProvider.System.GetTimestamp();
            await Status(cold);
            milliseconds[i] = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
        }

        run.Add(new Measurement("first status of an instance" + at, operations.Total, "operations") { Headline = headline });
        run.Add(new Measurement("first status of an instance, p50" + at, Latencies.Percentile(milliseconds, 50), "ms"));

        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var packs = new PackStore(ledger);
        var status = await Status(packs);
        foreach (var act in known)
            (await status.FindAsync(act.LogIndex, cancellationToken)).PathToArray();
        run.Add(new Measurement($"memory of the status once {known.Count:#,0} entries were proven{at}", (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / 1024, "MiB") { Headline = headline });
        GC.KeepAlive(status);

        async Task<PackedStatus> Status(PackStore store) =>
            await PackedStatus.LoadAsync(store, size - 1, (await store.FindAsync(size, cancellationToken))!.Root, cancellationToken);
    }

    // The sequencer with all that it does, beside the operations of before.
    private static async Task CommitAsync(ScenarioRun run, SyntheticLog log, long size, bool headline, CancellationToken cancellationToken)
    {
        var operations = new OperationCounts();
        var ledger = log.Open(size, operations);
        await using var service = new LeanService(operations, ledger, new LeanContainers(operations), TimeSpan.Zero, AtOnce, log.Key);
        await service.StageAsync(Uploads.Manifest(0, Batch), cancellationToken);
        await service.DrainAllAsync(cancellationToken);
        var (before, packs, issued) = (operations.Total, ledger.PackBytes, operations.Of("issued.insert"));
        await service.StageAsync(Uploads.Manifest(1, Batch), cancellationToken);
        await service.DrainAllAsync(cancellationToken);
        run.Add(new Measurement($"operations of a batch of {Batch:#,0} digests of one manifest, with staging and answers, at {size:#,0} entries", operations.Total - before, "operations") { Headline = headline });
        run.Add(new Measurement($"of these: what was issued before, looked up, at {size:#,0} entries", operations.Of("issued.insert") - issued, "operations"));
        run.Add(new Measurement($"pack of that batch, at {size:#,0} entries", ledger.PackBytes - packs, "bytes"));
    }

    // Over HTTP, as a client gets it.
    private static async Task FetchAsync(ScenarioRun run, SyntheticLog log, long size, bool headline, CancellationToken cancellationToken)
    {
        var at = $" at {size:#,0} entries";
        var operations = new OperationCounts();
        var ledger = log.Open(size, operations);
        await using var host = await VerifyHost.StartAsync(ledger, log.Key, cancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{host.Port}") };
        var first = await SizeAsync("/v1/status", "br");
        run.Add(new Measurement("first fetch of the status" + at, first / 1024.0, "KiB") { Baseline = new Baseline("not compressed", await SizeAsync("/v1/status", null) / 1024.0), Headline = headline });
        run.Add(new Measurement("operations of a first fetch of the status" + at, operations.Total, "operations"));
        run.Add(new Measurement("token status list" + at, await SizeAsync("/v1/statuslist", null) / 1024.0, "KiB"));

        var digest = log.Known(size)[^1].Digest;
        var answer = await client.GetByteArrayAsync($"/v1/verify/{digest.Algorithm.Name}/{digest.Hex}", cancellationToken);
        var receipt = Receipt.Parse(Encoding.UTF8.GetBytes(JsonSerializer.Deserialize(answer, DocumentJson.Instance.VerdictDocument)!.Results[0].Receipt));
        var proof = receipt.Status!;
        var status = JsonSerializer.SerializeToUtf8Bytes(proof).Length * 4 / 3;
        run.Add(new Measurement("answer about one document" + at, answer.Length, "bytes") { Baseline = new Baseline("without the status in it", answer.Length - status), Headline = headline });

        await using var service = new LeanService(operations, ledger, new LeanContainers(operations), TimeSpan.Zero, AtOnce, log.Key);
        var taken = log.Known(size).Where((_, i) => i % 100 == 7).Take(10).ToArray();
        await service.StageAsync(
            new StagedUpload(new BlobVersion(Uploads.Bank.Container, "taken.acts.jsonl", "0x1"), Uploads.Bank, Uploads.Bank.Since, new AnswerForm(UploadKind.ActList, 0), [.. taken.Select((act, i) => new RequestedAct(ActKind.Revoke, i) { Digests = [act.Digest] })]),
            cancellationToken);
        await service.DrainAllAsync(cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, cancellationToken);
        var before = operations.Total;
        run.Add(new Measurement($"later fetch, after {taken.Length} revocations{at}", await SizeAsync($"/v1/status?since={size - 1}", "br") / 1024.0, "KiB") { Headline = headline });
        run.Add(new Measurement("operations of a later fetch" + at, operations.Total - before, "operations"));

        async Task<long> SizeAsync(string path, string? coding)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (coding is not null)
                request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(coding));
            using var response = await client.SendAsync(request, cancellationToken);
            return (await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken)).Length;
        }
    }

    private static Dictionary<long, EntryStatus> Revocations(long size) =>
        Enumerable.Range(0, Batch).Select(i => ((i * size) / Batch) + 1).Where(index => index < size - 1).Distinct().ToDictionary(index => index, _ => EntryStatus.Revoked);
}
