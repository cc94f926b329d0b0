using Azure;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage.Inbox;

/// <summary>Lists an issuer's container; one request lists up to 5,000 blobs with their metadata.</summary>
public sealed class BlobInboxListing(StorageAccounts accounts) : IInboxListing
{
    /// <inheritdoc/>
    public async Task<BlobListing> ListAsync(string container, string prefix, int most, CancellationToken cancellationToken)
    {
        var blobs = new List<ListedBlob>();
        try
        {
            var listed = accounts.Inbox.GetBlobContainerClient(container)
                .GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellationToken);
            await foreach (var blob in listed)
            {
                if (blobs.Count == most)
                    return new BlobListing(blobs, Complete: false);
                blobs.Add(Of(blob));
            }
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return BlobListing.Empty;
        }

        return new BlobListing(blobs, Complete: true);
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadAnswerAsync(string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            var content = await accounts.Inbox.GetBlobContainerClient(container).GetBlobClient(path).DownloadContentAsync(cancellationToken);
            return content.Value.Content.ToMemory();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private static ListedBlob Of(BlobItem blob) => new(
        blob.Name,
        blob.Properties.ETag.GetValueOrDefault().ToString().Trim('"'),
        blob.Properties.LastModified.GetValueOrDefault(),
        blob.Properties.ContentLength.GetValueOrDefault(),
        new Dictionary<string, string>(blob.Metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase));
}
