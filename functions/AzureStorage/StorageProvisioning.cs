using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage;

/// <summary>Creates what the Bicep creates in Azure, for an emulator.</summary>
public static class StorageProvisioning
{
    /// <summary>Creates the ledger's containers, queues and tables where they are missing.</summary>
    public static async Task CreateLedgerAsync(this StorageAccounts accounts, CancellationToken cancellationToken)
    {
        foreach (var container in new[] { StorageNames.LogContainer, StorageNames.JournalContainer, StorageNames.StateContainer, StorageNames.StagingContainer, StorageNames.DeadLettersContainer })
            await accounts.Ledger.GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: cancellationToken);

        foreach (var queue in StorageNames.Queues)
        {
            await accounts.Queues.GetQueueClient(queue).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await accounts.Queues.GetQueueClient(queue + StorageNames.PoisonSuffix).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        }

        foreach (var table in new[] { StorageNames.AnchorsTable, StorageNames.IssuedTable, StorageNames.ReferencesTable, StorageNames.RevocationsTable, StorageNames.IssuersTable, StorageNames.HandoversTable, StorageNames.ReceiversTable })
            await CreateTableAsync(accounts.Tables, table, cancellationToken);
    }

    // The package's own way to do it if need be serialises by reflection, which natively compiled tools have not.
    private static async Task CreateTableAsync(TableServiceClient tables, string name, CancellationToken cancellationToken)
    {
        try
        {
            await tables.CreateTableAsync(name, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == TableErrorCode.TableAlreadyExists)
        {
            // As wanted.
        }
    }

    /// <summary>Creates an issuer's container and the one for its answers, or replaces the registry metadata of the one that exists.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="id">The issuer's id; the container is <c>issuer-&lt;id&gt;</c>.</param>
    /// <param name="metadata">Registry metadata; values that are not ASCII are percent-encoded here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task CreateIssuerAsync(
        this StorageAccounts accounts,
        string id,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellationToken)
    {
        var container = accounts.Inbox.GetBlobContainerClient(IssuerContainer.Prefix + id);
        await CreateAsync(container, metadata, cancellationToken);
        await accounts.Inbox.GetBlobContainerClient(IssuerContainer.AnswersOf(container.Name)).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
    }

    /// <summary>Creates a receiver's container, <c>receiver-&lt;id&gt;</c>, or replaces the registry metadata of the one that exists.</summary>
    public static Task CreateReceiverAsync(
        this StorageAccounts accounts,
        string id,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellationToken) =>
        CreateAsync(accounts.Handovers.GetBlobContainerClient(ReceiverContainer.Prefix + id), metadata, cancellationToken);

    /// <summary>Lets pages of these origins put packages where an address of theirs allows it, and get them.</summary>
    public static async Task AllowPagesAsync(this StorageAccounts accounts, IEnumerable<string> origins, CancellationToken cancellationToken)
    {
        BlobServiceProperties properties = await accounts.Handovers.GetPropertiesAsync(cancellationToken);
        properties.Cors =
        [
            new BlobCorsRule
            {
                AllowedOrigins = string.Join(',', origins),
                AllowedMethods = "GET,PUT",
                AllowedHeaders = "content-type,range,x-ms-blob-type,x-ms-version",
                ExposedHeaders = "content-length,content-range,etag,x-ms-error-code",
                MaxAgeInSeconds = 600,
            },
        ];
        await accounts.Handovers.SetPropertiesAsync(properties, cancellationToken);
    }

    private static async Task CreateAsync(BlobContainerClient container, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        var encoded = metadata.ToDictionary(pair => pair.Key, pair => Uri.EscapeDataString(pair.Value));
        if (await container.CreateIfNotExistsAsync(metadata: encoded, cancellationToken: cancellationToken) is null)
            await container.SetMetadataAsync(encoded, cancellationToken: cancellationToken);
    }
}
