using TrueCopy.Benchmarks.Reporting;
using TrueCopy.Benchmarks.Scenarios;

namespace TrueCopy.Benchmarks;

/// <summary>Runs scenarios by name, prints their figures and writes them as JSON and charts.</summary>
internal static class ScenarioRunner
{
    private const string ResultsPath = "tests/Benchmarks/results";

    private static readonly IScenario[] Scenarios =
    [
        new LogCoreScenario(),
        new SequencerScenario(),
        new EndToEndScenario(),
        new VerifyScenario(),
        new StatusScenario(),
        new WitnessScenario(),
        new HashingScenario(),
        new StartupScenario(),
        new GrowthScenario(),
        new SimulateScenario(),
        new PeerScenario(),
    ];

    /// <summary>Runs the scenarios that are named, or all.</summary>
    /// <param name="arguments">Names, <c>--quick</c>, <c>--results FOLDER</c>, <c>--url URL</c> of a server beside which <c>peer</c> is to run.</param>
    /// <param name="output">Where the table goes.</param>
    /// <param name="cancellationToken">Stops between and within scenarios.</param>
    /// <returns>The exit code: 2 for a name that is none, or an address that cannot be used.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var quick = arguments.Contains("--quick");
        var folder = ValueOf("--results") ?? (quick ? null : RepositoryFolder.At(ResultsPath));
        string[] names = [.. arguments.Where((argument, i) => !argument.StartsWith("--", StringComparison.Ordinal) && (i == 0 || arguments[i - 1] is not ("--results" or "--url")))];
        if (names.FirstOrDefault(name => Scenarios.All(scenario => scenario.Name != name)) is { } unknown)
        {
            await output.WriteLineAsync($"No scenario is called {unknown}. There are: {string.Join(", ", Scenarios.Select(scenario => scenario.Name))}.");
            return 2;
        }

        // Nobody but this machine is loaded.
        var url = ValueOf("--url");
        var peer = Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http", IsLoopback: true } ? address : null;
        if (url is not null && peer is null || peer is null && Scenarios.Any(scenario => scenario.NeedsPeer && names.Contains(scenario.Name)))
        {
            await output.WriteLineAsync("--url is the http address on this machine at which a server takes an entry a request, such as http://127.0.0.1:2025/add.");
            return 2;
        }

        foreach (var scenario in Scenarios.Where(scenario => names.Length == 0 ? !scenario.NeedsPeer || peer is not null : names.Contains(scenario.Name)))
        {
            var started = TimeProvider.System.GetTimestamp();
            await output.WriteLineAsync($"{scenario.Name}: {scenario.Title}");
            var machine = Machine.This();
            var run = new ScenarioRun(quick, output) { Peer = peer };
            await scenario.RunAsync(run, cancellationToken);
            var report = new ScenarioReport(scenario.Name, scenario.Title, machine, TimeProvider.System.GetUtcNow(), quick, run.Measurements, run.Charts, run.Notes);
            if (folder is not null)
                await report.WriteAsync(folder, cancellationToken);
            foreach (var note in run.Notes)
                await output.WriteLineAsync($"  {note}");
            await output.WriteLineAsync($"  ({TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s)\n");
        }

        return 0;

        string? ValueOf(string option) => Array.IndexOf(arguments, option) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }

    /// <summary>Puts the results into docs/benchmarks.md.</summary>
    public static async Task<int> WritePageAsync(CancellationToken cancellationToken)
    {
        var path = RepositoryFolder.At("docs", "benchmarks.md");
        var block = BenchmarksPage.Render(ScenarioReport.ReadAll(RepositoryFolder.At(ResultsPath)), $"../{ResultsPath}");
        var page = await File.ReadAllTextAsync(path, cancellationToken);
        await File.WriteAllTextAsync(path, BenchmarksPage.Replace(page, block), cancellationToken);
        return 0;
    }
}
