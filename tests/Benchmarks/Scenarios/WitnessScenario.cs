using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>What two witnesses 30 ms away cost: in turns with and without them, in one run.</summary>
internal sealed class WitnessScenario : IScenario
{
    private static readonly TimeSpan Away = TimeSpan.FromMilliseconds(30);
    private const int Load = 20;
    private const int Size = 10_000;
    private const int Connections = 32;

    public string Name => "witnesses";

    public string Title => "two witnesses 30 ms away, both of which the policy asks for, beside none";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var (alone, witnessed) = (new List<double>(), new List<double>());
        for (var round = 0; round < run.Scale(3, 1); round++)
        {
            alone.Add(await StagedToReceiptAsync(null, run, cancellationToken));
            using var witnesses = new DistantWitnesses(LeanService.NewKey(), Away);
            witnessed.Add(await StagedToReceiptAsync(witnesses, run, cancellationToken));
        }

        run.Add(new Measurement($"staged to receipt at {Load} acts/s with two witnesses, p50", Median(witnessed), "ms")
        {
            Baseline = new Baseline("without witnesses", Median(alone)),
            Headline = true,
        });
        await VerifyAsync(run, cancellationToken);
    }

    private static async Task<double> StagedToReceiptAsync(DistantWitnesses? witnesses, ScenarioRun run, CancellationToken cancellationToken)
    {
        var (_, latencies) = await SequencerScenario.OfferAsync(Load, TimeSpan.FromSeconds(run.Scale(15, 3)), witnesses, cancellationToken);
        return Latencies.Percentile(latencies, 50);
    }

    private static async Task VerifyAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var log = await SyntheticLog.BuildAsync([Size], cancellationToken);
        using var witnesses = new DistantWitnesses(log.Key, TimeSpan.Zero);
        var cosigned = await witnesses.CosignAsync(log.CheckpointAt(Size), cancellationToken);
        await using var bare = await VerifyHost.StartAsync(log.Open(Size, new OperationCounts()), log.Key, cancellationToken);
        await using var witnessed = await VerifyHost.StartAsync(log.Open(Size, new OperationCounts(), cosigned), log.Key, cancellationToken);
        byte[][] requests = [.. log.Known(Size).Take(500).Select(act => VerifyScenario.Request(act.Digest))];
        using (var http = new HttpClient())
        {
            foreach (var (host, lines) in new[] { (bare, 1), (witnessed, 3) })
            {
                var act = log.Known(Size)[0];
                var answer = await http.GetStringAsync(new Uri($"http://127.0.0.1:{host.Port}/v1/verify/{act.Digest.Algorithm.Name}/{act.Digest.Hex}"), cancellationToken);
                if (answer.Split("\\n— ").Length - 1 != lines * 2 || !answer.Contains("\"verified\"", StringComparison.Ordinal))
                    throw new InvalidOperationException($"What is measured is not a verdict with {lines} signatures: {answer}");
            }
        }

        var (before, after) = (new List<double>(), new List<double>());
        for (var round = 0; round < run.Scale(7, 3); round++)
        {
            before.Add(await RateAsync(bare));
            after.Add(await RateAsync(witnessed));
        }

        run.Add(new Measurement("verify, cosigned by two", Median(after), "requests/s")
        {
            Baseline = new Baseline("signed by the log alone", Median(before)),
            Goal = Goal.RatioAtLeast(0.95),
            Headline = true,
        });
        run.Add(new Measurement("a checkpoint, cosigned by two", cosigned.Note.Length, "bytes") { Baseline = new Baseline("signed by the log alone", log.CheckpointAt(Size).Note.Length) });

        async Task<double> RateAsync(VerifyHost host) =>
            (await LoopbackLoad.RunAsync(host.Port, Connections, requests, TimeSpan.FromSeconds(run.Scale(3, 1)), int.MaxValue, null, cancellationToken)).Rate;
    }

    private static double Median(IEnumerable<double> values) => Latencies.Percentile([.. values.Order()], 50);
}
