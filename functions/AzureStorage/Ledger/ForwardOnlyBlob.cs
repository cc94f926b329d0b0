using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>
/// A blob that states a size of the log and is never replaced by one of the same or a smaller size, however many
/// processes write it and however late. What was seen last is kept, so one writer alone pays one operation a change.
/// </summary>
/// <param name="blob">The blob.</param>
/// <param name="headers">What it is served with.</param>
/// <param name="sizeOf">Reads the size that a content states.</param>
internal sealed class ForwardOnlyBlob(BlobClient blob, BlobHttpHeaders headers, Func<ReadOnlyMemory<byte>, long> sizeOf)
{
    private Stored? _last;

    /// <summary>The content; null if there is none yet.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken) =>
        (await DownloadAsync(cancellationToken))?.Content;

    /// <summary>When the content last changed; null if there is none yet.</summary>
    public async Task<DateTimeOffset?> ChangedAtAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.LastModified;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Replaces the content, unless the blob states <paramref name="size"/> or more already.</summary>
    public async Task AdvanceAsync(ReadOnlyMemory<byte> content, long size, CancellationToken cancellationToken)
    {
        var last = _last ?? await LoadAsync(cancellationToken);
        while (last is null || last.Size < size)
        {
            var conditions = last is null
                ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                : new BlobRequestConditions { IfMatch = last.ETag };
            try
            {
                var options = new BlobUploadOptions { HttpHeaders = headers, Conditions = conditions };
                var uploaded = await blob.UploadAsync(BinaryData.FromBytes(content), options, cancellationToken);
                last = new Stored(size, uploaded.Value.ETag);
            }
            catch (RequestFailedException exception) when (exception.Status is 409 or 412)
            {
                // Someone wrote meanwhile, or our own answer was lost: what is there now decides.
                last = await LoadAsync(cancellationToken);
            }
        }

        _last = last;
    }

    private async Task<Stored?> LoadAsync(CancellationToken cancellationToken) =>
        await DownloadAsync(cancellationToken) is { } found ? new Stored(sizeOf(found.Content), found.ETag) : null;

    private async Task<(ReadOnlyMemory<byte> Content, ETag ETag)?> DownloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var result = (await blob.DownloadContentAsync(cancellationToken)).Value;
            return (result.Content.ToMemory(), result.Details.ETag);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private sealed record Stored(long Size, ETag ETag);
}
