using System.Collections.Concurrent;
using System.Diagnostics;

namespace TrueCopy.Local.Azurite;

/// <summary>An Azurite that belongs to this process and does not outlive it, however it ends.</summary>
public sealed class AzuriteProcess : IAsyncDisposable
{
    private const int Attempts = 5;
    private const int TailLines = 40;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(12);

    private readonly Process _process;
    private readonly AzuriteOptions _options;
    private readonly ConcurrentQueue<string> _tail = new();

    private AzuriteProcess(Process process, AzuriteOptions options)
    {
        _process = process;
        _options = options;
        process.OutputDataReceived += (_, line) => Remember(line.Data);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The operating system's id of the process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Installs Azurite if need be, starts it, and returns when all three services answer.</summary>
    /// <exception cref="AzuriteException">It cannot be installed or started, or a port is taken.</exception>
    public static async Task<AzuriteProcess> StartAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        var command = await AzuriteInstallation.EnsureAsync(cancellationToken);
        if (options.Location is not null)
        {
            Directory.CreateDirectory(options.Location);
            await DataFolder.WaitUntilFreeAsync(options.Location, StopTime, cancellationToken);
        }

        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        foreach (var port in new[] { options.BlobPort, options.QueuePort, options.TablePort }.Where(port => port != 0))
        {
            if (LoopbackPorts.IsTaken(port))
                throw new AzuriteException(Taken(port, await LoopbackPorts.ServerAsync(http, port, cancellationToken)));
        }

        // A port that is free now may be taken a moment later; only ports of our own choice are worth another try.
        for (var attempt = 1; ; attempt++)
        {
            var chosen = options with
            {
                BlobPort = options.BlobPort != 0 ? options.BlobPort : LoopbackPorts.Free(),
                QueuePort = options.QueuePort != 0 ? options.QueuePort : LoopbackPorts.Free(),
                TablePort = options.TablePort != 0 ? options.TablePort : LoopbackPorts.Free(),
            };
            var azurite = Start(command, chosen);
            try
            {
                await azurite.WaitUntilReadyAsync(http, cancellationToken);
                return azurite;
            }
            catch (AzuriteException) when (attempt < Attempts && chosen != options)
            {
                await azurite.DisposeAsync();
            }
            catch
            {
                await azurite.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>How it was started, with the ports that were chosen.</summary>
    public AzuriteOptions Options => _options;

    /// <summary>Connection string of one of its accounts.</summary>
    public string ConnectionString(AzuriteAccount account) =>
        account.ConnectionString(_options.BlobPort, _options.QueuePort, _options.TablePort);

    /// <summary>Ends it at once, as a crash would.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Lets it write what it holds, then ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(StopTime);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static AzuriteProcess Start(IReadOnlyList<string> command, AzuriteOptions options)
    {
        string[] arguments =
        [
            .. command,
            "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            "--blobHost", "127.0.0.1", "--blobPort", $"{options.BlobPort}",
            "--queueHost", "127.0.0.1", "--queuePort", $"{options.QueuePort}",
            "--tableHost", "127.0.0.1", "--tablePort", $"{options.TablePort}",
            .. options.Location is null ? ["--inMemoryPersistence"] : new[] { "--location", options.Location },
        ];
        var start = new ProcessStartInfo("node", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', options.Accounts.Select(account => $"{account.Name}:{account.Key}"));
        var process = Process.Start(start)!;
        if (options.Location is not null)
            DataFolder.Take(options.Location, process);
        return new AzuriteProcess(process, options);
    }

    private async Task WaitUntilReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Poll);
        foreach (var (port, server) in new[]
                 {
                     (_options.BlobPort, "Azurite-Blob"),
                     (_options.QueuePort, "Azurite-Queue"),
                     (_options.TablePort, "Azurite-Table"),
                 })
        {
            while (await LoopbackPorts.ServerAsync(http, port, cancellationToken) is not { } answer || !answer.StartsWith(server, StringComparison.Ordinal))
            {
                if (_process.HasExited)
                    throw new AzuriteException($"Azurite stopped at once (exit code {_process.ExitCode}). It said:\n{string.Join('\n', _tail)}");
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    private static string Taken(int port, string? server) => server?.StartsWith("Azurite", StringComparison.Ordinal) == true
        ? $"Another Azurite listens on port {port} already. Stop it, use it with --azurite none --connection 'UseDevelopmentStorage=true', or choose other ports with --blob-port, --queue-port and --table-port."
        : $"Port {port}, which Azurite needs, is taken by another program. Stop it, or choose other ports with --blob-port, --queue-port and --table-port.";

    private void Remember(string? line)
    {
        if (line is null)
            return;
        _tail.Enqueue(line);
        while (_tail.Count > TailLines && _tail.TryDequeue(out _))
        {
        }
    }
}
