using System.ComponentModel;
using System.Diagnostics;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>Hashes a long file as intake does, beside the tools that people hash with.</summary>
internal sealed class HashingScenario : IScenario
{
    private const int Turns = 3;

    public string Name => "hashing";

    public string Title => "hash a stream as intake does, beside openssl and sha256sum";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        // Without holes filled, the file costs no disk; what is hashed makes no difference to the time.
        var path = Path.GetTempFileName();
        try
        {
            foreach (var algorithm in DigestAlgorithm.All)
            {
                var mebibytes = run.Scale(algorithm == DigestAlgorithm.Sha256 ? 4096 : algorithm == DigestAlgorithm.Sm3 ? 256 : 1024, 64);
                await using (var file = File.Open(path, FileMode.Create))
                    file.SetLength((long)mebibytes << 20);
                await MeasureAsync(run, path, mebibytes, algorithm, cancellationToken);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task MeasureAsync(ScenarioRun run, string path, int mebibytes, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        // In turns, so that what else the machine does weighs on both.
        await RateAsync(path, algorithm, cancellationToken);
        var (own, other) = (new List<double>(), new List<double>());
        for (var turn = 0; turn < Turns; turn++)
        {
            if (await ToolAsync(run, mebibytes, "openssl", ["dgst", "-" + algorithm.ToolName, path], cancellationToken) is { } rate)
                other.Add(rate);
            own.Add(await RateAsync(path, algorithm, cancellationToken));
        }

        var ours = MedianOf(own);
        run.Add(new Measurement($"{algorithm} of {Figures.Format(mebibytes)} MiB", ours, "MiB/s")
        {
            Baseline = other.Count > 0 ? new Baseline("openssl dgst", MedianOf(other)) : null,
            Goal = other.Count > 0 ? Goal.RatioAtLeast(0.95) : null,
            Headline = true,
        });
        if (algorithm == DigestAlgorithm.Sha256 && await ToolAsync(run, mebibytes, "sha256sum", [path], cancellationToken) is { } coreutils)
            run.Add(new Measurement("sha-256, again", ours, "MiB/s") { Baseline = new Baseline("sha256sum", coreutils) });
    }

    private static double MedianOf(IEnumerable<double> rates) => Latencies.Percentile([.. rates.Order()], 50);

    private static async Task<double> RateAsync(string path, DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var started = TimeProvider.System.GetTimestamp();
        await StreamDigest.ComputeAsync(file, [algorithm], progress: null, cancellationToken);
        return (file.Length >> 20) / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double?> ToolAsync(ScenarioRun run, int mebibytes, string tool, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            var started = TimeProvider.System.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode == 0)
                return mebibytes / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            run.Notes.Add($"{tool} {arguments[0]} does not know the algorithm.");
            return null;
        }
        catch (Win32Exception)
        {
            run.Notes.Add($"{tool} is not installed.");
            return null;
        }
    }
}
