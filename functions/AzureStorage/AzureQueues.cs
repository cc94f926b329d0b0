using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace TrueCopy.AzureStorage;

/// <summary>
/// Queues of the ledger account. Event Grid and the service's own clients write base64; messages are received as they are,
/// because one that is not base64 makes the SDK's own decoding throw, and with it those beside it.
/// </summary>
public sealed class AzureQueues(QueueServiceClient raw) : IQueueStore
{
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);
    private readonly ConcurrentDictionary<string, QueueClient> _queues = new();

    /// <inheritdoc/>
    public async Task<SentMessage> SendAsync(string queue, MessageBody body, TimeSpan delay, CancellationToken cancellationToken)
    {
        var text = body.IsText ? System.Text.Encoding.UTF8.GetString(body.Bytes.Span) : Convert.ToBase64String(body.Bytes.Span);
        var sent = (await ClientOf(queue).SendMessageAsync(text, delay == TimeSpan.Zero ? null : delay, Forever, cancellationToken)).Value;
        return new SentMessage(sent.MessageId, sent.PopReceipt);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int most, TimeSpan invisible, CancellationToken cancellationToken)
    {
        QueueMessage[] received = await ClientOf(queue).ReceiveMessagesAsync(most, invisible, cancellationToken);
        return Array.ConvertAll(received, message => new ReceivedMessage(
            message.MessageId,
            message.PopReceipt,
            QueueBody.Of(message),
            message.DequeueCount,
            message.InsertedOn ?? DateTimeOffset.UnixEpoch));
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> PeekAsync(string queue, CancellationToken cancellationToken)
    {
        PeekedMessage[] peeked = await ClientOf(queue).PeekMessagesAsync(maxMessages: 1, cancellationToken);
        return peeked is [var first, ..] ? first.InsertedOn : null;
    }

    /// <inheritdoc/>
    public Task<bool> TryDeleteAsync(string queue, string id, string handle, CancellationToken cancellationToken) =>
        IfStillOursAsync(() => ClientOf(queue).DeleteMessageAsync(id, handle, cancellationToken));

    /// <inheritdoc/>
    public Task<bool> TryHideAsync(string queue, string id, string handle, TimeSpan delay, CancellationToken cancellationToken) =>
        IfStillOursAsync(() => ClientOf(queue).UpdateMessageAsync(id, handle, (BinaryData?)null, delay, cancellationToken));

    /// <inheritdoc/>
    public async Task<long> CountAsync(string queue, CancellationToken cancellationToken) =>
        (await ClientOf(queue).GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCountLong;

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

    private QueueClient ClientOf(string queue) => _queues.GetOrAdd(queue, static (name, service) => service.GetQueueClient(name), raw);
}

/// <summary>
/// What a message says. The platform's listener is told nothing of base64 (<c>host.json</c>): a message that it cannot decode
/// it moves to a poison queue whose messages it then cannot decode either.
/// </summary>
public static class QueueBody
{
    /// <summary>The decoded body; where it is not base64, the message as it is, for its handler to judge.</summary>
    public static MessageBody Of(QueueMessage message)
    {
        var text = message.Body.ToMemory();
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text.Span, decoded, out _, out var written) == OperationStatus.Done
            ? new MessageBody(decoded.AsMemory(0, written))
            : new MessageBody(text, IsText: true);
    }
}
