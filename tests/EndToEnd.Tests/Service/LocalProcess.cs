using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TrueCopy.AzureStorage;
using TrueCopy.Local.Azurite;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>The local service as a process of its own, on free ports, as a user starts it.</summary>
internal sealed partial class LocalProcess : IRunningService
{
    private readonly DotnetProcess _process;

    private LocalProcess(DotnetProcess process) => _process = process;

    public string Address => AddressPattern().Match(Output).Groups[1].Value;

    public string Inbox => InboxPattern().Match(Output).Groups[1].Value;

    public string Output => _process.Output;

    public bool HasExited => _process.HasExited;

    /// <summary>Highest resident memory so far, in bytes (Linux).</summary>
    public long PeakMemory =>
        long.Parse(PeakPattern().Match(File.ReadAllText($"/proc/{_process.Id}/status")).Groups[1].Value, CultureInfo.InvariantCulture) * 1024;

    /// <summary>Inbox and ledger, which are two accounts of one Azurite where the service started it.</summary>
    public StorageAccounts Accounts => StorageAccounts.Connect(
        Inbox,
        Inbox.Replace(AzuriteAccount.Inbox.Name, AzuriteAccount.Ledger.Name, StringComparison.Ordinal).Replace(AzuriteAccount.Inbox.Key, AzuriteAccount.Ledger.Key, StringComparison.Ordinal));

    public static ProcessStartInfo Command(params string[] arguments) => DotnetProcess.Command(typeof(Local.LocalService).Assembly.Location, arguments);

    /// <summary>Starts it, without waiting until it is ready; without witnesses, unless a test asks for them.</summary>
    public static LocalProcess Start(string dataFolder, params string[] more) => Start(dataFolder, new Dictionary<string, string>(), more);

    /// <summary>Starts it in an environment.</summary>
    public static LocalProcess Start(string dataFolder, IReadOnlyDictionary<string, string> environment, params string[] more)
    {
        if (!more.Contains("--witnesses"))
            more = [.. more, "--witnesses", "0"];
        string[] ports = ["--port", "0", "--blob-port", "0", "--queue-port", "0", "--table-port", "0"];
        var command = Command([.. ports, "--data", dataFolder, .. more]);
        foreach (var (name, value) in environment)
            command.Environment[name] = value;
        return new LocalProcess(DotnetProcess.Start(command, ReadyPattern()));
    }

    public static async Task<LocalProcess> StartAsync(string dataFolder, params string[] more)
    {
        var started = Start(dataFolder, more);
        await started.ReadyAsync();
        return started;
    }

    /// <summary>Starts it beside an Azurite that runs, on an account that nobody else has: inbox and ledger are one then.</summary>
    public static async Task<LocalProcess> StartAsync(SharedAzurite azurite, string dataFolder, params string[] more) =>
        await StartAsync(dataFolder, [.. await OnAccountAsync(azurite), .. more]);

    /// <summary>Arguments that give it such an account.</summary>
    public static async Task<string[]> OnAccountAsync(SharedAzurite azurite) =>
        ["--azurite", "none", "--connection", await azurite.NewAccountAsync(TestContext.Current.CancellationToken)];

    public Task ReadyAsync() => _process.Ready.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Ctrl-C, or a service manager's stop.</summary>
    public Task StopAsync() => _process.StopAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex("^Ctrl-C")]
    private static partial Regex ReadyPattern();

    [GeneratedRegex(@"ready on (http://\S+)\.")]
    private static partial Regex AddressPattern();

    [GeneratedRegex("--inbox '([^']+)'")]
    private static partial Regex InboxPattern();

    [GeneratedRegex(@"VmHWM:\s+(\d+) kB")]
    private static partial Regex PeakPattern();
}
