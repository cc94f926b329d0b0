using System.Diagnostics;
using System.Text.RegularExpressions;
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
        var compared = await MedianAsync(new ProcessStartInfo("openssl", ["dgst", "-sha256", file]), cancellationToken);
        var portable = Path.Combine(AppContext.BaseDirectory, "truecopy.dll");
        run.Add(new Measurement("truecopy hash on the .NET runtime, start to end", await MedianAsync(new ProcessStartInfo("dotnet", [portable, "hash", file]), cancellationToken), "ms")
        {
            Baseline = new Baseline("openssl dgst", compared),
        });
        if (run.Quick)
            return;

        var native = await PublishAsync(folder, cancellationToken);
        if (native is null)
        {
            run.Notes.Add("truecopy could not be compiled ahead of time on this machine; the figure for it is that of the .NET runtime.");
            return;
        }

        run.Add(new Measurement("truecopy hash, compiled ahead of time, start to end", await MedianAsync(new ProcessStartInfo(native, ["hash", file]), cancellationToken), "ms")
        {
            Baseline = new Baseline("openssl dgst", compared),
            Headline = true,
        });
        run.Add(new Measurement("truecopy, compiled ahead of time, size", new FileInfo(native).Length / (double)(1 << 20), "MiB"));
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

    private static async Task<double> MedianAsync(ProcessStartInfo command, CancellationToken cancellationToken)
    {
        (command.RedirectStandardOutput, command.RedirectStandardError) = (true, true);
        var times = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            using var process = Process.Start(command)!;
            var error = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{command.FileName} failed: {error}");
            times.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
        }

        return Latencies.Percentile([.. times.Order()], 50);
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
