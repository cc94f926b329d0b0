using System.Globalization;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>Takes answers, counts them, and tells when each upload was answered by the number that its path is.</summary>
internal sealed class LeanOutbox(OperationCounts operations, Action<int>? answered = null) : IOutbox
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public async Task WriteReceiptAsync(
        BlobVersion source,
        DateTimeOffset at,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest("receipt.write", StorageService.InboxBlob, source.Path), cancellationToken);
        Interlocked.Add(ref _bytes, receipt.Length);
        answered?.Invoke(int.Parse(source.Path, CultureInfo.InvariantCulture));
    }

    public Task DeleteDocumentAsync(BlobVersion source, IReadOnlyList<DigestAlgorithm> algorithms, CancellationToken cancellationToken) =>
        operations.RunAsync(new StorageRequest("document.delete", StorageService.InboxBlob, source.Path), cancellationToken).AsTask();

    public async Task WriteManifestReceiptsAsync(BlobVersion source, DateTimeOffset at, int part, int parts, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest("manifest.receipts", StorageService.InboxBlob, source.Path), cancellationToken);
        Interlocked.Add(ref _bytes, lines.Length);
        answered?.Invoke(int.Parse(source.Path, CultureInfo.InvariantCulture));
    }

    public Task<bool> HasManifestReceiptsAsync(BlobVersion source, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task WriteActReceiptsAsync(BlobVersion source, DateTimeOffset at, ReadOnlyMemory<byte> lines, Rejection? refused, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task WriteRejectionAsync(BlobVersion source, DateTimeOffset at, Rejection rejection, CancellationToken cancellationToken) => Task.CompletedTask;
}
