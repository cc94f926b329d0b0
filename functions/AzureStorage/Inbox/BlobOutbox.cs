using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Intake;

namespace TrueCopy.AzureStorage.Inbox;

/// <summary>
/// Writes answers into the issuer's container. Each carries the ETag of the upload that it answers in its metadata, so
/// that an issuer who replaced a blob knows which version was answered.
/// </summary>
public sealed partial class BlobOutbox(StorageAccounts accounts, ILogger<BlobOutbox> logger) : IOutbox
{
    private const string LinesType = "application/jsonl; charset=utf-8";

    /// <inheritdoc/>
    public Task WriteReceiptAsync(
        BlobVersion source,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken)
    {
        var metadata = About(source);
        metadata[AnswerMetadata.LogIndex] = logIndex.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(source, AnswerPath.Receipt(source.Path, algorithm), receipt, "text/plain; charset=utf-8", metadata, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteDocumentAsync(BlobVersion source, IReadOnlyList<DigestAlgorithm> algorithms, CancellationToken cancellationToken) =>
        UnlessGoneAsync(source, async container =>
        {
            var document = container.GetBlobClient(source.Path);
            try
            {
                var sameVersion = new BlobRequestConditions { IfMatch = new ETag(source.ETag) };
                await document.DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, sameVersion, cancellationToken);
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                // Deleted by an earlier attempt, or by the issuer: it is gone either way.
            }
            catch (RequestFailedException exception) when (exception.Status == 412)
            {
                // No blob has no version either, which is what the SDK's own retry meets when the first answer was lost.
                // One that was replaced has its own event, and its own end.
                if (await document.ExistsAsync(cancellationToken))
                    return;
            }

            foreach (var algorithm in algorithms)
            {
                var receipt = container.GetBlobClient(AnswerPath.Receipt(source.Path, algorithm));
                var metadata = (await receipt.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.Metadata;
                if (metadata.TryGetValue(AnswerMetadata.SourceETag, out var answered) && answered == source.ETag)
                    await receipt.SetMetadataAsync(new Dictionary<string, string>(metadata) { [AnswerMetadata.Document] = AnswerMetadata.Deleted }, cancellationToken: cancellationToken);
            }
        });

    /// <inheritdoc/>
    public Task WriteManifestReceiptsAsync(BlobVersion source, int part, int parts, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var path = AnswerPath.Lines(source.Path);
        if (parts == 1)
            return WriteAsync(source, path, lines, LinesType, About(source), cancellationToken);
        return UnlessGoneAsync(source, async container =>
        {
            if (await HasManifestReceiptsAsync(source, cancellationToken))
                return;
            var blob = container.GetBlockBlobClient(path);
            await using (var content = BinaryData.FromBytes(lines).ToStream())
                await blob.StageBlockAsync(BlockId(source, part), content, cancellationToken: cancellationToken);

            var staged = (await blob.GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: cancellationToken)).Value.UncommittedBlocks
                .Select(block => block.Name)
                .ToHashSet();
            string[] all = [.. Enumerable.Range(0, parts).Select(number => BlockId(source, number))];
            if (!all.All(staged.Contains))
                return;
            var options = new CommitBlockListOptions { HttpHeaders = new BlobHttpHeaders { ContentType = LinesType }, Metadata = About(source) };
            await blob.CommitBlockListAsync(all, options, cancellationToken);
        });
    }

    /// <inheritdoc/>
    public async Task<bool> HasManifestReceiptsAsync(BlobVersion source, CancellationToken cancellationToken)
    {
        try
        {
            var blob = accounts.Inbox.GetBlobContainerClient(source.Container).GetBlobClient(AnswerPath.Lines(source.Path));
            var metadata = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.Metadata;
            return metadata.TryGetValue(AnswerMetadata.SourceETag, out var answered) && answered == source.ETag;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task WriteActReceiptsAsync(BlobVersion source, ReadOnlyMemory<byte> lines, Rejection? refused, CancellationToken cancellationToken)
    {
        var metadata = About(source);
        metadata[AnswerMetadata.Done] = lines.Span.Count((byte)'\n').ToString(CultureInfo.InvariantCulture);
        metadata[AnswerMetadata.Refused] = (refused?.Lines.Count ?? 0).ToString(CultureInfo.InvariantCulture);

        // The refusal first: whoever sees the receipts knows from their metadata that it is there.
        if (refused is not null)
            await WriteAsync(source, AnswerPath.Rejection(source.Path), Encode(refused), ProblemDocument.MediaType, metadata, cancellationToken);
        if (!lines.IsEmpty)
            await WriteAsync(source, AnswerPath.Lines(source.Path), lines, LinesType, metadata, cancellationToken);
    }

    /// <inheritdoc/>
    public Task WriteRejectionAsync(BlobVersion source, Rejection rejection, CancellationToken cancellationToken) =>
        WriteAsync(source, AnswerPath.Rejection(source.Path), Encode(rejection), ProblemDocument.MediaType, About(source), cancellationToken);

    private static byte[] Encode(Rejection rejection) =>
        JsonSerializer.SerializeToUtf8Bytes(ProblemDocument.Of(rejection), AnswerJson.Instance.ProblemDocument);

    private static Dictionary<string, string> About(BlobVersion source) => new()
    {
        [AnswerMetadata.SourceETag] = source.ETag,
        [AnswerMetadata.SourcePath] = Uri.EscapeDataString(source.Path),
    };

    // Blocks of another version of the manifest must not be taken for this one's; all ids of a blob have one length.
    private static string BlockId(BlobVersion source, int part) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ActId.Of(source, part, DigestAlgorithm.Sha256)}{part:d6}")));

    private Task WriteAsync(
        BlobVersion source,
        string path,
        ReadOnlyMemory<byte> body,
        string contentType,
        Dictionary<string, string> metadata,
        CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType }, Metadata = metadata };
        return UnlessGoneAsync(source, container => container.GetBlobClient(path).UploadAsync(BinaryData.FromBytes(body), options, cancellationToken));
    }

    private async Task UnlessGoneAsync(BlobVersion source, Func<BlobContainerClient, Task> action)
    {
        try
        {
            await action(accounts.Inbox.GetBlobContainerClient(source.Container));
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            LogContainerGone(logger, source.Container);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Container} is gone, so an answer to one of its uploads could not be written.")]
    private static partial void LogContainerGone(ILogger logger, string container);
}
