using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>
/// Answers that are owed, as queue messages. A body that does not fit goes into a blob, and its name into the message; a
/// body whose message the host removed goes with the container's lifecycle rule.
/// </summary>
public sealed class QueuePendingAnswers(StorageAccounts accounts) : IPendingAnswers
{
    // A queue message holds 64 KiB of base64.
    private const int MaxBodyLength = 40 * 1024;
    private const string Folder = "answers/";
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private readonly QueueClient _queue = accounts.Queues.GetQueueClient(StorageNames.AnswersQueue);
    private readonly BlobContainerClient _bodies = accounts.Ledger.GetBlobContainerClient(StorageNames.StagingContainer);

    /// <inheritdoc/>
    public async Task<QueuedAnswer> AddAsync(PendingAnswer answer, TimeSpan delay, CancellationToken cancellationToken)
    {
        var body = PendingAnswerBody.Encode(answer);
        string? blob = null;
        if (body.Length > MaxBodyLength)
        {
            blob = Folder + Guid.NewGuid().ToString("N");
            await _bodies.GetBlobClient(blob).UploadAsync(BinaryData.FromBytes(body), overwrite: true, cancellationToken);
            body = new AnswerPointer(blob).Encode();
        }

        var sent = (await _queue.SendMessageAsync(BinaryData.FromBytes(body), delay, Forever, cancellationToken)).Value;
        return new QueuedAnswer(sent.MessageId, sent.PopReceipt, blob);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(QueuedAnswer queued, CancellationToken cancellationToken) =>
        IfStillOursAsync(() => _queue.UpdateMessageAsync(queued.Id, queued.Handle, (BinaryData?)null, TimeSpan.Zero, cancellationToken));

    /// <inheritdoc/>
    public async Task RemoveAsync(QueuedAnswer queued, CancellationToken cancellationToken)
    {
        var isOurs = await IfStillOursAsync(() => _queue.DeleteMessageAsync(queued.Id, queued.Handle, cancellationToken));
        if (isOurs && queued.Blob is { } blob)
            await _bodies.GetBlobClient(blob).DeleteIfExistsAsync(cancellationToken: cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<PendingAnswer> ReadAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (AnswerPointer.TryDecode(message.Span) is not { } pointer)
            return PendingAnswerBody.Decode(message.Span);
        try
        {
            var body = (await _bodies.GetBlobClient(pointer.Blob).DownloadContentAsync(cancellationToken)).Value.Content;
            return PendingAnswerBody.Decode(body.ToMemory().Span);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new LogFormatException("pending answer: its body is gone", exception);
        }
    }

    /// <inheritdoc/>
    public async Task<long> CountAsync(CancellationToken cancellationToken) =>
        (await _queue.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCountLong;

    // Otherwise it is gone, or was delivered since, and whoever has it answers for it.
    private static async Task<bool> IfStillOursAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (RequestFailedException exception)
            when (exception.ErrorCode == QueueErrorCode.MessageNotFound || exception.ErrorCode == QueueErrorCode.PopReceiptMismatch)
        {
            return false;
        }
    }
}

/// <summary>The message of an answer whose body is a blob.</summary>
/// <param name="Blob">The blob's name in the staging container.</param>
internal sealed record AnswerPointer([property: JsonPropertyName("blob")] string Blob)
{
    // The longest name of a blob.
    private const int MaxNameLength = 1024;

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, AnswerPointerJson.Default.AnswerPointer);

    /// <returns>The pointer; null if the message is none.</returns>
    public static AnswerPointer? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return ForeignJson.Read(bytes, AnswerPointerJson.Default.AnswerPointer) is { Blob.Length: > 0 and <= MaxNameLength } pointer ? pointer : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AnswerPointer))]
internal sealed partial class AnswerPointerJson : JsonSerializerContext;
