using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>What a run of <c>truecopy</c> left behind.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error);

/// <summary>Runs <c>truecopy</c> in this process.</summary>
internal static class Tool
{
    public static async Task<ToolRun> RunAsync(HttpMessageHandler network, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error, color: false, interactive: false);
        var exitCode = await CommandLine.RunAsync(arguments, terminal, network, TestContext.Current.CancellationToken);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    public static async Task<ToolRun> RunAsync(params string[] arguments)
    {
        using var network = new HttpClientHandler();
        return await RunAsync(network, arguments);
    }
}
