using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>
/// Staged uploads as queue messages (base64 of the body). A body that does not fit goes into a blob, and a pointer to
/// it into the queue for long uploads, which is read one message at a time and only when the other is empty.
/// </summary>
public sealed partial class QueueStagedActs(StorageAccounts accounts, ILogger<QueueStagedActs> logger) : IStagedActs
{
    // A queue message holds 64 KiB of base64.
    private const int MaxBodyLength = 40 * 1024;

    // Pages that are asked for at once when the first was full.
    private const int MorePages = 15;

    // Whoever deletes a message deletes its body after it, so that no message should ever lack one.
    private const int MaxDeliveriesWithoutBody = 5;

    // Longer than a batch takes; a message that shows up again all the same is recognised by its act ids.
    private static readonly TimeSpan Invisible = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private readonly QueueClient _queue = accounts.RawQueues.GetQueueClient(StorageNames.StagedActsQueue);
    private readonly QueueClient _bulk = accounts.RawQueues.GetQueueClient(StorageNames.StagedBulkQueue);
    private readonly BlobContainerClient _bodies = accounts.Ledger.GetBlobContainerClient(StorageNames.StagingContainer);

    /// <inheritdoc/>
    public async Task<PreparedPart> PrepareAsync(StagedUpload upload, CancellationToken cancellationToken)
    {
        var body = StagedBody.Encode(upload);
        if (body.Length <= MaxBodyLength && IStagedActs.IsShort(upload))
            return new PreparedPart(0, null, body);

        // A name that no other delivery of the same event has, so that one that fails takes nothing from another.
        var blob = Guid.NewGuid().ToString("N");
        await _bodies.GetBlobClient(blob).UploadAsync(BinaryData.FromBytes(body), overwrite: true, cancellationToken);
        return new PreparedPart(upload.Answer.Part, blob, default) { Source = upload.Source };
    }

    /// <inheritdoc/>
    public Task StageAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken) =>
        InParallelAsync(
            parts,
            async (part, stop) =>
            {
                if (part.Blob is { } blob)
                    await SendAsync(StorageNames.StagedBulkQueue, new StagedPointer(blob, part.Part, parts.Count, part.Source).Encode(), stop);
                else
                    await SendAsync(StorageNames.StagedActsQueue, part.Body, stop);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task DiscardAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken) =>
        InParallelAsync(
            [.. parts.Where(part => part.Blob is not null)],
            async (part, stop) => await _bodies.GetBlobClient(part.Blob).DeleteIfExistsAsync(cancellationToken: stop),
            cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StagedMessage>> ReceiveAsync(CancellationToken cancellationToken)
    {
        var messages = await ReceivePageAsync(cancellationToken);
        if (messages.Count == 0)
            return await ReceiveAsync(_bulk, 1, ReadPointerAsync, cancellationToken);
        if (messages.Count < IStagedActs.PageLength)
            return messages;

        // Much is waiting, so one page a round trip would be slow.
        var more = await Task.WhenAll(Enumerable.Range(0, MorePages).Select(_ => ReceivePageAsync(cancellationToken)));
        return [.. messages, .. more.SelectMany(page => page)];
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> OldestAsync(CancellationToken cancellationToken)
    {
        var shorts = await _queue.PeekMessagesAsync(maxMessages: 1, cancellationToken);
        var bulk = await _bulk.PeekMessagesAsync(maxMessages: 1, cancellationToken);
        return shorts.Value.Concat(bulk.Value).Min(message => message.InsertedOn);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken)
    {
        // The message first: a message without its body would be lost, a body without its message only takes space.
        await IfStillOursAsync(() => QueueOf(message).DeleteMessageAsync(message.Id, message.Handle, cancellationToken));
        if (message.Blob is { } blob)
            await _bodies.GetBlobClient(blob).DeleteIfExistsAsync(cancellationToken: cancellationToken);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(StagedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        IfStillOursAsync(() => QueueOf(message).UpdateMessageAsync(message.Id, message.Handle, (BinaryData?)null, delay, cancellationToken));

    private Task<List<StagedMessage>> ReceivePageAsync(CancellationToken cancellationToken) =>
        ReceiveAsync(_queue, IStagedActs.PageLength, ReadInlineAsync, cancellationToken);

    private QueueClient QueueOf(StagedMessage message) => message.IsBulk ? _bulk : _queue;

    private async Task<List<StagedMessage>> ReceiveAsync(
        QueueClient queue,
        int count,
        Func<QueueMessage, CancellationToken, Task<StagedMessage>> read,
        CancellationToken cancellationToken)
    {
        QueueMessage[] received = await queue.ReceiveMessagesAsync(count, Invisible, cancellationToken);
        var messages = new List<StagedMessage>(received.Length);
        foreach (var message in received)
        {
            try
            {
                messages.Add(await read(message, cancellationToken));
            }
            catch (MissingBodyException exception) when (message.DequeueCount < MaxDeliveriesWithoutBody)
            {
                LogMissing(logger, message.DequeueCount, exception);
            }
            catch (Exception exception) when (exception is LogFormatException or MissingBodyException)
            {
                LogPoison(logger, exception);
                var poison = accounts.RawQueues.GetQueueClient(queue.Name + StorageNames.PoisonSuffix);
                await poison.SendMessageAsync(message.Body, timeToLive: Forever, cancellationToken: cancellationToken);
                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
            }
        }

        return messages;
    }

    private static Task<StagedMessage> ReadInlineAsync(QueueMessage message, CancellationToken cancellationToken) =>
        Task.FromResult(Message(message, null, StagedBody.Decode(QueueBody.Of(message).Span)));

    private async Task<StagedMessage> ReadPointerAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        var pointer = StagedPointer.Decode(QueueBody.Of(message).Span);
        try
        {
            var body = (await _bodies.GetBlobClient(pointer.Blob).DownloadContentAsync(cancellationToken)).Value.Content;
            var upload = StagedBody.Decode(body.ToMemory().Span);
            var answer = upload.Answer with { Part = pointer.Part, Parts = pointer.Parts };
            return Message(message, pointer.Blob, upload with { Answer = answer });
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new MissingBodyException(exception);
        }
    }

    private static StagedMessage Message(QueueMessage message, string? blob, StagedUpload upload) => new(
        message.MessageId,
        message.PopReceipt,
        message.DequeueCount,
        message.InsertedOn ?? DateTimeOffset.UnixEpoch,
        blob,
        upload);

    private Task<Response<SendReceipt>> SendAsync(string queue, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        accounts.Queues.GetQueueClient(queue).SendMessageAsync(BinaryData.FromBytes(body), timeToLive: Forever, cancellationToken: cancellationToken);

    private static Task InParallelAsync<T>(IReadOnlyList<T> items, Func<T, CancellationToken, ValueTask> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, action);

    private static async Task IfStillOursAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (RequestFailedException exception)
            when (exception.ErrorCode == QueueErrorCode.MessageNotFound || exception.ErrorCode == QueueErrorCode.PopReceiptMismatch)
        {
            // Gone, or delivered to someone else since, who now answers for it.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The body of a staged message is missing, delivery {Count}.")]
    private static partial void LogMissing(ILogger logger, long count, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A staged message cannot be read and is moved to the poison queue.")]
    private static partial void LogPoison(ILogger logger, Exception exception);

    private sealed class MissingBodyException(Exception innerException) : Exception("The body of a staged upload is missing.", innerException);
}
