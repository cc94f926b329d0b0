using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TrueCopy.AzureStorage;

namespace TrueCopy.Local.Triggers;

/// <summary>
/// What the Functions runtime's queue trigger does: takes messages, runs the handler on several at once, keeps them
/// invisible while it runs, deletes them on success, and moves those that keep failing to the poison queue. The
/// figures are those of <c>host.json</c>, but that a message which failed comes back sooner: someone waits.
/// </summary>
internal sealed partial class QueueTrigger(
    StorageAccounts accounts,
    string queueName,
    Func<QueueMessage, CancellationToken, Task> handler,
    TimeProvider time,
    ILogger<QueueTrigger> logger) : BackgroundService
{
    internal const int BatchSize = 16;
    internal const int NewBatchThreshold = 8;
    internal const int MaxDequeueCount = 60;
    internal static readonly TimeSpan Invisible = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly QueueClient _queue = accounts.Queues.GetQueueClient(queueName);
    private readonly QueueClient _poison = accounts.Queues.GetQueueClient(queueName + StorageNames.PoisonSuffix);

    internal string QueueName => queueName;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new HashSet<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            var received = await ReceiveAsync(stoppingToken);
            foreach (var message in received)
                running.Add(HandleAsync(message, stoppingToken));
            if (received.Length == 0)
                await Task.Delay(PollInterval, time, stoppingToken);

            while (running.Count > NewBatchThreshold)
                running.Remove(await Task.WhenAny(running));
            running.RemoveWhere(task => task.IsCompleted);
        }
    }

    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _queue.ReceiveMessagesAsync(BatchSize, Invisible, cancellationToken);
        }
        catch (Exception exception) when (StorageFailure.Explains(exception) && !cancellationToken.IsCancellationRequested)
        {
            LogUnreachable(logger, exception);
            return [];
        }
    }

    private async Task HandleAsync(QueueMessage message, CancellationToken stoppingToken)
    {
        using var handled = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = KeepInvisibleAsync(message, handled.Token);
        Exception? failure = null;
        try
        {
            await handler(message, stoppingToken);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        await handled.CancelAsync();
        var handle = await renewing;
        if (stoppingToken.IsCancellationRequested && failure is not null)
            return;
        try
        {
            await SettleAsync(message, handle, failure, stoppingToken);
        }
        catch (Exception exception) when (StorageFailure.Explains(exception) && !stoppingToken.IsCancellationRequested)
        {
            LogNotSettled(logger, exception);
        }
    }

    private async Task SettleAsync(QueueMessage message, string handle, Exception? failure, CancellationToken cancellationToken)
    {
        var lastQueue = queueName.EndsWith(StorageNames.PoisonSuffix, StringComparison.Ordinal);
        if (failure is not null && (lastQueue || message.DequeueCount < MaxDequeueCount))
        {
            LogFailed(logger, message.DequeueCount, failure);
            await _queue.UpdateMessageAsync(message.MessageId, handle, (BinaryData?)null, RetryAfter, cancellationToken);
            return;
        }

        if (failure is not null)
        {
            LogPoison(logger, failure);
            await _poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: cancellationToken);
        }

        await _queue.DeleteMessageAsync(message.MessageId, handle, cancellationToken);
    }

    /// <returns>The handle that deletes the message; it changes with every renewal.</returns>
    private async Task<string> KeepInvisibleAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        var handle = message.PopReceipt;
        try
        {
            using var timer = new PeriodicTimer(RenewEvery, time);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                // Not cancelled midway: a renewal that took effect unseen would leave us with a dead handle.
                var renewed = await _queue.UpdateMessageAsync(message.MessageId, handle, (BinaryData?)null, Invisible, CancellationToken.None);
                handle = renewed.Value.PopReceipt;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Handled: the normal end.
        }
        catch (Exception exception) when (StorageFailure.Explains(exception))
        {
            LogNotSettled(logger, exception);
        }

        return handle;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue cannot be reached; trying again.")]
    private static partial void LogUnreachable(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An event failed on delivery {Count}; it will be delivered again.")]
    private static partial void LogFailed(ILogger logger, long count, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "An event failed for good and is moved to the poison queue.")]
    private static partial void LogPoison(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An event could not be settled; it will be delivered again.")]
    private static partial void LogNotSettled(ILogger logger, Exception exception);
}
