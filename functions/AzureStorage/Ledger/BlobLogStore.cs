using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>The public log as blobs, one a resource of C2SP tlog-tiles, so that the container can be served as it is.</summary>
public sealed class BlobLogStore(StorageAccounts accounts) : ILogStore
{
    private const string CheckpointName = "checkpoint";
    private const int HashSize = 32;

    private readonly BlobContainerClient _container = accounts.Ledger.GetBlobContainerClient(StorageNames.LogContainer);
    private PublishedCheckpoint? _published;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
    {
        if (await DownloadAsync(tile.ToPath(), cancellationToken) is { } found)
            return found.Bytes;
        if (tile.IsPartial && await DownloadAsync((tile with { Width = TileId.FullWidth }).ToPath(), cancellationToken) is { } full)
            return Beginning(full.Bytes, tile);
        throw new TileNotFoundException(tile);
    }

    /// <inheritdoc/>
    public Task WriteAsync(TileContent tile, CancellationToken cancellationToken) => UploadAsync(
        tile.Id.ToPath(),
        tile.Bytes,
        new BlobHttpHeaders { ContentType = "application/octet-stream", CacheControl = "public, max-age=31536000, immutable" },
        conditions: null,
        cancellationToken);

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        (await DownloadAsync(CheckpointName, cancellationToken))?.Bytes;

    /// <inheritdoc/>
    public async Task PublishCheckpointAsync(ReadOnlyMemory<byte> note, long size, CancellationToken cancellationToken)
    {
        var headers = new BlobHttpHeaders { ContentType = "text/plain; charset=utf-8", CacheControl = "public, max-age=2" };
        var published = _published ?? await ReadPublishedAsync(cancellationToken);
        while (published is null || published.Size < size)
        {
            var conditions = published is null
                ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                : new BlobRequestConditions { IfMatch = published.ETag };
            try
            {
                var etag = await UploadAsync(CheckpointName, note, headers, conditions, cancellationToken);
                published = new PublishedCheckpoint(size, etag);
            }
            catch (RequestFailedException exception) when (exception.Status is 409 or 412)
            {
                // Someone published meanwhile, or our own answer was lost: what is there now decides.
                published = await ReadPublishedAsync(cancellationToken);
            }
        }

        _published = published;
    }

    private static ReadOnlyMemory<byte> Beginning(ReadOnlyMemory<byte> full, TileId partial)
    {
        if (!partial.IsEntries)
            return full[..(partial.Width * HashSize)];

        var kept = EntryBundle.Parse(full, TileId.FullWidth).Take(partial.Width);
        return full[..kept.Sum(entry => sizeof(ushort) + entry.Length)];
    }

    private async Task<PublishedCheckpoint?> ReadPublishedAsync(CancellationToken cancellationToken)
    {
        if (await DownloadAsync(CheckpointName, cancellationToken) is not { } found)
            return null;
        var checkpoint = Checkpoint.Parse(SignedNote.Parse(found.Bytes.Span).Text);
        return new PublishedCheckpoint(checkpoint.Size, found.ETag);
    }

    private async Task<(ReadOnlyMemory<byte> Bytes, ETag ETag)?> DownloadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var result = (await _container.GetBlobClient(path).DownloadContentAsync(cancellationToken)).Value;
            return (result.Content.ToMemory(), result.Details.ETag);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private async Task<ETag> UploadAsync(
        string path,
        ReadOnlyMemory<byte> bytes,
        BlobHttpHeaders headers,
        BlobRequestConditions? conditions,
        CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions { HttpHeaders = headers, Conditions = conditions };
        return (await _container.GetBlobClient(path).UploadAsync(BinaryData.FromBytes(bytes), options, cancellationToken)).Value.ETag;
    }

    private sealed record PublishedCheckpoint(long Size, ETag ETag);
}
