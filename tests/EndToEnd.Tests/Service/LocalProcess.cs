using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using TrueCopy.AzureStorage;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>The local service as a process of its own, on free ports, as a user starts it.</summary>
internal sealed partial class LocalProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LocalProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The service stopped: {Output}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Address { get; private set; } = "";

    public string Inbox { get; private set; } = "";

    public string Output => string.Join('\n', _output);

    /// <summary>Highest resident memory so far, in bytes (Linux).</summary>
    public long PeakMemory => long.Parse(
        PeakPattern().Match(File.ReadAllText($"/proc/{_process.Id}/status")).Groups[1].Value,
        System.Globalization.CultureInfo.InvariantCulture) * 1024;

    public StorageAccounts Accounts => StorageAccounts.Connect(Inbox, Inbox);

    public static ProcessStartInfo Command(params string[] arguments) =>
        new("dotnet", [typeof(Local.LocalService).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    public static async Task<LocalProcess> StartAsync(string dataFolder, params string[] more)
    {
        string[] ports = ["--port", "0", "--blob-port", "0", "--queue-port", "0", "--table-port", "0"];
        var service = new LocalProcess(Process.Start(Command([.. ports, "--data", dataFolder, .. more]))!);
        await service._ready.Task.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
        return service;
    }

    /// <summary>Ctrl-C, or a service manager's stop.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await StopAsync();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (AddressPattern().Match(line) is { Success: true } address)
            Address = address.Groups[1].Value;
        if (InboxPattern().Match(line) is { Success: true } inbox)
            Inbox = inbox.Groups[1].Value;
        if (line.StartsWith("Ctrl-C", StringComparison.Ordinal))
            _ready.TrySetResult();
    }

    [GeneratedRegex(@"ready on (http://\S+)\.")]
    private static partial Regex AddressPattern();

    [GeneratedRegex("--inbox '([^']+)'")]
    private static partial Regex InboxPattern();

    [GeneratedRegex(@"VmHWM:\s+(\d+) kB")]
    private static partial Regex PeakPattern();
}
