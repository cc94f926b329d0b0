using System.Globalization;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>The inbox account: takes answers, counts and forgets them, and tells when each upload was answered by the number that its path is.</summary>
internal sealed class LeanContainers(OperationCounts operations, Action<int>? answered = null) : IIssuerContainers
{
    // Of what is forgotten nobody asks for the version.
    private static readonly Task<string?> Written = Task.FromResult<string?>("0x1");

    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public Task<string?> TryWriteAsync(BlobAddress blob, ReadOnlyMemory<byte> content, BlobCondition condition, BlobHeaders headers, CancellationToken cancellationToken)
    {
        var requested = operations.RunAsync(new StorageRequest(NameOf(blob), StorageService.InboxBlob, blob.Name), cancellationToken);
        if (!requested.IsCompletedSuccessfully)
            return AwaitAsync(requested.AsTask(), blob, content.Length);
        Take(blob, content.Length);
        return Written;
    }

    public Task<StoredBlob?> ReadAsync(BlobAddress blob, CancellationToken cancellationToken) => throw Unasked();

    public Task<ReadOnlyMemory<byte>?> ReadPartAsync(BlobAddress blob, long from, int most, CancellationToken cancellationToken) => throw Unasked();

    public Task<BlobFacts?> FindAsync(BlobAddress blob, CancellationToken cancellationToken) => throw Unasked();

    public Task DeleteAsync(BlobAddress blob, CancellationToken cancellationToken) => throw Unasked();

    public IAsyncEnumerable<ListedBlob> ListAsync(string container, string prefix, CancellationToken cancellationToken) => throw Unasked();

    public Task<LeaseOutcome> TryLeaseAsync(BlobAddress blob, string leaseId, TimeSpan duration, CancellationToken cancellationToken) => throw Unasked();

    public Task RenewLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) => throw Unasked();

    public Task ReleaseLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) => throw Unasked();

    public Task<BlobContainer?> FindContainerAsync(string container, CancellationToken cancellationToken) => throw Unasked();

    public IAsyncEnumerable<BlobContainer> ListContainersAsync(string prefix, CancellationToken cancellationToken) => throw Unasked();

    public Task<InboxDocument?> OpenAsync(BlobAddress blob, string? etag, CancellationToken cancellationToken) => throw Unasked();

    public Task<bool> TryDeleteAsync(BlobAddress blob, string etag, CancellationToken cancellationToken) => throw Unasked();

    public Task<bool> TryCopyAsync(BlobAddress blob, string etag, string name, BlobCondition condition, CancellationToken cancellationToken) => throw Unasked();

    public Task SetMetadataAsync(BlobAddress blob, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) => throw Unasked();

    public Task StageBlockAsync(BlobAddress blob, string id, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw Unasked();

    public Task<IReadOnlySet<string>> ListStagedBlocksAsync(BlobAddress blob, CancellationToken cancellationToken) => throw Unasked();

    public Task CommitBlocksAsync(BlobAddress blob, IReadOnlyList<string> ids, BlobHeaders headers, CancellationToken cancellationToken) => throw Unasked();

    // As RequestNames has them, without putting them together for each.
    private static string NameOf(BlobAddress blob) =>
        blob.Name.StartsWith(AnswerPath.RejectedFolder, StringComparison.Ordinal) ? "rejection.write"
        : blob.Name.EndsWith(AnswerPath.LinesExtension, StringComparison.Ordinal) ? "lines.write" : "receipt.write";

    private async Task<string?> AwaitAsync(Task requested, BlobAddress blob, int length)
    {
        await requested;
        Take(blob, length);
        return await Written;
    }

    private void Take(BlobAddress blob, int length)
    {
        Interlocked.Add(ref _bytes, length);
        if (answered is not null && AnswerPath.TryParse(blob.Name, out var path, out _))
            answered(int.Parse(path, CultureInfo.InvariantCulture));
    }

    private static NotSupportedException Unasked() => new("No benchmark takes uploads in, reads answers, or answers in parts.");
}
