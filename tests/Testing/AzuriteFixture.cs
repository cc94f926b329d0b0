using TrueCopy.AzureStorage;
using TrueCopy.Local.Azurite;

namespace TrueCopy.Testing;

/// <summary>An Azurite of its own on free ports, in memory, with the accounts that the local service has.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly AzuriteProcess _azurite;

    private AzuriteFixture(AzuriteProcess azurite) => _azurite = azurite;

    /// <summary>Connection string of the inbox account.</summary>
    public string Inbox => _azurite.ConnectionString(AzuriteAccount.Inbox);

    /// <summary>Connection string of the ledger account.</summary>
    public string Ledger => _azurite.ConnectionString(AzuriteAccount.Ledger);

    /// <summary>Starts it and creates the ledger's containers, queues and table.</summary>
    public static async Task<AzuriteFixture> StartAsync(CancellationToken cancellationToken)
    {
        var fixture = new AzuriteFixture(await AzuriteProcess.StartAsync(new AzuriteOptions(), cancellationToken));
        await fixture.Connect().CreateLedgerAsync(cancellationToken);
        return fixture;
    }

    /// <summary>Clients of both accounts.</summary>
    public StorageAccounts Connect(Action<Azure.Core.ClientOptions>? configure = null) => StorageAccounts.Connect(Inbox, Ledger, configure);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _azurite.DisposeAsync();
}
