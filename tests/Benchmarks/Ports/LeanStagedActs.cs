using System.Collections.Concurrent;
using System.Globalization;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>The queue between intake and sequencer in memory; bodies are encoded and decoded as on storage.</summary>
internal sealed class LeanStagedActs(OperationCounts operations, TimeProvider time) : IStagedActs
{
    private readonly ConcurrentQueue<Waiting> _messages = new();
    private readonly ConcurrentQueue<Waiting> _bulk = new();
    private readonly ConcurrentDictionary<long, Waiting> _received = new();
    private long _staged;
    private long _deleted;

    public long Undone => Volatile.Read(ref _staged) - Volatile.Read(ref _deleted);

    public Task<PreparedPart> PrepareAsync(StagedUpload upload, CancellationToken cancellationToken) => Task.FromResult(Prepare(upload));

    public static PreparedPart Prepare(StagedUpload upload) =>
        new(upload.Answer.Part, upload.Answer.Kind == UploadKind.Manifest ? upload.Source.Path : null, StagedBody.Encode(upload));

    public async Task StageAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            await QueueAsync("staged.add", cancellationToken);
            (part.Blob is null ? _messages : _bulk).Enqueue(new Waiting(Interlocked.Increment(ref _staged), part, parts.Count, time.GetUtcNow(), 1));
        }
    }

    public Task DiscardAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<IReadOnlyList<StagedMessage>> ReceiveAsync(CancellationToken cancellationToken)
    {
        var page = Take(_messages, IStagedActs.PageLength);
        await QueueAsync("staged.receive", cancellationToken, Math.Max(1, page.Count));
        if (page.Count > 0)
            return page;
        var bulk = Take(_bulk, 1);
        await QueueAsync("staged.receive", cancellationToken);
        return bulk;
    }

    /// <summary>What was received and not deleted is seen again, as after the time that a message is out of sight.</summary>
    public void Return()
    {
        foreach (var id in _received.Keys.Order())
        {
            if (_received.TryRemove(id, out var message))
                (message.Part.Blob is null ? _messages : _bulk).Enqueue(message with { Delivery = message.Delivery + 1 });
        }
    }

    public async Task<DateTimeOffset?> OldestAsync(CancellationToken cancellationToken)
    {
        await QueueAsync("staged.peek", cancellationToken);
        return _messages.TryPeek(out var message) || _bulk.TryPeek(out message) ? message.At : null;
    }

    public async Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken)
    {
        await QueueAsync("staged.delete", cancellationToken);
        if (_received.TryRemove(long.Parse(message.Id, CultureInfo.InvariantCulture), out _))
            Interlocked.Increment(ref _deleted);
    }

    public Task ReleaseAsync(StagedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nothing contends for a lean queue.");

    private List<StagedMessage> Take(ConcurrentQueue<Waiting> queue, int most)
    {
        var page = new List<StagedMessage>();
        while (page.Count < most && queue.TryDequeue(out var message))
        {
            _received[message.Id] = message;
            var upload = StagedBody.Decode(message.Part.Body.Span);
            upload = upload with { Answer = upload.Answer with { Part = message.Part.Part, Parts = message.Parts } };
            page.Add(new StagedMessage(message.Id.ToString(CultureInfo.InvariantCulture), "", message.Delivery, message.At, message.Part.Blob, upload));
        }

        return page;
    }

    private ValueTask QueueAsync(string name, CancellationToken cancellationToken, int messages = 1) =>
        operations.RunAsync(new StorageRequest(name, StorageService.Queue, "staged-acts", messages), cancellationToken);

    private sealed record Waiting(long Id, PreparedPart Part, int Parts, DateTimeOffset At, int Delivery);
}
