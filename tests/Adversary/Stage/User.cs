using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Cli;
using TrueCopy.Cli.Trust;

namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>What a run of <c>truecopy</c> left behind.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Run(int ExitCode, string Output, string Error)
{
    public string Text => Output + Error;
}

/// <summary>A person with a fresh account, the tool, and some files.</summary>
internal sealed class User(Uri service) : IDisposable
{
    /// <summary>What a process is ended with that throws past its own handlers.</summary>
    private const int Crashed = 134;

    private readonly TempFolder _folder = new();

    public string At(string name) => _folder.At(name);

    public string File(string name, byte[] content) => _folder.File(name, content);

    private string KnownLogs => _folder.At("config/truecopy/known-logs.json");

    /// <summary>Runs the tool in this process, or the earlier build's as one of its own.</summary>
    public async Task<Run> RunAsync(params string[] arguments)
    {
        if (Build.Attacked.IsEarlier)
            return await RunProcessAsync(arguments);
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var network = TrueCopy.Cli.Network.Open();
        try
        {
            var terminal = new Terminal(output, error, color: false, interactive: false);
            var exitCode = await CommandLine.RunAsync(arguments, terminal, network, new KnownLogs(KnownLogs), TimeProvider.System, TestContext.Current.CancellationToken);
            return new Run(exitCode, output.ToString(), error.ToString());
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new Run(Crashed, output.ToString(), $"{error}Unhandled exception. {exception}");
        }
    }

    /// <summary>Runs the tool as a process.</summary>
    public async Task<Run> RunProcessAsync(params string[] arguments)
    {
        var command = new ProcessStartInfo("dotnet", [Build.Attacked.Cli, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["XDG_CONFIG_HOME"] = At("config"), ["XDG_DATA_HOME"] = At("data"), ["HOME"] = At("home") },
        };
        using var process = Process.Start(command)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Run(process.ExitCode, await output, await error);
    }

    public Task<Run> VerifyAsync(string file, params string[] more) => RunAsync(["verify", file, "--service", service.ToString(), .. more]);

    /// <summary>How long the log was that this user has seen, which may have grown since.</summary>
    public long SeenSize => Checkpoint.Parse(SignedNote.Parse(Encoding.UTF8.GetBytes(
        JsonNode.Parse(System.IO.File.ReadAllText(KnownLogs))!["logs"]![0]!["checkpoint"]!.GetValue<string>())).Text).Size;

    /// <summary>The last run was so long ago: everything that this user's files say of times is set back.</summary>
    public void LetPass(TimeSpan time)
    {
        var known = JsonNode.Parse(System.IO.File.ReadAllText(KnownLogs))!;
        SetBack(known, time);
        System.IO.File.WriteAllText(KnownLogs, known.ToJsonString());
    }

    public void Dispose() => _folder.Dispose();

    private static void SetBack(JsonNode node, TimeSpan time)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToArray())
                {
                    if (value is JsonValue && value.GetValueKind() == JsonValueKind.String && DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, out var at))
                        members[name] = (at - time).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
                    else if (value is not null)
                        SetBack(value, time);
                }

                break;
            case JsonArray items:
                foreach (var item in items.OfType<JsonNode>())
                    SetBack(item, time);
                break;
        }
    }
}
