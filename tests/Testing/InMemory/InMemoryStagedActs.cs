using System.Collections.Concurrent;

namespace TrueCopy.Testing.InMemory;

/// <summary>A queue as storage keeps one: at least once, invisible while held, back after a while.</summary>
public sealed class InMemoryStagedActs(Operations operations, TimeProvider time) : IStagedActs
{
    /// <summary>How long a message that was received stays invisible.</summary>
    public static readonly TimeSpan Invisible = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly List<Message> _messages = [];
    private int _handles;

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

    /// <summary>Whether there is a message that would be delivered now.</summary>
    public bool HasVisible
    {
        get
        {
            lock (_lock)
                return _messages.Exists(IsVisible);
        }
    }

    /// <summary>Bodies that are stored apart.</summary>
    public ConcurrentDictionary<string, byte[]> Bodies { get; } = new();

    /// <inheritdoc/>
    public Task<PreparedPart> PrepareAsync(StagedUpload upload, CancellationToken cancellationToken)
    {
        var body = StagedBody.Encode(upload);
        if (upload.Answer.Kind != UploadKind.Manifest && IStagedActs.IsShort(upload))
            return Task.FromResult(new PreparedPart(0, null, body));
        return operations.RunAsync("staged.prepare", () =>
        {
            var blob = Guid.NewGuid().ToString();
            Bodies[blob] = body;
            return new PreparedPart(upload.Answer.Part, blob, default);
        });
    }

    /// <summary>Stages an upload of one part.</summary>
    public async Task AddAsync(StagedUpload upload, CancellationToken cancellationToken) =>
        await StageAsync([await PrepareAsync(upload, cancellationToken)], cancellationToken);

    /// <inheritdoc/>
    public async Task StageAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            await operations.RunAsync("staged.add", () =>
            {
                lock (_lock)
                    _messages.Add(new Message(Guid.NewGuid().ToString(), part, parts.Count, time.GetUtcNow()));
            });
        }
    }

    /// <inheritdoc/>
    public Task DiscardAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken) => operations.RunAsync("staged.discard", () =>
    {
        foreach (var part in parts.Where(part => part.Blob is not null))
            Bodies.TryRemove(part.Blob!, out _);
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<StagedMessage>> ReceiveAsync(CancellationToken cancellationToken) =>
        operations.RunAsync("staged.receive", IReadOnlyList<StagedMessage> () =>
        {
            lock (_lock)
            {
                // Deleting a message deletes its body after it, so none may ever be without.
                if (_messages.Exists(message => message.Part.Blob is { } blob && !Bodies.ContainsKey(blob)))
                    throw new AuditException("the body of a staged message is missing");
                var visible = _messages.Where(IsVisible).OrderBy(message => Shuffle?.Next() ?? 0).ToArray();
                StagedMessage[] delivered = [.. visible.Where(message => message.Part.Blob is null).Concat(visible.Where(message => message.Part.Blob is not null).Take(1)).Take(32).Select(Deliver)];
                if (Breaks == Break.DeleteBeforePublish)
                    _messages.RemoveAll(message => delivered.Any(gone => gone.Id == message.Id));
                return delivered;
            }
        });

    /// <summary>Hides everything that is staged now until <see cref="LetGo"/>, as a queue that is slow to deliver.</summary>
    public void Hold()
    {
        lock (_lock)
            _messages.ForEach(message => message.VisibleAt = DateTimeOffset.MaxValue);
    }

    /// <summary>Makes everything visible.</summary>
    public void LetGo()
    {
        lock (_lock)
            _messages.ForEach(message => message.VisibleAt = DateTimeOffset.MinValue);
    }

    /// <summary>Delivers in random order, as the queue may; null for first in, first out.</summary>
    public Random? Shuffle { get; set; }

    /// <inheritdoc/>
    public Task<DateTimeOffset?> OldestAsync(CancellationToken cancellationToken) => operations.RunAsync("staged.peek", DateTimeOffset? () =>
    {
        lock (_lock)
            return _messages.Where(IsVisible).Min(message => (DateTimeOffset?)message.StagedAt);
    });

    /// <inheritdoc/>
    public Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken) => operations.RunAsync("staged.delete", () =>
    {
        lock (_lock)
        {
            if (_messages.RemoveAll(candidate => candidate.Handle == message.Handle) > 0 && message.Blob is { } blob)
                Bodies.TryRemove(blob, out _);
        }
    });

    /// <inheritdoc/>
    public Task ReleaseAsync(StagedMessage message, TimeSpan delay, CancellationToken cancellationToken) => operations.RunAsync("staged.release", () =>
    {
        lock (_lock)
        {
            foreach (var held in _messages.Where(candidate => candidate.Handle == message.Handle))
                held.VisibleAt = time.GetUtcNow() + delay;
        }
    });

    private bool IsVisible(Message message) => message.VisibleAt <= time.GetUtcNow();

    private StagedMessage Deliver(Message message)
    {
        message.VisibleAt = time.GetUtcNow() + Invisible;
        message.Handle = $"handle {++_handles}";
        message.Deliveries++;
        var upload = StagedBody.Decode(message.Part.Blob is { } blob ? Bodies[blob] : message.Part.Body.Span);
        upload = upload with { Answer = upload.Answer with { Part = message.Part.Part, Parts = message.Parts } };
        return new StagedMessage(message.Id, message.Handle, message.Deliveries, message.StagedAt, message.Part.Blob, upload);
    }

    private sealed class Message(string id, PreparedPart part, int parts, DateTimeOffset stagedAt)
    {
        public string Id { get; } = id;

        public PreparedPart Part { get; } = part;

        public int Parts { get; } = parts;

        public DateTimeOffset StagedAt { get; } = stagedAt;

        public string Handle { get; set; } = "";

        public DateTimeOffset VisibleAt { get; set; } = DateTimeOffset.MinValue;

        public int Deliveries { get; set; }
    }
}
