using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TrueCopy.AzureStorage;

namespace TrueCopy.Local.Triggers;

/// <summary>
/// What the Functions runtime's queue trigger does: takes messages, runs the handler on several at once, keeps them
/// invisible while it runs, deletes them on success, and moves those that keep failing to the poison queue. Told to stop, it
/// takes no more and lets the handlers that run come to their end, within a bound. The figures are those of
/// <c>host.json</c>, but that a message which failed comes back sooner: someone waits.
/// </summary>
internal sealed partial class QueueTrigger(
    StorageAccounts accounts,
    string queueName,
    Func<QueueMessage, CancellationToken, Task> handler,
    SentMessages sent,
    TimeProvider time,
    ILogger<QueueTrigger> logger) : BackgroundService
{
    internal const int BatchSize = 16;
    internal const int NewBatchThreshold = 8;
    internal const int MaxDequeueCount = 60;
    internal static readonly TimeSpan Invisible = TimeSpan.FromMinutes(1);

    // The host gives all its services half a minute to stop.
    internal static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(20);

    // What this process sends it hears of; this is for what others send, and for what becomes visible again.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    // Nobody waits for what has failed for good, and most of the looking would be for that.
    private static readonly TimeSpan PoisonPollInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly bool _isLast = queueName.EndsWith(StorageNames.PoisonSuffix, StringComparison.Ordinal);
    private readonly QueueClient _queue = accounts.RawQueues.GetQueueClient(queueName);
    private readonly QueueClient _poison = accounts.RawQueues.GetQueueClient(queueName + StorageNames.PoisonSuffix);

    internal string QueueName => queueName;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new HashSet<Task>();
        using var abandoned = new CancellationTokenSource();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var next = sent.NextTo(queueName);
                var received = await ReceiveAsync(stoppingToken);
                foreach (var message in received)
                    running.Add(HandleAsync(message, abandoned.Token));
                if (received.Length == 0)
                    await Task.WhenAny(next, Task.Delay(_isLast ? PoisonPollInterval : PollInterval, time, stoppingToken));

                while (running.Count > NewBatchThreshold)
                    running.Remove(await Task.WhenAny(running).WaitAsync(stoppingToken));
                running.RemoveWhere(task => task.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop: the normal end.
        }

        await DrainAsync(running, abandoned);
    }

    // What is abandoned is delivered again when it becomes visible.
    private async Task DrainAsync(HashSet<Task> running, CancellationTokenSource abandoned)
    {
        var drained = Task.WhenAll(running);
        try
        {
            await drained.WaitAsync(DrainTime, time);
        }
        catch (TimeoutException)
        {
            LogAbandoned(logger, running.Count(task => !task.IsCompleted));
            await abandoned.CancelAsync();
            await drained;
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

    private async Task HandleAsync(QueueMessage message, CancellationToken abandoned)
    {
        using var handled = CancellationTokenSource.CreateLinkedTokenSource(abandoned);
        var renewing = KeepInvisibleAsync(message, handled.Token);
        Exception? failure = null;
        try
        {
            await handler(message, abandoned);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        await handled.CancelAsync();
        var handle = await renewing;
        if (abandoned.IsCancellationRequested && failure is not null)
            return;
        try
        {
            await SettleAsync(message, handle, failure);
        }
        catch (Exception exception) when (StorageFailure.Explains(exception))
        {
            LogNotSettled(logger, exception);
        }
    }

    private async Task SettleAsync(QueueMessage message, string handle, Exception? failure)
    {
        if (failure is not null && (_isLast || message.DequeueCount < MaxDequeueCount))
        {
            LogFailed(logger, message.DequeueCount, failure);
            await _queue.UpdateMessageAsync(message.MessageId, handle, (BinaryData?)null, RetryAfter);
            return;
        }

        if (failure is not null)
        {
            LogPoison(logger, failure);
            await _poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1));
        }

        await _queue.DeleteMessageAsync(message.MessageId, handle);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events were not handled in time before the end; they will be delivered again.")]
    private static partial void LogAbandoned(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue cannot be reached; trying again.")]
    private static partial void LogUnreachable(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An event failed on delivery {Count}; it will be delivered again.")]
    private static partial void LogFailed(ILogger logger, long count, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "An event failed for good and is moved to the poison queue.")]
    private static partial void LogPoison(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An event could not be settled; it will be delivered again.")]
    private static partial void LogNotSettled(ILogger logger, Exception exception);
}
