using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace TrueCopy.AzureStorage;

/// <summary>
/// Clients of the two accounts: the inbox holds issuers' containers only, so that issuers have no rights where the
/// ledger lives. For an emulator both may be the same account.
/// </summary>
/// <param name="Inbox">Blobs of the inbox account.</param>
/// <param name="Ledger">Blobs of the ledger account.</param>
/// <param name="Queues">Queues of the ledger account.</param>
/// <param name="Tables">Tables of the ledger account.</param>
public sealed record StorageAccounts(
    BlobServiceClient Inbox,
    BlobServiceClient Ledger,
    QueueServiceClient Queues,
    TableServiceClient Tables)
{
    /// <summary>Clients from connection strings.</summary>
    /// <param name="inbox">Connection string of the inbox account.</param>
    /// <param name="ledger">Connection string of the ledger account.</param>
    /// <param name="configure">Adds to every client's options, such as a pipeline policy; null for nothing.</param>
    public static StorageAccounts Connect(string inbox, string ledger, Action<ClientOptions>? configure = null)
    {
        return new StorageAccounts(
            new BlobServiceClient(inbox, Configured(new BlobClientOptions())),
            new BlobServiceClient(ledger, Configured(new BlobClientOptions())),
            new QueueServiceClient(ledger, Configured(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 })),
            new TableServiceClient(ledger, Configured(new TableClientOptions())));

        T Configured<T>(T options)
            where T : ClientOptions
        {
            options.Retry.MaxRetries = 4;
            options.Retry.Delay = TimeSpan.FromMilliseconds(200);
            options.Retry.MaxDelay = TimeSpan.FromSeconds(5);
            configure?.Invoke(options);
            return options;
        }
    }
}
