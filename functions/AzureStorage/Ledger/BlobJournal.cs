using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>One blob a batch. In production a WORM policy keeps what is written; writing the same batch twice writes the same bytes.</summary>
public sealed class BlobJournal(StorageAccounts accounts) : IJournal
{
    private readonly BlobContainerClient _container = accounts.Ledger.GetBlobContainerClient(StorageNames.JournalContainer);

    /// <inheritdoc/>
    public async Task WriteAsync(string name, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        try
        {
            await _container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(batch), overwrite: false, cancellationToken);
        }
        catch (RequestFailedException exception)
            when (exception.ErrorCode == BlobErrorCode.BlobAlreadyExists || exception.ErrorCode == BlobErrorCode.BlobImmutableDueToPolicy)
        {
            // Already there: an earlier attempt whose answer was lost. The root in the name fixes every entry in it.
        }
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await _container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content.ToMemory();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new LogFormatException("journal: the batch is missing", exception);
        }
    }
}
