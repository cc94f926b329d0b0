using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace TrueCopy.AzureStorage.Inbox;

/// <summary>
/// Writes answers as blobs of <c>answers-&lt;id&gt;</c>. Each carries in its metadata the ETag of the upload that it answers,
/// so that an issuer who replaced a blob knows which version was answered, and the time of that upload, so that an answer
/// that comes late does not take the place of a newer one.
/// </summary>
public sealed partial class BlobOutbox(StorageAccounts accounts, ILogger<BlobOutbox> logger) : IOutbox
{
    private const string LinesType = "application/jsonl; charset=utf-8";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <inheritdoc/>
    public Task WriteReceiptAsync(
        BlobVersion source,
        DateTimeOffset at,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken)
    {
        var metadata = About(source, at);
        metadata[AnswerMetadata.LogIndex] = logIndex.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(source, AnswerPath.Receipt(source.Path, algorithm), receipt, "text/plain; charset=utf-8", metadata, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteDocumentAsync(BlobVersion source, IReadOnlyList<DigestAlgorithm> algorithms, CancellationToken cancellationToken) =>
        UnlessGoneAsync(source, async answers =>
        {
            var document = accounts.Inbox.GetBlobContainerClient(source.Container).GetBlobClient(source.Path);
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
                var receipt = answers.GetBlobClient(AnswerPath.Receipt(source.Path, algorithm));
                var metadata = (await receipt.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.Metadata;
                if (AnsweredVersion(metadata) == source.ETag)
                    await receipt.SetMetadataAsync(new Dictionary<string, string>(metadata) { [AnswerMetadata.Document] = AnswerMetadata.Deleted }, cancellationToken: cancellationToken);
            }
        });

    /// <inheritdoc/>
    public Task WriteManifestReceiptsAsync(BlobVersion source, DateTimeOffset at, int part, int parts, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var path = AnswerPath.Lines(source.Path);
        if (parts == 1)
            return WriteAsync(source, path, lines, LinesType, About(source, at), cancellationToken);
        return UnlessGoneAsync(source, async answers =>
        {
            var blob = answers.GetBlockBlobClient(path);
            var standing = await FindAsync(blob, cancellationToken);
            if (standing is not null && (AnsweredVersion(standing.Metadata) == source.ETag || IsNewer(standing.Metadata, About(source, at))))
                return;
            await using (var content = BinaryData.FromBytes(lines).ToStream())
                await blob.StageBlockAsync(BlockId(source, part), content, cancellationToken: cancellationToken);

            var staged = (await blob.GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: cancellationToken)).Value.UncommittedBlocks
                .Select(block => block.Name)
                .ToHashSet();
            string[] all = [.. Enumerable.Range(0, parts).Select(number => BlockId(source, number))];
            if (!all.All(staged.Contains))
                return;
            var options = new CommitBlockListOptions { HttpHeaders = new BlobHttpHeaders { ContentType = LinesType }, Metadata = About(source, at) };
            await blob.CommitBlockListAsync(all, options, cancellationToken);
        });
    }

    /// <inheritdoc/>
    public async Task<bool> HasManifestReceiptsAsync(BlobVersion source, CancellationToken cancellationToken) =>
        await FindAsync(AnswersTo(source).GetBlobClient(AnswerPath.Lines(source.Path)), cancellationToken) is { } answer
        && AnsweredVersion(answer.Metadata) == source.ETag;

    /// <inheritdoc/>
    public async Task WriteActReceiptsAsync(BlobVersion source, DateTimeOffset at, ReadOnlyMemory<byte> lines, Rejection? refused, CancellationToken cancellationToken)
    {
        var metadata = About(source, at);
        metadata[AnswerMetadata.Done] = lines.Span.Count((byte)'\n').ToString(CultureInfo.InvariantCulture);
        metadata[AnswerMetadata.Refused] = (refused?.Lines.Count ?? 0).ToString(CultureInfo.InvariantCulture);

        // The refusal first: whoever sees the receipts knows from their metadata that it is there.
        if (refused is not null)
            await WriteAsync(source, AnswerPath.Rejection(source.Path), Encode(refused, source), ProblemDocument.MediaType, metadata, cancellationToken);
        if (!lines.IsEmpty)
            await WriteAsync(source, AnswerPath.Lines(source.Path), lines, LinesType, metadata, cancellationToken);
    }

    /// <inheritdoc/>
    public Task WriteRejectionAsync(BlobVersion source, DateTimeOffset at, Rejection rejection, CancellationToken cancellationToken)
    {
        var metadata = About(source, at);
        if (rejection.IsPartial)
            metadata[AnswerMetadata.Done] = AnswerMetadata.Some;
        return WriteAsync(source, AnswerPath.Rejection(source.Path), Encode(rejection, source), ProblemDocument.MediaType, metadata, cancellationToken);
    }

    private static byte[] Encode(Rejection rejection, BlobVersion source) =>
        JsonSerializer.SerializeToUtf8Bytes(rejection.ToDocument() with { Upload = source.Path }, AnswerJson.Instance.ProblemDocument);

    private static Dictionary<string, string> About(BlobVersion source, DateTimeOffset at) => new()
    {
        [AnswerMetadata.SourceETag] = source.ETag,
        [AnswerMetadata.SourceAt] = at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
    };

    // Blocks of another version of the manifest must not be taken for this one's; all ids of a blob have one length.
    private static string BlockId(BlobVersion source, int part) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ActId.Of(source, part, DigestAlgorithm.Sha256)}{part:d6}")));

    // Almost every answer is the first under its name; only where one stands is it read.
    private Task WriteAsync(
        BlobVersion source,
        string path,
        ReadOnlyMemory<byte> body,
        string contentType,
        Dictionary<string, string> metadata,
        CancellationToken cancellationToken) =>
        UnlessGoneAsync(source, async answers =>
        {
            var blob = answers.GetBlobClient(path);
            var conditions = new BlobRequestConditions { IfNoneMatch = ETag.All };
            while (true)
            {
                try
                {
                    var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType }, Metadata = metadata, Conditions = conditions };
                    await blob.UploadAsync(BinaryData.FromBytes(body), options, cancellationToken);
                    return;
                }
                catch (RequestFailedException exception)
                    when (exception.ErrorCode == BlobErrorCode.BlobAlreadyExists || exception.ErrorCode == BlobErrorCode.ConditionNotMet)
                {
                    var standing = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
                    if (IsNewer(standing.Metadata, metadata))
                        return;
                    conditions = new BlobRequestConditions { IfMatch = standing.ETag };
                }
            }
        });

    // Storage tells times to the second; of two uploads in one, the log has the later last.
    private static bool IsNewer(IDictionary<string, string> standing, IDictionary<string, string> other) =>
        AnsweredVersion(standing) != AnsweredVersion(other) && OrderOf(standing).CompareTo(OrderOf(other)) > 0;

    private static (DateTimeOffset At, long LogIndex) OrderOf(IDictionary<string, string> metadata) => (
        metadata.TryGetValue(AnswerMetadata.SourceAt, out var text)
            && DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : DateTimeOffset.MinValue,
        metadata.TryGetValue(AnswerMetadata.LogIndex, out var number)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : -1);

    private static string? AnsweredVersion(IDictionary<string, string> metadata) =>
        metadata.TryGetValue(AnswerMetadata.SourceETag, out var version) ? version : null;

    private static async Task<BlobProperties?> FindAsync(BlobBaseClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private BlobContainerClient AnswersTo(BlobVersion source) => accounts.Inbox.GetBlobContainerClient(IssuerContainer.AnswersOf(source.Container));

    private async Task UnlessGoneAsync(BlobVersion source, Func<BlobContainerClient, Task> action)
    {
        try
        {
            await action(AnswersTo(source));
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // An issuer without a place for its answers is a mistake of the deployment, not an issuer that has left.
            if (await accounts.Inbox.GetBlobContainerClient(source.Container).ExistsAsync())
                throw;
            LogContainerGone(logger, source.Container);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Container} is gone, so an answer to one of its uploads could not be written.")]
    private static partial void LogContainerGone(ILogger logger, string container);
}
