using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Intake;

namespace TrueCopy.Testing.InMemory;

/// <summary>A queue as storage keeps one: at least once, invisible while held, back after a while.</summary>
public sealed class InMemoryStagedActs(Operations operations, TimeProvider time) : IStagedActs
{
    /// <summary>How long a message that was received stays invisible.</summary>
    public static readonly TimeSpan Invisible = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly List<Message> _messages = [];
    private int _handles;

    /// <summary>Messages in the queue, visible or not.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _messages.Count;
        }
    }

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<Act> acts, CancellationToken cancellationToken) => operations.RunAsync("staged.add", () =>
    {
        var body = StagedBody.Encode(acts);
        lock (_lock)
            _messages.Add(new Message(Guid.NewGuid().ToString(), body));
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<StagedMessage>> ReceiveAsync(CancellationToken cancellationToken) =>
        operations.RunAsync("staged.receive", IReadOnlyList<StagedMessage> () =>
        {
            lock (_lock)
                return [.. _messages.Where(IsVisible).Take(32).Select(Deliver)];
        });

    /// <inheritdoc/>
    public Task<bool> AnyAsync(CancellationToken cancellationToken) => operations.RunAsync("staged.peek", () =>
    {
        lock (_lock)
            return _messages.Any(IsVisible);
    });

    /// <inheritdoc/>
    public Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken) => operations.RunAsync("staged.delete", () =>
    {
        lock (_lock)
            _messages.RemoveAll(candidate => candidate.Handle == message.Handle);
    });

    /// <inheritdoc/>
    public Task ReleaseAsync(StagedMessage message, CancellationToken cancellationToken) => operations.RunAsync("staged.release", () =>
    {
        lock (_lock)
        {
            foreach (var held in _messages.Where(candidate => candidate.Handle == message.Handle))
                held.VisibleAt = DateTimeOffset.MinValue;
        }
    });

    private bool IsVisible(Message message) => message.VisibleAt <= time.GetUtcNow();

    private StagedMessage Deliver(Message message)
    {
        message.VisibleAt = time.GetUtcNow() + Invisible;
        message.Handle = $"handle {++_handles}";
        message.Deliveries++;
        return new StagedMessage(message.Id, message.Handle, message.Deliveries, StagedBody.Decode(message.Body));
    }

    private sealed class Message(string id, byte[] body)
    {
        public string Id { get; } = id;

        public byte[] Body { get; } = body;

        public string Handle { get; set; } = "";

        public DateTimeOffset VisibleAt { get; set; } = DateTimeOffset.MinValue;

        public int Deliveries { get; set; }
    }
}
