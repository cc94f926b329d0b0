using System.Globalization;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>Queues in memory, first in, first out, of which nothing that was received comes back by itself.</summary>
internal sealed class LeanQueues(OperationCounts operations) : IQueueStore
{
    private static readonly string StagedDelete = RequestNames.Of("delete", StorageNames.StagedActsQueue);
    private static readonly Task<bool> Gone = Task.FromResult(false);
    private static readonly Task<bool> Done = Task.FromResult(true);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Waiting> _queues = [];
    private long _numbers;

    /// <summary>Messages in some queues, visible or not.</summary>
    public int Count(params ReadOnlySpan<string> queues)
    {
        lock (_lock)
        {
            var count = 0;
            foreach (var queue in queues)
                count += MessagesOf(queue).Count;
            return count;
        }
    }

    public async Task<SentMessage> SendAsync(string queue, MessageBody body, TimeSpan delay, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest(RequestNames.Of("send", queue), StorageService.Queue, queue), cancellationToken);
        lock (_lock)
        {
            var now = TimeProvider.System.GetUtcNow();
            var number = (++_numbers).ToString(CultureInfo.InvariantCulture);
            MessagesOf(queue).Add(new ReceivedMessage(number, number, new MessageBody(body.Bytes.ToArray(), body.IsText), 1, now), now + delay);
            return new SentMessage(number, number);
        }
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int most, TimeSpan invisible, CancellationToken cancellationToken)
    {
        // As from a network, where several pages that are asked for at once come on several threads.
        await Task.Yield();
        int visible;
        lock (_lock)
            visible = Math.Max(1, Math.Min(most, MessagesOf(queue).Visible));
        await operations.RunAsync(new StorageRequest(RequestNames.Of("receive", queue), StorageService.Queue, queue, visible), cancellationToken);
        lock (_lock)
            return MessagesOf(queue).Take(most);
    }

    public async Task<DateTimeOffset?> PeekAsync(string queue, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest(RequestNames.Of("peek", queue), StorageService.Queue, queue), cancellationToken);
        lock (_lock)
            return MessagesOf(queue).Oldest;
    }

    public Task<bool> TryDeleteAsync(string queue, string id, string handle, CancellationToken cancellationToken)
    {
        var name = queue == StorageNames.StagedActsQueue ? StagedDelete : RequestNames.Of("delete", queue);
        var requested = operations.RunAsync(new StorageRequest(name, StorageService.Queue, queue), cancellationToken);
        return requested.IsCompletedSuccessfully ? Delete(queue, handle) ? Done : Gone : DeleteAsync(requested.AsTask(), queue, handle);
    }

    public async Task<bool> TryHideAsync(string queue, string id, string handle, TimeSpan delay, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest(RequestNames.Of("hide", queue), StorageService.Queue, queue), cancellationToken);
        lock (_lock)
        {
            // As on storage, the handle is another from now on.
            var messages = MessagesOf(queue);
            if (messages.Remove(handle) is not { } held)
                return false;
            messages.Add(held with { Handle = (++_numbers).ToString(CultureInfo.InvariantCulture), DeliveryCount = held.DeliveryCount + 1 }, TimeProvider.System.GetUtcNow() + delay);
            return true;
        }
    }

    public async Task<long> CountAsync(string queue, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest(RequestNames.Of("count", queue), StorageService.Queue, queue), cancellationToken);
        return Count(queue);
    }

    private async Task<bool> DeleteAsync(Task requested, string queue, string handle)
    {
        await requested;
        return Delete(queue, handle);
    }

    private bool Delete(string queue, string handle)
    {
        lock (_lock)
            return MessagesOf(queue).Remove(handle) is not null;
    }

    private Waiting MessagesOf(string queue)
    {
        if (!_queues.TryGetValue(queue, out var messages))
            _queues.Add(queue, messages = new Waiting());
        return messages;
    }

    private sealed class Waiting
    {
        private readonly Dictionary<string, ReceivedMessage> _byHandle = [];
        private readonly Queue<string> _visible = new();
        private readonly PriorityQueue<string, DateTimeOffset> _hidden = new();

        public int Count => _byHandle.Count;

        public int Visible
        {
            get
            {
                Show();
                return _visible.Count;
            }
        }

        public DateTimeOffset? Oldest => Visible > 0 ? _byHandle[_visible.Peek()].SentAt : null;

        public void Add(ReceivedMessage message, DateTimeOffset visibleAt)
        {
            _byHandle.Add(message.Handle, message);
            if (visibleAt <= message.SentAt)
                _visible.Enqueue(message.Handle);
            else
                _hidden.Enqueue(message.Handle, visibleAt);
        }

        public List<ReceivedMessage> Take(int most)
        {
            Show();
            var taken = new List<ReceivedMessage>(Math.Min(most, _visible.Count));
            while (taken.Count < most && _visible.TryDequeue(out var handle))
                taken.Add(_byHandle[handle]);
            return taken;
        }

        public ReceivedMessage? Remove(string handle) => _byHandle.Remove(handle, out var message) ? message : null;

        // What was deleted meanwhile is no more.
        private void Show()
        {
            var now = TimeProvider.System.GetUtcNow();
            while (_hidden.TryPeek(out var handle, out var at) && at <= now)
            {
                _hidden.Dequeue();
                if (_byHandle.ContainsKey(handle))
                    _visible.Enqueue(handle);
            }
        }
    }
}
