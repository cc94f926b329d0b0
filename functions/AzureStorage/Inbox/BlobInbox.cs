using Azure;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage.Inbox;

/// <summary>Reads documents as one streamed GET, whatever their size; the SDK resumes it where a connection breaks.</summary>
public sealed class BlobInbox(StorageAccounts accounts) : IInbox
{
    /// <inheritdoc/>
    public async Task<InboxDocument?> OpenAsync(BlobVersion blob, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(blob, new ETag(blob.ETag), cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 412)
        {
            return await OpenAsync(blob, version: null, cancellationToken);
        }
    }

    private async Task<InboxDocument?> OpenAsync(BlobVersion blob, ETag? version, CancellationToken cancellationToken)
    {
        var client = accounts.Inbox.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path);
        var options = new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfMatch = version } };
        try
        {
            // Without a condition of ours, too, the SDK resumes only the version that it began with.
            var result = (await client.DownloadStreamingAsync(options, cancellationToken)).Value;
            if (result.Details.BlobType != BlobType.Block)
            {
                await result.Content.DisposeAsync();
                throw new UploadRejectedException(Rejection.NotABlockBlob());
            }

            return new InboxDocument(
                blob with { ETag = result.Details.ETag.ToString().Trim('"') },
                new UnchangedBlobStream(result.Content),
                result.Details.LastModified,
                new Dictionary<string, string>(result.Details.Metadata));
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
        catch (RequestFailedException exception) when (exception.Status == 409 && Refusal(exception.ErrorCode) is { } refusal)
        {
            throw new UploadRejectedException(refusal);
        }
    }

    // What storage refuses now it refuses each time: trying again would only put off the answer.
    private static Rejection? Refusal(string? errorCode) =>
        errorCode == BlobErrorCode.BlobArchived || errorCode == BlobErrorCode.BlobBeingRehydrated ? Rejection.Archived()
        : errorCode == BlobErrorCode.BlobUsesCustomerSpecifiedEncryption || errorCode == "BlobCustomerSpecifiedEncryptionMismatch" ? Rejection.CustomerEncrypted()
        : null;
}
