using System.Text.RegularExpressions;
using TrueCopy.AzureStorage;
using TrueCopy.FunctionsHost;
using TrueCopy.Local;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>What runs the service.</summary>
public enum Host
{
    /// <summary><c>functions/Local</c>.</summary>
    Local,

    /// <summary><c>functions/App</c> as the platform runs it, beside the storage and the events of <c>functions/Local --role events</c>.</summary>
    Functions,
}

/// <summary>The service, whatever runs it.</summary>
internal interface IRunningService : IAsyncDisposable
{
    string Address { get; }

    string Inbox { get; }

    /// <summary>Inbox and ledger.</summary>
    StorageAccounts Accounts { get; }
}

internal static class RunningService
{
    public static async Task<IRunningService> StartAsync(Host host, SharedAzurite azurite, string dataFolder) => host == Host.Local
        ? await LocalProcess.StartAsync(azurite, dataFolder)
        : await FunctionsService.StartAsync(dataFolder, BlobEventQueues.Default, await LocalProcess.OnAccountAsync(azurite));
}

/// <summary>The Function App on the tests' host.</summary>
internal sealed partial class FunctionsService : IRunningService
{
    private readonly DotnetProcess _around;
    private readonly HostedApp _app;

    private FunctionsService(DotnetProcess around, HostedApp app, string inbox, string ledger)
    {
        (_around, _app, Inbox) = (around, app, inbox);
        Accounts = StorageAccounts.Connect(inbox, ledger);
    }

    public string Address => _app.Address;

    public string Inbox { get; }

    public StorageAccounts Accounts { get; }

    public HostedApp App => _app;

    public static async Task<FunctionsService> StartAsync(string dataFolder, int eventQueues, params string[] more)
    {
        var stop = TestContext.Current.CancellationToken;
        var around = await DotnetProcess.StartAsync(
            LocalProcess.Command(["--role", "events", "--data", dataFolder, "--blob-port", "0", "--queue-port", "0", "--table-port", "0", .. more]),
            ReadyPattern(),
            stop);
        var (inbox, ledger) = (Connection(around, "Inbox"), Connection(around, "Ledger"));
        var app = await HostedApp.StartAsync(HostedApp.BuiltApp, HostedApp.LaptopSettings(inbox, ledger, LocalOptions.Origin, Path.Combine(dataFolder, "keys"), eventQueues), stop);
        await app.RunTimerAsync("DrainStagedActs", stop);
        return new FunctionsService(around, app, inbox, ledger);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _around.DisposeAsync();
    }

    private static string Connection(DotnetProcess around, string account) =>
        Regex.Match(around.Output, $@"^\s+{account}\s+(\S+)$", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex("^Ctrl-C")]
    private static partial Regex ReadyPattern();
}
