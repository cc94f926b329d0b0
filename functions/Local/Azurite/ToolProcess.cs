using System.ComponentModel;
using System.Diagnostics;

namespace TrueCopy.Local.Azurite;

/// <summary>Runs Node's tools to their end.</summary>
internal static class ToolProcess
{
    /// <summary>Runs a program and returns its exit code and everything that it printed.</summary>
    /// <exception cref="Win32Exception">There is no such program on the PATH.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        string folder,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
