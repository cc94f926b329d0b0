using TrueCopy.AzureStorage;
using TrueCopy.Local.Azurite;

namespace TrueCopy.Testing;

/// <summary>An Azurite of its own on free ports, in memory, with the accounts that the local service has.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly AzuriteProcess _azurite;
    private readonly string _folder;

    private AzuriteFixture(AzuriteProcess azurite, string folder)
    {
        _azurite = azurite;
        _folder = folder;
    }

    /// <summary>Connection string of the inbox account.</summary>
    public string Inbox => _azurite.ConnectionString(AzuriteAccount.Inbox);

    /// <summary>Connection string of the ledger account.</summary>
    public string Ledger => _azurite.ConnectionString(AzuriteAccount.Ledger);

    /// <summary>Starts it and creates the ledger's containers, queues and table.</summary>
    public static async Task<AzuriteFixture> StartAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("truecopy-").FullName;
        var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { Location = folder, InMemory = true }, cancellationToken);
        var fixture = new AzuriteFixture(azurite, folder);
        await fixture.Connect().CreateLedgerAsync(cancellationToken);
        return fixture;
    }

    /// <summary>Clients of both accounts.</summary>
    public StorageAccounts Connect() => StorageAccounts.Connect(Inbox, Ledger);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
