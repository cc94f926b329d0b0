using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TrueCopy.Testing;

/// <summary>A program of this solution as a process of its own; what it prints is kept.</summary>
public sealed class DotnetProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Regex _readyLine;

    private DotnetProcess(Process process, Regex readyLine)
    {
        _process = process;
        _readyLine = readyLine;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The program stopped: {Output}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it printed so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Ends with the line that says that it is ready; fails if it stops before.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>How it is started: it lives for seconds, so only what is called very often is compiled a second time.</summary>
    public static ProcessStartInfo Command(string assembly, params IEnumerable<string> arguments) => new("dotnet", [assembly, .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["DOTNET_TC_CallCountThreshold"] = "400" },
    };

    /// <summary>Starts it.</summary>
    public static DotnetProcess Start(ProcessStartInfo command, Regex readyLine) => new(Process.Start(command)!, readyLine);

    /// <summary>Starts it and waits for the line that says that it is ready.</summary>
    public static async Task<DotnetProcess> StartAsync(ProcessStartInfo command, Regex readyLine, CancellationToken cancellationToken)
    {
        var started = Start(command, readyLine);
        await started._ready.Task.WaitAsync(Wait.Limit, cancellationToken);
        return started;
    }

    /// <summary>SIGKILL: it has no say in it. Waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Ctrl-C, or a service manager's stop; waits until it is gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(Wait.Limit, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await StopAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (_readyLine.IsMatch(line))
            _ready.TrySetResult();
    }
}
