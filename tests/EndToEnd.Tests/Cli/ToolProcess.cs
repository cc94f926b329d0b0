using System.Diagnostics;
using System.Reflection;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary><c>truecopy</c> as a process, in one of the forms in which it is published.</summary>
internal sealed record ToolProcess(string Path, string ConfigFolder)
{
    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } = typeof(ToolProcess).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The one that was built beside these tests: it needs the runtime.</summary>
    public static string Built => System.IO.Path.Combine(AppContext.BaseDirectory, "truecopy");

    public Task<ToolRun> RunAsync(params IEnumerable<string> arguments) =>
        RunAsync(new ProcessStartInfo(Path, arguments) { Environment = { ["XDG_CONFIG_HOME"] = ConfigFolder } });

    /// <summary>Runs a program to its end.</summary>
    public static async Task<ToolRun> RunAsync(ProcessStartInfo command, byte[]? input = null)
    {
        var run = await FinishedProcess.RunAsync(command, TestContext.Current.CancellationToken, input);
        return new ToolRun(run.ExitCode, run.Output, run.Error);
    }

    /// <summary>Runs the SDK in the repository's folder, and fails with what it said if it failed.</summary>
    public static async Task DotnetAsync(string folder, params string[] arguments)
    {
        var run = await RunAsync(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, Environment = { ["DOTNET_TieredPGO"] = "0" } });
        Assert.True(run.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {run.Output}{run.Error}");
    }

    /// <summary>Median time of a start that does next to nothing.</summary>
    public async Task<TimeSpan> StartUpAsync(int times)
    {
        var measured = new List<TimeSpan>();
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            Assert.Equal(0, (await RunAsync("--version")).ExitCode);
            measured.Add(Stopwatch.GetElapsedTime(began));
        }

        measured.Sort();
        return measured[times / 2];
    }
}
