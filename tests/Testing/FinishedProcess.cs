using System.Diagnostics;

namespace TrueCopy.Testing;

/// <summary>A program that was run to its end.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it printed to the other stream.</param>
public sealed record FinishedProcess(int ExitCode, string Output, string Error)
{
    /// <summary>Runs it.</summary>
    /// <param name="command">The program, what it is given, and where it runs.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="input">What it finds on its standard input; null for what this process has there.</param>
    public static async Task<FinishedProcess> RunAsync(ProcessStartInfo command, CancellationToken cancellationToken, byte[]? input = null)
    {
        command.RedirectStandardOutput = command.RedirectStandardError = true;
        command.RedirectStandardInput = input is not null;
        using var process = Process.Start(command)!;
        await using var stopped = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        if (input is not null)
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }

        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new FinishedProcess(process.ExitCode, await output, await error);
    }
}
