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
    public static StorageAccounts Connect(string inbox, string ledger) => new(
        new BlobServiceClient(inbox, Retrying(new BlobClientOptions())),
        new BlobServiceClient(ledger, Retrying(new BlobClientOptions())),
        new QueueServiceClient(ledger, Retrying(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 })),
        new TableServiceClient(ledger, Retrying(new TableClientOptions())));

    private static T Retrying<T>(T options)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 4;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        return options;
    }
}
