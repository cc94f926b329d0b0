using Azure;
using Azure.Storage.Blobs.Models;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Intake;

namespace TrueCopy.AzureStorage.Inbox;

/// <summary>Reads documents as one streamed GET, whatever their size; the SDK resumes it where a connection breaks.</summary>
public sealed class BlobInbox(StorageAccounts accounts) : IInbox
{
    /// <inheritdoc/>
    public async Task<InboxDocument?> OpenAsync(BlobVersion blob, CancellationToken cancellationToken)
    {
        var client = accounts.Inbox.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path);
        var options = new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfMatch = new ETag(blob.ETag) } };
        try
        {
            var result = (await client.DownloadStreamingAsync(options, cancellationToken)).Value;
            return new InboxDocument(
                new UnchangedBlobStream(result.Content),
                result.Details.LastModified,
                new Dictionary<string, string>(result.Details.Metadata));
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 412)
        {
            return null;
        }
    }
}
