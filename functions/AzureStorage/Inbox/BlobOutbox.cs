using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.AzureStorage.Inbox;

/// <summary>
/// Writes answers into the issuer's container. Each carries the ETag of the upload that it answers in its metadata, so
/// that an issuer who replaced a blob knows which version was answered.
/// </summary>
public sealed partial class BlobOutbox(StorageAccounts accounts, ILogger<BlobOutbox> logger) : IOutbox
{
    /// <summary>Metadata key: ETag, without quotes, of the blob that is answered.</summary>
    public const string SourceETagKey = "sourceetag";

    /// <summary>Metadata key: index of the act's entry in the log.</summary>
    public const string LogIndexKey = "logindex";

    /// <summary>What the paths of receipts begin with.</summary>
    public const string ReceiptsFolder = IOutbox.Folder + "receipts/";

    /// <summary>What the paths of rejections begin with.</summary>
    public const string RejectedFolder = IOutbox.Folder + "rejected/";

    /// <summary>Where the receipt of a blob is: SHA-256's has the plain name, others name their algorithm.</summary>
    public static string ReceiptPath(string path, DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256
        ? $"{ReceiptsFolder}{path}{Receipt.FileExtension}"
        : $"{ReceiptsFolder}{path}.{algorithm}{Receipt.FileExtension}";

    /// <summary>Where the refusal of a blob is.</summary>
    public static string RejectionPath(string path) => $"{RejectedFolder}{path}.json";

    /// <inheritdoc/>
    public Task WriteReceiptAsync(
        BlobVersion source,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, string>
        {
            [SourceETagKey] = source.ETag,
            [LogIndexKey] = logIndex.ToString(CultureInfo.InvariantCulture),
        };
        return WriteAsync(source, ReceiptPath(source.Path, algorithm), receipt, "text/plain; charset=utf-8", metadata, cancellationToken);
    }

    /// <inheritdoc/>
    public Task WriteRejectionAsync(BlobVersion source, Rejection rejection, CancellationToken cancellationToken)
    {
        var problem = new ProblemDocument(ProblemDocument.TypePrefix + rejection.Cause, rejection.Title, Detail: rejection.Detail);
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, AnswerJson.Instance.ProblemDocument);
        var metadata = new Dictionary<string, string> { [SourceETagKey] = source.ETag };
        return WriteAsync(source, RejectionPath(source.Path), body, ProblemDocument.MediaType, metadata, cancellationToken);
    }

    private async Task WriteAsync(
        BlobVersion source,
        string path,
        ReadOnlyMemory<byte> body,
        string contentType,
        Dictionary<string, string> metadata,
        CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType }, Metadata = metadata };
        try
        {
            var blob = accounts.Inbox.GetBlobContainerClient(source.Container).GetBlobClient(path);
            await blob.UploadAsync(BinaryData.FromBytes(body), options, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            LogContainerGone(logger, source.Container);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Container} is gone, so an answer to one of its uploads could not be written.")]
    private static partial void LogContainerGone(ILogger logger, string container);
}
