using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>
/// The head as one blob, replaced by compare-and-swap on its ETag. Its first line names the journal batch; the rest is
/// the signed checkpoint.
/// </summary>
public sealed class BlobLogState(StorageAccounts accounts) : ILogState
{
    private readonly BlobClient _head = accounts.Ledger.GetBlobContainerClient(StorageNames.StateContainer).GetBlobClient("head");
    private readonly ForwardOnlyBlob _finished = new(
        accounts.Ledger.GetBlobContainerClient(StorageNames.StateContainer).GetBlobClient("finished"),
        new BlobHttpHeaders { ContentType = "text/plain" },
        SizeOf);

    /// <inheritdoc/>
    public async Task<StoredHead?> LoadHeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var result = (await _head.DownloadContentAsync(cancellationToken)).Value;
            var content = result.Content.ToMemory();
            var end = content.Span.IndexOf((byte)'\n');
            if (end < 0)
                throw new LogFormatException("head: the first line does not name a journal batch");
            var head = new Head(Encoding.ASCII.GetString(content.Span[..end]), content[(end + 1)..]);
            return new StoredHead(head, result.Details.ETag.ToString());
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<string?> TryReplaceHeadAsync(Head head, string? expectedVersion, CancellationToken cancellationToken)
    {
        byte[] content = [.. Encoding.ASCII.GetBytes(head.Journal), (byte)'\n', .. head.Note.Span];
        var conditions = expectedVersion is null
            ? new BlobRequestConditions { IfNoneMatch = ETag.All }
            : new BlobRequestConditions { IfMatch = new ETag(expectedVersion) };
        try
        {
            var options = new BlobUploadOptions { Conditions = conditions };
            return (await _head.UploadAsync(BinaryData.FromBytes(content), options, cancellationToken)).Value.ETag.ToString();
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            // The SDK retries a write whose answer was lost and then meets its own success; the journal's name, unique
            // to its content, tells that from another writer's.
            var stored = await LoadHeadAsync(cancellationToken);
            return stored?.Head.Journal == head.Journal ? stored.Version : null;
        }
    }

    /// <inheritdoc/>
    public async Task<long> LoadFinishedAsync(CancellationToken cancellationToken) =>
        await _finished.ReadAsync(cancellationToken) is { } text ? SizeOf(text) : 0;

    /// <inheritdoc/>
    public Task SaveFinishedAsync(long size, CancellationToken cancellationToken) =>
        _finished.AdvanceAsync(Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture)), size, cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset?> FinishedAtAsync(CancellationToken cancellationToken) => _finished.ChangedAtAsync(cancellationToken);

    private static long SizeOf(ReadOnlyMemory<byte> text) =>
        long.TryParse(text.Span, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new LogFormatException("finished: not a decimal");
}
