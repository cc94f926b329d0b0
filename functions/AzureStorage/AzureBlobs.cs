using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace TrueCopy.AzureStorage;

/// <summary>Blobs of one storage account.</summary>
public class AzureBlobs(BlobServiceClient account) : IBlobStore
{
    private readonly ConcurrentDictionary<string, BlobContainerClient> _containers = new();

    /// <inheritdoc/>
    public async Task<StoredBlob?> ReadAsync(BlobAddress blob, CancellationToken cancellationToken)
    {
        try
        {
            var result = (await ClientOf(blob).DownloadContentAsync(cancellationToken)).Value;
            return new StoredBlob(result.Content.ToMemory(), Text(result.Details.ETag));
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadPartAsync(BlobAddress blob, long from, int most, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions { Range = new HttpRange(from, most) };
            return (await ClientOf(blob).DownloadContentAsync(options, cancellationToken)).Value.Content.ToMemory();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
        catch (RequestFailedException exception) when (exception.Status == 416)
        {
            // There is no range behind the last byte.
            return ReadOnlyMemory<byte>.Empty;
        }
    }

    /// <inheritdoc/>
    public async Task<BlobFacts?> FindAsync(BlobAddress blob, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await ClientOf(blob).GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            return new BlobFacts(Text(found.ETag), found.LastModified, MetadataOf(found.Metadata));
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<string?> TryWriteAsync(BlobAddress blob, ReadOnlyMemory<byte> content, BlobCondition condition, BlobHeaders headers, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions { HttpHeaders = HeadersOf(headers), Metadata = MetadataOf(headers), Conditions = ConditionsOf(condition) };
        try
        {
            return Text((await ClientOf(blob).UploadAsync(BinaryData.FromBytes(content), options, cancellationToken)).Value.ETag);
        }
        catch (RequestFailedException exception)
            when (exception.ErrorCode == BlobErrorCode.BlobAlreadyExists
                || exception.ErrorCode == BlobErrorCode.ConditionNotMet
                || (condition.IsAbsent && exception.ErrorCode == BlobErrorCode.BlobImmutableDueToPolicy))
        {
            return null;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            throw new MissingInStorageException("a container", exception);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(BlobAddress blob, CancellationToken cancellationToken) => ClientOf(blob).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedBlob> ListAsync(string container, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var listed = ContainerOf(container).GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync())
        {
            var blob = listed.Current;
            yield return new ListedBlob(
                blob.Name,
                Text(blob.Properties.ETag.GetValueOrDefault()),
                blob.Properties.LastModified.GetValueOrDefault(),
                blob.Properties.ContentLength.GetValueOrDefault(),
                MetadataOf(blob.Metadata));
        }

        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await listed.MoveNextAsync();
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<LeaseOutcome> TryLeaseAsync(BlobAddress blob, string leaseId, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            await ClientOf(blob).GetBlobLeaseClient(leaseId).AcquireAsync(duration, cancellationToken: cancellationToken);
            return LeaseOutcome.Taken;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return LeaseOutcome.NoBlob;
        }
        catch (RequestFailedException exception) when (exception.Status == 409)
        {
            return LeaseOutcome.Held;
        }
    }

    /// <inheritdoc/>
    public Task RenewLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) =>
        ClientOf(blob).GetBlobLeaseClient(leaseId).RenewAsync(cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) =>
        ClientOf(blob).GetBlobLeaseClient(leaseId).ReleaseAsync(cancellationToken: cancellationToken);

    /// <summary>The client of a container; kept, for there are few.</summary>
    protected virtual BlobContainerClient ContainerOf(string name) => _containers.GetOrAdd(name, static (key, client) => client.GetBlobContainerClient(key), account);

    /// <summary>The client of a blob.</summary>
    protected BlobClient ClientOf(BlobAddress blob) => ContainerOf(blob.Container).GetBlobClient(blob.Name);

    /// <summary>A condition in headers; null for none.</summary>
    protected static BlobRequestConditions? ConditionsOf(BlobCondition condition) =>
        condition.IsAbsent ? new BlobRequestConditions { IfNoneMatch = ETag.All }
        : condition.ETag is { } version ? new BlobRequestConditions { IfMatch = new ETag(version) }
        : null;

    /// <summary>A version without its quotes.</summary>
    protected static string Text(ETag etag) => etag.ToString().Trim('"');

    /// <summary>What a blob is served with.</summary>
    protected static BlobHttpHeaders? HeadersOf(BlobHeaders headers) =>
        headers is { ContentType: null, CacheControl: null } ? null : new BlobHttpHeaders { ContentType = headers.ContentType, CacheControl = headers.CacheControl };

    /// <summary>What is noted on a blob.</summary>
    protected static IDictionary<string, string>? MetadataOf(BlobHeaders headers) =>
        headers.Metadata as IDictionary<string, string> ?? headers.Metadata?.ToDictionary();

    /// <summary>Likewise, as storage told it.</summary>
    protected static IReadOnlyDictionary<string, string> MetadataOf(IDictionary<string, string>? metadata) =>
        new Dictionary<string, string>(metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
}
