using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TrueCopy.AzureStorage;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>What the Functions host does with the queue of events, with the figures of <c>host.json</c>.</summary>
internal sealed class EventPump(StorageAccounts accounts, Func<ReadOnlyMemory<byte>, CancellationToken, Task> handler)
{
    private const int PageLength = 16;
    private static readonly TimeSpan Invisible = TimeSpan.FromMinutes(5);

    private readonly QueueClient _queue = accounts.Queues.GetQueueClient(StorageNames.BlobEventsQueue);

    /// <summary>Handles events until this many are handled, several at once.</summary>
    public async Task RunAsync(int count, CancellationToken cancellationToken)
    {
        var running = new List<Task>();
        var received = 0;
        while (received < count)
        {
            QueueMessage[] page = await _queue.ReceiveMessagesAsync(PageLength, Invisible, cancellationToken);
            received += page.Length;
            running.AddRange(page.Select(message => HandleAsync(message, cancellationToken)));
            if (page.Length < PageLength)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            while (running.Count(task => !task.IsCompleted) > PageLength)
                await Task.WhenAny(running.Where(task => !task.IsCompleted));
        }

        await Task.WhenAll(running);
    }

    private async Task HandleAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        await handler(message.Body.ToMemory(), cancellationToken);
        await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
    }
}
