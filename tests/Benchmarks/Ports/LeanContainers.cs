using System.Globalization;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>The inbox account: takes answers, counts and forgets them, and tells when each upload was answered by the number that its path is.</summary>
internal sealed class LeanContainers(IRequests operations, Action<int>? answered = null) : InMemoryBlobs(operations, TimeProvider.System, StorageService.InboxBlob), IIssuerContainers
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public Task<BlobContainer?> FindContainerAsync(string container, CancellationToken cancellationToken) => throw Unasked();

    public IAsyncEnumerable<BlobContainer> ListContainersAsync(string prefix, CancellationToken cancellationToken) => throw Unasked();

    public Task<InboxDocument?> OpenAsync(BlobAddress blob, string? etag, CancellationToken cancellationToken) => throw Unasked();

    public Task<bool> TryDeleteAsync(BlobAddress blob, string etag, CancellationToken cancellationToken) => throw Unasked();

    public Task<bool> TryCopyAsync(BlobAddress blob, string etag, string name, BlobCondition condition, CancellationToken cancellationToken) => throw Unasked();

    public Task SetMetadataAsync(BlobAddress blob, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) => throw Unasked();

    public Task StageBlockAsync(BlobAddress blob, string id, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw Unasked();

    public Task<IReadOnlySet<string>> ListStagedBlocksAsync(BlobAddress blob, CancellationToken cancellationToken) => throw Unasked();

    public Task CommitBlocksAsync(BlobAddress blob, IReadOnlyList<string> ids, BlobHeaders headers, CancellationToken cancellationToken) => throw Unasked();

    protected override InMemoryBlob Set(BlobAddress blob, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata)
    {
        Interlocked.Add(ref _bytes, content.Length);
        if (AnswerPath.TryParse(blob.Name, out var path, out _))
            answered?.Invoke(int.Parse(path, CultureInfo.InvariantCulture));
        return new InMemoryBlob(content, NextETag(), Time.GetUtcNow(), metadata!);
    }

    private static NotSupportedException Unasked() => new("No benchmark takes uploads in, or answers them in parts.");
}
