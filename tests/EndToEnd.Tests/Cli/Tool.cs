using TrueCopy.Admin;
using TrueCopy.Cli;
using TrueCopy.Cli.Trust;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>What a run of <c>truecopy</c> left behind.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error);

/// <summary>Runs <c>truecopy</c> in this process, as a user who never ran it before unless told otherwise.</summary>
internal static class Tool
{
    public static Task<ToolRun> RunAsync(HttpMessageHandler network, KnownLogs known, params string[] arguments) =>
        RunAsync(network, known, (output, error) => new Terminal(output, error, color: false, interactive: false), arguments);

    /// <summary>Runs it on a terminal of the caller's making.</summary>
    public static async Task<ToolRun> RunAsync(HttpMessageHandler network, KnownLogs known, Func<TextWriter, TextWriter, Terminal> make, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = make(output, error);
        var time = network is StubService service ? service.Clock : TimeProvider.System;
        var exitCode = await CommandLine.RunAsync(arguments, terminal, network, known, time, TestContext.Current.CancellationToken);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    public static async Task<ToolRun> RunAsync(HttpMessageHandler network, params string[] arguments)
    {
        using var folder = new TempFolder();
        return await RunAsync(network, KnownIn(folder), arguments);
    }

    public static async Task<ToolRun> RunAsync(params string[] arguments)
    {
        using var network = Network.Open();
        return await RunAsync(network, arguments);
    }

    /// <summary>Runs <c>truecopy-admin</c>.</summary>
    public static async Task<ToolRun> AdminAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error, color: false, interactive: false);
        var exitCode = await CommandLine.RunAsync(AdminCommands.Tool, AdminCommands.Create(terminal, TimeProvider.System), arguments, terminal, TestContext.Current.CancellationToken);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>A user's file of known logs, for runs that follow each other.</summary>
    public static KnownLogs KnownIn(TempFolder folder) => new(folder.At("config/truecopy/known-logs.json"));
}
