using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>The public log as blobs, one a resource of C2SP tlog-tiles, so that the container can be served as it is.</summary>
public sealed class BlobLogStore(StorageAccounts accounts) : ILogStore
{
    internal const string CheckpointName = "checkpoint";

    private readonly BlobContainerClient _container = accounts.Ledger.GetBlobContainerClient(StorageNames.LogContainer);
    private readonly ForwardOnlyBlob _checkpoint = new(
        accounts.Ledger.GetBlobContainerClient(StorageNames.LogContainer).GetBlobClient(CheckpointName),
        new BlobHttpHeaders { ContentType = "text/plain; charset=utf-8", CacheControl = "public, max-age=2" },
        note => Checkpoint.Parse(SignedNote.Parse(note.Span).Text).Size);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) => PartialTiles.ReadAsync(tile, DownloadAsync, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(TileContent tile, CancellationToken cancellationToken)
    {
        var headers = new BlobHttpHeaders { ContentType = "application/octet-stream", CacheControl = "public, max-age=31536000, immutable" };
        var options = new BlobUploadOptions { HttpHeaders = headers };
        return BlobOf(tile.Id).UploadAsync(BinaryData.FromBytes(tile.Bytes), options, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken) => _checkpoint.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public Task PublishCheckpointAsync(ReadOnlyMemory<byte> note, long size, CancellationToken cancellationToken) =>
        _checkpoint.AdvanceAsync(note, size, cancellationToken);

    private BlobClient BlobOf(TileId tile) => _container.GetBlobClient(tile.ToPath());

    private async Task<ReadOnlyMemory<byte>?> DownloadAsync(TileId tile, CancellationToken cancellationToken)
    {
        try
        {
            return (await BlobOf(tile).DownloadContentAsync(cancellationToken)).Value.Content.ToMemory();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }
}
