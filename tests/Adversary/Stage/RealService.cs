using System.Text.RegularExpressions;
using TrueCopy.AzureStorage;

namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>The local service with its Azurite as a process, as a user starts it.</summary>
internal sealed partial class RealService : IAsyncDisposable
{
    private readonly DotnetProcess _process;

    private RealService(DotnetProcess process, string dataFolder)
    {
        _process = process;
        KeysFolder = Path.Combine(dataFolder, "keys");
        ReceiverIdentity = Path.Combine(dataFolder, "receivers", "demo-lender.agekey");
    }

    public Uri Address => new(AddressPattern().Match(_process.Output).Groups[1].Value);

    /// <summary>Connection string of the issuers' storage.</summary>
    public string Inbox => InboxPattern().Match(_process.Output).Groups[1].Value;

    /// <summary>Where its signing keys are.</summary>
    public string KeysFolder { get; }

    /// <summary>The identity file of its demo receiver.</summary>
    public string ReceiverIdentity { get; }

    public StorageAccounts Accounts => StorageAccounts.Connect(Inbox, Inbox);

    public static async Task<RealService> StartAsync(string assembly, string dataFolder, CancellationToken cancellationToken)
    {
        string[] ports = ["--port", "0", "--blob-port", "0", "--queue-port", "0", "--table-port", "0"];

        // Attacks on witnesses bring their own; the others are on a log that nobody but its operator vouches for.
        string[] alone = Build.Attacked.IsEarlier ? [] : ["--witnesses", "0"];
        var command = DotnetProcess.Command(assembly, [.. ports, .. alone, "--data", dataFolder]);
        return new RealService(await DotnetProcess.StartAsync(command, ReadyPattern(), cancellationToken), dataFolder);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex("^Ctrl-C")]
    private static partial Regex ReadyPattern();

    [GeneratedRegex(@"ready on (http://\S+)\.")]
    private static partial Regex AddressPattern();

    [GeneratedRegex("--inbox '([^']+)'")]
    private static partial Regex InboxPattern();
}
