using TrueCopy.AzureStorage;
using TrueCopy.Local.Azurite;

namespace TrueCopy.Testing;

/// <summary>Storage on an Azurite, with the ledger's containers, queues and tables in it.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly AzuriteProcess? _own;

    private AzuriteFixture(string inbox, string ledger, AzuriteProcess? own) => (Inbox, Ledger, _own) = (inbox, ledger, own);

    /// <summary>Connection string of the inbox account.</summary>
    public string Inbox { get; }

    /// <summary>Connection string of the ledger account.</summary>
    public string Ledger { get; }

    /// <summary>Starts an Azurite of its own on free ports, in memory, with the accounts that the local service has.</summary>
    public static async Task<AzuriteFixture> StartAsync(CancellationToken cancellationToken)
    {
        var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(), cancellationToken);
        return await CreateAsync(azurite.ConnectionString(AzuriteAccount.Inbox), azurite.ConnectionString(AzuriteAccount.Ledger), azurite, cancellationToken);
    }

    /// <summary>Creates what a ledger needs in two accounts.</summary>
    /// <param name="inbox">Connection string of the inbox account.</param>
    /// <param name="ledger">Connection string of the ledger account.</param>
    /// <param name="own">What ends with it; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<AzuriteFixture> CreateAsync(string inbox, string ledger, AzuriteProcess? own, CancellationToken cancellationToken)
    {
        var fixture = new AzuriteFixture(inbox, ledger, own);
        await fixture.Connect().CreateLedgerAsync(cancellationToken);
        return fixture;
    }

    /// <summary>Clients of both accounts.</summary>
    public StorageAccounts Connect(Action<Azure.Core.ClientOptions>? configure = null) => StorageAccounts.Connect(Inbox, Ledger, configure);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}
