using System.Diagnostics;

namespace TrueCopy.Testing;

/// <summary>A program that was run to its end.</summary>
/// <param name="Status">Its exit code.</param>
/// <param name="Output">What it printed, errors after the rest.</param>
public sealed record FinishedProcess(int Status, string Output)
{
    /// <summary>Runs it.</summary>
    /// <param name="file">The program.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">What is set for it beside what it inherits.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<FinishedProcess> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string folder,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        var command = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            command.Environment[name] = value;
        using var process = Process.Start(command)!;
        await using var stopped = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new FinishedProcess(process.ExitCode, await output + await errors);
    }
}
