using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace TrueCopy.AzureStorage;

/// <summary>
/// Clients of the accounts: the inbox holds issuers' containers only, so that issuers have no rights where the ledger lives; that of
/// handovers receivers' containers only, because holders reach it from anywhere. For an emulator all may be the same account.
/// </summary>
/// <param name="Inbox">Blobs of the inbox account.</param>
/// <param name="Ledger">Blobs of the ledger account.</param>
/// <param name="Queues">Queues of the ledger account.</param>
/// <param name="RawQueues">The same queues, their messages as they are: to receive from, because one that is not base64 makes <paramref name="Queues"/> throw.</param>
/// <param name="Tables">Tables of the ledger account.</param>
public sealed record StorageAccounts(
    BlobServiceClient Inbox,
    BlobServiceClient Ledger,
    QueueServiceClient Queues,
    QueueServiceClient RawQueues,
    TableServiceClient Tables)
{
    /// <summary>Blobs of the account of handovers; where there is none of its own, those of the inbox.</summary>
    public BlobServiceClient Handovers { get; init; } = Inbox;

    /// <summary>The ledger account's blobs as the service uses them.</summary>
    public AzureBlobs LedgerBlobs => new(Ledger);

    /// <summary>Its queues.</summary>
    public AzureQueues LedgerQueues => new(RawQueues);

    /// <summary>Its tables.</summary>
    public AzureTables LedgerTables => new(Tables);

    /// <summary>The containers of issuers and receivers.</summary>
    public AzureIssuerContainers IssuerContainers => new(Inbox, Handovers);

    /// <summary>Clients from connection strings.</summary>
    /// <param name="inbox">Connection string of the inbox account.</param>
    /// <param name="ledger">Connection string of the ledger account.</param>
    /// <param name="configure">Adds to every client's options, such as a pipeline policy; null for nothing.</param>
    public static StorageAccounts Connect(string inbox, string ledger, Action<ClientOptions>? configure = null) =>
        Connect(new StorageAddress.Keyed(inbox), new StorageAddress.Keyed(ledger), configure);

    /// <summary>Clients of accounts by their addresses.</summary>
    /// <param name="inbox">Address of the inbox account; only its blobs are used.</param>
    /// <param name="ledger">Address of the ledger account.</param>
    /// <param name="configure">Adds to every client's options, such as a pipeline policy; null for nothing.</param>
    /// <param name="handovers">Address of the account of handovers; only its blobs are used. Null for the inbox.</param>
    public static StorageAccounts Connect(StorageAddress inbox, StorageAddress ledger, Action<ClientOptions>? configure = null, StorageAddress? handovers = null)
    {
        var encoded = Configured(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        var raw = Configured(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        var uploads = Blobs(inbox);
        var accounts = ledger switch
        {
            StorageAddress.Keyed { ConnectionString: var keyed } => new StorageAccounts(
                uploads,
                Blobs(ledger),
                new QueueServiceClient(keyed, encoded),
                new QueueServiceClient(keyed, raw),
                new TableServiceClient(keyed, Configured(new TableClientOptions()))),
            StorageAddress.ByIdentity { Queues: { } queues, Tables: { } tables, Credential: var credential } => new StorageAccounts(
                uploads,
                Blobs(ledger),
                new QueueServiceClient(queues, credential, encoded),
                new QueueServiceClient(queues, credential, raw),
                new TableServiceClient(tables, credential, Configured(new TableClientOptions()))),
            _ => throw new ArgumentException("The ledger's address names its blobs, queues and tables.", nameof(ledger)),
        };
        return handovers is null ? accounts : accounts with { Handovers = Blobs(handovers) };

        BlobServiceClient Blobs(StorageAddress address) => address is StorageAddress.ByIdentity identity
            ? new BlobServiceClient(identity.Blobs, identity.Credential, Configured(new BlobClientOptions()))
            : new BlobServiceClient(((StorageAddress.Keyed)address).ConnectionString, Configured(new BlobClientOptions()));

        T Configured<T>(T options)
            where T : ClientOptions
        {
            options.Retry.MaxRetries = 4;
            options.Retry.Delay = TimeSpan.FromMilliseconds(200);
            options.Retry.MaxDelay = TimeSpan.FromSeconds(5);
            options.AddPolicy(BusyStorage.Instance, HttpPipelinePosition.PerCall);
            configure?.Invoke(options);
            return options;
        }
    }
}
