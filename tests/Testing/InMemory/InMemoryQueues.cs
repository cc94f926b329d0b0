using System.Globalization;

namespace TrueCopy.Testing.InMemory;

/// <summary>Queues as storage keeps them: at least once, invisible while held, back after a while.</summary>
public sealed class InMemoryQueues(IRequests requests, TimeProvider time) : IQueueStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Waiting> _queues = [];
    private long _numbers;

    /// <summary>What these queues do wrong on purpose.</summary>
    public Break Breaks { get; set; }

    /// <summary>Sees every message when a queue has it.</summary>
    public Action<string, MessageBody>? Sent { get; set; }

    /// <summary>Delivers in random order, as a queue may; null for first in, first out.</summary>
    public Random? Shuffle { get; set; }

    /// <inheritdoc/>
    public Task<SentMessage> SendAsync(string queue, MessageBody body, TimeSpan delay, CancellationToken cancellationToken) => RunAsync("send", queue, 1, () =>
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var message = new Message(++_numbers, new MessageBody(body.Bytes.ToArray(), body.IsText), now) { Handle = NewHandle(), VisibleAt = delay == TimeSpan.Zero ? DateTimeOffset.MinValue : now + delay };
            if (Breaks != Break.AnswersAreNotQueued || queue != StorageNames.AnswersQueue)
                MessagesOf(queue).Add(message);
            Sent?.Invoke(queue, body);
            return new SentMessage(message.Id, message.Handle);
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int most, TimeSpan invisible, CancellationToken cancellationToken) =>
        RunAsync("receive", queue, CountVisible(queue, most), () => Take(queue, most, invisible), cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset?> PeekAsync(string queue, CancellationToken cancellationToken) => RunAsync("peek", queue, 1, () =>
    {
        lock (_lock)
            return MessagesOf(queue).VisibleAt(time.GetUtcNow()).Min(message => (DateTimeOffset?)message.SentAt);
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryDeleteAsync(string queue, string id, string handle, CancellationToken cancellationToken) =>
        RunAsync("delete", queue, 1, () => Remove(queue, handle), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryHideAsync(string queue, string id, string handle, TimeSpan delay, CancellationToken cancellationToken) => RunAsync("hide", queue, 1, () =>
    {
        lock (_lock)
        {
            // As on storage, the handle is another from now on.
            var messages = MessagesOf(queue);
            if (messages.Take(handle) is not { } held)
                return false;
            (held.VisibleAt, held.Handle) = (delay == TimeSpan.Zero ? DateTimeOffset.MinValue : time.GetUtcNow() + delay, NewHandle());
            messages.Add(held);
            return true;
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(string queue, CancellationToken cancellationToken) => RunAsync("count", queue, 1, () => (long)Count(queue), cancellationToken);

    /// <summary>Messages in some queues, visible or not.</summary>
    public int Count(params IEnumerable<string> queues)
    {
        lock (_lock)
            return queues.Sum(queue => MessagesOf(queue).Count);
    }

    /// <summary>Whether some queues have a message that would be delivered now.</summary>
    public bool HasVisible(params IEnumerable<string> queues)
    {
        lock (_lock)
            return queues.Any(queue => MessagesOf(queue).VisibleAt(time.GetUtcNow()).Any());
    }

    /// <summary>What the messages of a queue say, visible or not.</summary>
    public IReadOnlyList<MessageBody> BodiesOf(string queue)
    {
        lock (_lock)
            return [.. MessagesOf(queue).All.Select(message => message.Body)];
    }

    /// <summary>Takes messages without a request, as a host's trigger does.</summary>
    public IReadOnlyList<ReceivedMessage> Take(string queue, int most, TimeSpan invisible)
    {
        lock (_lock)
        {
            var messages = MessagesOf(queue);
            var visible = messages.VisibleAt(time.GetUtcNow());
            if (Shuffle is { } random)
                visible = visible.OrderBy(_ => random.Next());
            return [.. visible.Take(most).ToArray().Select(message => Deliver(messages, message, invisible, keep: Breaks != Break.DeleteBeforePublish || queue == StorageNames.AnswersQueue))];
        }
    }

    /// <summary>Removes a message without a request.</summary>
    /// <returns>Whether it was there under that handle.</returns>
    public bool Remove(string queue, string handle)
    {
        lock (_lock)
            return MessagesOf(queue).Take(handle) is not null;
    }

    /// <summary>Sets from when the messages of some queues are seen.</summary>
    public void ShowFrom(DateTimeOffset visibleAt, params IEnumerable<string> queues)
    {
        lock (_lock)
        {
            foreach (var messages in queues.Select(MessagesOf))
            {
                foreach (var message in messages.All.Where(message => message.VisibleAt != visibleAt).ToArray())
                {
                    messages.Take(message.Handle);
                    message.VisibleAt = visibleAt;
                    messages.Add(message);
                }
            }
        }
    }

    private Waiting MessagesOf(string queue)
    {
        if (!_queues.TryGetValue(queue, out var messages))
            _queues.Add(queue, messages = new Waiting());
        return messages;
    }

    private int CountVisible(string queue, int most)
    {
        lock (_lock)
            return Math.Max(1, MessagesOf(queue).VisibleAt(time.GetUtcNow()).Take(most).Count());
    }

    private ReceivedMessage Deliver(Waiting messages, Message message, TimeSpan invisible, bool keep)
    {
        messages.Take(message.Handle);
        (message.VisibleAt, message.Handle) = (time.GetUtcNow() + invisible, NewHandle());
        message.Deliveries++;
        if (keep)
            messages.Add(message);
        return new ReceivedMessage(message.Id, message.Handle, message.Body, message.Deliveries, message.SentAt);
    }

    private string NewHandle() => string.Create(CultureInfo.InvariantCulture, $"handle {++_numbers}");

    private Task<T> RunAsync<T>(string verb, string queue, int messages, Func<T> operation, CancellationToken cancellationToken) =>
        requests.RunAsync(new StorageRequest(RequestNames.Of(verb, queue), StorageService.Queue, queue, messages), operation, cancellationToken);

    /// <summary>The messages of a queue, by when they are seen.</summary>
    private sealed class Waiting
    {
        private readonly Dictionary<string, Message> _byHandle = [];
        private readonly SortedSet<Message> _byTime = new(Comparer<Message>.Create((left, right) => (left.VisibleAt, left.Number).CompareTo((right.VisibleAt, right.Number))));

        public int Count => _byHandle.Count;

        public IEnumerable<Message> All => _byTime;

        public IEnumerable<Message> VisibleAt(DateTimeOffset now) => _byTime.TakeWhile(message => message.VisibleAt <= now);

        public void Add(Message message)
        {
            _byHandle.Add(message.Handle, message);
            _byTime.Add(message);
        }

        public Message? Take(string handle)
        {
            if (_byHandle.Remove(handle, out var message))
                _byTime.Remove(message);
            return message;
        }
    }

    private sealed class Message(long number, MessageBody body, DateTimeOffset sentAt)
    {
        public long Number { get; } = number;

        public string Id { get; } = string.Create(CultureInfo.InvariantCulture, $"message {number}");

        public MessageBody Body { get; } = body;

        public DateTimeOffset SentAt { get; } = sentAt;

        public required string Handle { get; set; }

        public required DateTimeOffset VisibleAt { get; set; }

        public int Deliveries { get; set; }
    }
}
