using System.Text;

namespace TrueCopy.Testing.InMemory;

/// <summary>The queue of answers in memory: at least once, invisible while held or delayed.</summary>
public sealed class InMemoryPendingAnswers(Operations operations, TimeProvider time) : IPendingAnswers
{
    /// <summary>How long a message that was delivered stays invisible.</summary>
    public static readonly TimeSpan Invisible = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<Message> _messages = [];

    /// <summary>What this queue does wrong on purpose.</summary>
    public Break Breaks { get; set; }

    /// <summary>Messages in the queue, visible or not.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _messages.Count;
        }
    }

    /// <summary>What is owed, visible or not.</summary>
    public IReadOnlyList<PendingAnswer> Owed
    {
        get
        {
            lock (_lock)
                return [.. _messages.Select(message => PendingAnswerBody.Decode(message.Body))];
        }
    }

    /// <inheritdoc/>
    public Task<QueuedAnswer> AddAsync(PendingAnswer answer, TimeSpan delay, CancellationToken cancellationToken) => operations.RunAsync("answers.add", () =>
    {
        var message = new Message(Guid.NewGuid().ToString(), PendingAnswerBody.Encode(answer), time.GetUtcNow() + delay);
        lock (_lock)
        {
            if (Breaks != Break.AnswersAreNotQueued)
                _messages.Add(message);
        }

        return new QueuedAnswer(message.Id, message.Handle, null);
    });

    /// <inheritdoc/>
    public Task ReleaseAsync(QueuedAnswer queued, CancellationToken cancellationToken) => operations.RunAsync("answers.release", () =>
    {
        lock (_lock)
        {
            foreach (var message in _messages.Where(message => message.Handle == queued.Handle))
                message.VisibleAt = time.GetUtcNow();
        }
    });

    /// <inheritdoc/>
    public Task RemoveAsync(QueuedAnswer queued, CancellationToken cancellationToken) => operations.RunAsync("answers.remove", () =>
    {
        lock (_lock)
            _messages.RemoveAll(message => message.Handle == queued.Handle);
    });

    /// <inheritdoc/>
    public Task<PendingAnswer> ReadAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        operations.RunAsync("answers.read", () => PendingAnswerBody.Decode(message.Span));

    /// <inheritdoc/>
    public Task<long> CountAsync(CancellationToken cancellationToken) => operations.RunAsync("answers.count", () => (long)Count);

    /// <summary>Delivers every message that is visible, as a queue trigger does; one whose handler fails comes back.</summary>
    /// <returns>How many were delivered.</returns>
    public async Task<int> DeliverAsync(AnswerHandler handler, CancellationToken cancellationToken)
    {
        Message[] visible;
        lock (_lock)
        {
            visible = [.. _messages.Where(message => message.VisibleAt <= time.GetUtcNow())];
            foreach (var message in visible)
                (message.VisibleAt, message.Handle) = (time.GetUtcNow() + Invisible, Guid.NewGuid().ToString());
        }

        foreach (var message in visible)
        {
            if (await handler.HandleAsync(message.Body, cancellationToken) != AnswerOutcome.Handled)
                throw new LogFormatException(Encoding.UTF8.GetString(message.Body));
            await operations.RunAsync("answers.done", () =>
            {
                lock (_lock)
                    _messages.Remove(message);
            });
        }

        return visible.Length;
    }

    private sealed class Message(string id, byte[] body, DateTimeOffset visibleAt)
    {
        public string Id { get; } = id;

        public byte[] Body { get; } = body;

        public string Handle { get; set; } = Guid.NewGuid().ToString();

        public DateTimeOffset VisibleAt { get; set; } = visibleAt;
    }
}
