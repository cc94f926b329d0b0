using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace TrueCopy.AzureStorage;

/// <summary>
/// The containers of issuers, in the inbox account, and of receivers, in that of handovers: a container's name says where it is.
/// Uploads are read as one streamed GET; the SDK resumes it where a connection breaks.
/// </summary>
public sealed class AzureIssuerContainers(BlobServiceClient inbox, BlobServiceClient handovers) : AzureBlobs(inbox), IIssuerContainers
{
    // Within an account a copy is made at once, but for long ones.
    private static readonly TimeSpan CopyPoll = TimeSpan.FromMilliseconds(200);
    private readonly BlobServiceClient _inbox = inbox;

    /// <inheritdoc/>
    public async Task<BlobContainer?> FindContainerAsync(string container, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await ContainerOf(container).GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            return Of(container, found);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobContainer> ListContainersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var container in AccountOf(prefix).GetBlobContainersAsync(BlobContainerTraits.Metadata, BlobContainerStates.None, prefix, cancellationToken))
            yield return Of(container.Name, container.Properties);
    }

    /// <inheritdoc/>
    public async Task<InboxDocument?> OpenAsync(BlobAddress blob, string? etag, CancellationToken cancellationToken)
    {
        var options = new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfMatch = etag is null ? null : new ETag(etag) } };
        try
        {
            // Without a condition of ours, too, the SDK resumes only the version that it began with.
            var result = (await ClientOf(blob).DownloadStreamingAsync(options, cancellationToken)).Value;
            if (result.Details.BlobType != BlobType.Block)
            {
                await result.Content.DisposeAsync();
                throw new UploadRejectedException(Rejection.NotABlockBlob());
            }

            return new InboxDocument(
                new BlobVersion(blob.Container, blob.Name, Text(result.Details.ETag)),
                new UnchangedBlobStream(result.Content),
                result.Details.LastModified,
                new Dictionary<string, string>(result.Details.Metadata));
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
        catch (RequestFailedException exception) when (exception.Status == 412)
        {
            throw new BlobChangedException(exception);
        }
        catch (RequestFailedException exception) when (exception.Status == 409 && Refusal(exception.ErrorCode) is { } refusal)
        {
            throw new UploadRejectedException(refusal);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryDeleteAsync(BlobAddress blob, string etag, CancellationToken cancellationToken)
    {
        try
        {
            await ClientOf(blob).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, new BlobRequestConditions { IfMatch = new ETag(etag) }, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status == 412)
        {
            return false;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            throw new MissingInStorageException("a container", exception);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryCopyAsync(BlobAddress blob, string etag, string name, BlobCondition condition, CancellationToken cancellationToken)
    {
        var options = new BlobCopyFromUriOptions
        {
            SourceConditions = new BlobRequestConditions { IfMatch = new ETag(etag) },
            DestinationConditions = ConditionsOf(condition),
        };
        try
        {
            var copying = await ClientOf(blob with { Name = name }).StartCopyFromUriAsync(ClientOf(blob).Uri, options, cancellationToken);
            await copying.WaitForCompletionAsync(CopyPoll, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            throw new MissingInStorageException("a container", exception);
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 412 || exception.ErrorCode == BlobErrorCode.BlobAlreadyExists)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Task SetMetadataAsync(BlobAddress blob, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        UnlessMissingAsync(() => ClientOf(blob).SetMetadataAsync(MetadataOf(new BlobHeaders(Metadata: metadata)), cancellationToken: cancellationToken));

    /// <inheritdoc/>
    public Task StageBlockAsync(BlobAddress blob, string id, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => UnlessMissingAsync(async () =>
    {
        await using var stream = BinaryData.FromBytes(content).ToStream();
        await BlocksOf(blob).StageBlockAsync(id, stream, cancellationToken: cancellationToken);
    });

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> ListStagedBlocksAsync(BlobAddress blob, CancellationToken cancellationToken) =>
        (await BlocksOf(blob).GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: cancellationToken)).Value.UncommittedBlocks
            .Select(block => block.Name)
            .ToHashSet();

    /// <inheritdoc/>
    public Task CommitBlocksAsync(BlobAddress blob, IReadOnlyList<string> ids, BlobHeaders headers, CancellationToken cancellationToken) =>
        BlocksOf(blob).CommitBlockListAsync(ids, new CommitBlockListOptions { HttpHeaders = HeadersOf(headers), Metadata = MetadataOf(headers) }, cancellationToken);

    /// <inheritdoc/>
    // Not kept: events name containers, and anyone can make up names.
    protected override BlobContainerClient ContainerOf(string name) => AccountOf(name).GetBlobContainerClient(name);

    private BlobServiceClient AccountOf(string container) => container.StartsWith(ReceiverContainer.Prefix, StringComparison.Ordinal) ? handovers : _inbox;

    private static BlobContainer Of(string name, BlobContainerProperties properties) =>
        new(name, properties.LastModified, new Dictionary<string, string>(properties.Metadata ?? new Dictionary<string, string>()));

    private static async Task UnlessMissingAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new MissingInStorageException("a container or blob", exception);
        }
    }

    // What storage refuses now it refuses each time: trying again would only put off the answer.
    private static Rejection? Refusal(string? errorCode) =>
        errorCode == BlobErrorCode.BlobArchived || errorCode == BlobErrorCode.BlobBeingRehydrated ? Rejection.Archived()
        : errorCode == BlobErrorCode.BlobUsesCustomerSpecifiedEncryption || errorCode == "BlobCustomerSpecifiedEncryptionMismatch" ? Rejection.CustomerEncrypted()
        : null;

    private BlockBlobClient BlocksOf(BlobAddress blob) => ContainerOf(blob.Container).GetBlockBlobClient(blob.Name);
}
