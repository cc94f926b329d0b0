using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Intake;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>Staged acts as queue messages (base64 of the body).</summary>
public sealed partial class QueueStagedActs(StorageAccounts accounts, ILogger<QueueStagedActs> logger) : IStagedActs
{
    private const int MaxMessages = 32;

    // Longer than a batch takes; a message that shows up again all the same is recognised by its act ids.
    private static readonly TimeSpan Invisible = TimeSpan.FromMinutes(2);

    private readonly QueueClient _queue = accounts.Queues.GetQueueClient(StorageNames.StagedActsQueue);
    private readonly QueueClient _poison = accounts.Queues.GetQueueClient(StorageNames.StagedActsQueue + StorageNames.PoisonSuffix);

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<Act> acts, CancellationToken cancellationToken) =>
        _queue.SendMessageAsync(BinaryData.FromBytes(StagedBody.Encode(acts)), timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StagedMessage>> ReceiveAsync(CancellationToken cancellationToken)
    {
        QueueMessage[] received = await _queue.ReceiveMessagesAsync(MaxMessages, Invisible, cancellationToken);
        var messages = new List<StagedMessage>(received.Length);
        foreach (var message in received)
        {
            try
            {
                var acts = StagedBody.Decode(message.Body.ToMemory().Span);
                messages.Add(new StagedMessage(message.MessageId, message.PopReceipt, message.DequeueCount, acts));
            }
            catch (LogFormatException exception)
            {
                LogPoison(logger, exception);
                await _poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: cancellationToken);
                await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
            }
        }

        return messages;
    }

    /// <inheritdoc/>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken) =>
        (await _queue.PeekMessagesAsync(maxMessages: 1, cancellationToken)).Value.Length > 0;

    /// <inheritdoc/>
    public Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken) =>
        IfStillOursAsync(() => _queue.DeleteMessageAsync(message.Id, message.Handle, cancellationToken));

    /// <inheritdoc/>
    public Task ReleaseAsync(StagedMessage message, CancellationToken cancellationToken) =>
        IfStillOursAsync(() => _queue.UpdateMessageAsync(message.Id, message.Handle, (BinaryData?)null, TimeSpan.Zero, cancellationToken));

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

    [LoggerMessage(Level = LogLevel.Error, Message = "A staged message cannot be read and is moved to the poison queue.")]
    private static partial void LogPoison(ILogger logger, Exception exception);
}
