using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;
using TrueCopy.Local.Azurite;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>From process start to the first answer, and what an idle process holds.</summary>
internal sealed partial class StartupScenario : IScenario
{
    public string Name => "startup";

    public string Title => "from process start to the first answer: the local service, and the command line";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("truecopy-startup-").FullName;
        try
        {
            await MeasureServiceAsync(run, folder, cancellationToken);
            await MeasureCliAsync(run, folder, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureServiceAsync(ScenarioRun run, string folder, CancellationToken cancellationToken)
    {
        // The first start installs the emulator and makes keys and log; the second is what happens every day.
        await using (await StartServiceAsync(folder, cancellationToken))
        {
        }

        var started = TimeProvider.System.GetTimestamp();
        await using (await AzuriteFixture.StartAsync(cancellationToken))
        {
        }

        var emulator = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
        started = TimeProvider.System.GetTimestamp();
        await using var service = await StartServiceAsync(folder, cancellationToken);
        using var http = new HttpClient();
        var address = AddressPattern().Match(service.Output).Groups[1].Value;
        await http.GetStringAsync(new Uri(address + "/log/checkpoint"), cancellationToken);
        run.Add(new Measurement("local service, start to first answer", TimeProvider.System.GetElapsedTime(started).TotalMilliseconds, "ms")
        {
            Baseline = new Baseline("the emulator in it, alone, with its tables", emulator),
            Headline = true,
        });
        await Task.Delay(TimeSpan.FromSeconds(run.Scale(5, 1)), TimeProvider.System, cancellationToken);
        run.Add(new Measurement("local service, resident memory at idle", ResidentMebibytes(service.Id), "MiB") { Headline = true });
    }

    private static Task<DotnetProcess> StartServiceAsync(string folder, CancellationToken cancellationToken)
    {
        string[] arguments = ["--port", "0", "--blob-port", "0", "--queue-port", "0", "--table-port", "0", "--witness-port", "0", "--data", Path.Combine(folder, "data")];
        return DotnetProcess.StartAsync(DotnetProcess.Command(typeof(AzuriteProcess).Assembly.Location, arguments), ReadyPattern(), cancellationToken);
    }

    private static async Task MeasureCliAsync(ScenarioRun run, string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "file");
        await File.WriteAllTextAsync(file, "a small file", cancellationToken);
        var native = run.Quick ? null : await PublishAsync(folder, cancellationToken);
        if (native is null && !run.Quick)
            run.Notes.Add("truecopy could not be compiled ahead of time on this machine; the figure for it is that of the .NET runtime.");

        await using var service = await HostAsync(file, cancellationToken);
        string[] verify = ["verify", file, "--service", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{service.Port}")];
        var portable = Path.Combine(AppContext.BaseDirectory, "truecopy.dll");
        List<ProcessStartInfo> commands = [new("openssl", ["dgst", "-sha256", file]), new("dotnet", [portable, "hash", file]), new("dotnet", [portable, .. verify])];
        if (native is not null)
            commands.AddRange([new(native, ["hash", file]), new(native, verify)]);
        foreach (var command in commands)
        {
            (command.RedirectStandardOutput, command.RedirectStandardError) = (true, true);
            command.Environment["XDG_CONFIG_HOME"] = folder;
        }

        // The first turn meets the log and keeps its keys, as nobody does every day.
        await TimesAsync(commands, 1, cancellationToken);
        var medians = await TimesAsync(commands, run.Scale(31, 3), cancellationToken);
        var compared = new Baseline("openssl dgst", medians[0]);
        run.Add(new Measurement("truecopy hash on the .NET runtime, start to end", medians[1], "ms") { Baseline = compared });
        run.Add(new Measurement("truecopy verify of a small file on the .NET runtime, start to end", medians[2], "ms") { Baseline = compared });
        if (native is null)
            return;
        run.Add(new Measurement("truecopy hash, compiled ahead of time, start to end", medians[3], "ms") { Baseline = compared, Headline = true });
        run.Add(new Measurement("truecopy verify of a small file, compiled ahead of time, start to end", medians[4], "ms")
        {
            Baseline = compared,
            Goal = Goal.RatioAtMost(2),
            Headline = true,
        });
        run.Add(new Measurement("truecopy, compiled ahead of time, size", new FileInfo(native).Length / (double)(1 << 20), "MiB"));
    }

    /// <summary>A service that issued a file and does nothing but answer, so that no emulator at work beside it is measured.</summary>
    public static async Task<VerifyHost> HostAsync(string file, CancellationToken cancellationToken)
    {
        var key = LeanService.NewKey();
        var operations = new OperationCounts();
        var ledger = new LeanLedger(operations);
        await using var issuing = new LeanService(operations, ledger, new LeanContainers(operations), TimeSpan.Zero, key: key);
        await using var content = File.OpenRead(file);
        var digest = new Digest(DigestAlgorithm.Sha256, await SHA256.HashDataAsync(content, cancellationToken));
        await issuing.DrainAllAsync(cancellationToken);
        await issuing.StageAsync(Uploads.Document(0, digest), cancellationToken);
        await issuing.DrainAllAsync(cancellationToken);
        return await VerifyHost.StartAsync(ledger, key, cancellationToken);
    }

    // Null where the compiler or the linker that it needs is not there.
    private static async Task<string?> PublishAsync(string folder, CancellationToken cancellationToken)
    {
        var output = Path.Combine(folder, "native");
        string[] arguments = ["publish", RepositoryFolder.At("clients", "Cli"), "-c", "Release", "-p:PublishAot=true", "--use-current-runtime", "-o", output, "-v", "q", "--nologo"];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(4));
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            await reading;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return null;
        }

        var native = Path.Combine(output, OperatingSystem.IsWindows() ? "truecopy.exe" : "truecopy");
        return process.ExitCode == 0 && File.Exists(native) && !File.Exists(Path.Combine(output, "truecopy.dll")) ? native : null;
    }

    /// <summary>Median times of commands that are run in turns, so that what else the machine does weighs on all of them.</summary>
    private static async Task<double[]> TimesAsync(List<ProcessStartInfo> commands, int turns, CancellationToken cancellationToken)
    {
        var times = commands.Select(_ => new List<double>(turns)).ToArray();
        for (var turn = 0; turn < turns; turn++)
        {
            for (var i = 0; i < commands.Count; i++)
                times[i].Add(await TimeAsync(commands[i], cancellationToken));
        }

        return [.. times.Select(measured => Latencies.Percentile([.. measured.Order()], 50))];
    }

    private static async Task<double> TimeAsync(ProcessStartInfo command, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(command)!;
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command.FileName} failed: {error}");
        return TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double ResidentMebibytes(int process)
    {
        using var running = Process.GetProcessById(process);
        return running.WorkingSet64 / (double)(1 << 20);
    }

    [GeneratedRegex("^Ctrl-C")]
    private static partial Regex ReadyPattern();

    [GeneratedRegex(@"ready on (http://\S+)\.")]
    private static partial Regex AddressPattern();
}
