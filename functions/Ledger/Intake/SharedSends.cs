namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Sends what is staged at the same time as one message: while one is under way the next gathers, and the longer the more waits in
/// the queue, or storage is slow to take it; and a moment where the last held several. So whoever takes out of it, which one process does, is never pushed aside by those
/// who put into it. What comes alone goes at once, and by itself.
/// </summary>
/// <param name="send">Sends bodies as one message.</param>
/// <param name="count">How many messages there are, those among them that somebody has taken and not done with.</param>
/// <param name="time">The clock.</param>
/// <remarks>One instance a process.</remarks>
public sealed class SharedSends(Func<IReadOnlyList<ReadOnlyMemory<byte>>, Task> send, Func<Task<long>> count, TimeProvider time)
{
    /// <summary>With more messages than this the queue is ahead of whoever empties it.</summary>
    public const int ManyMessages = 128;

    // Fewer in a second ask for no look.
    private const int FewSends = 5;

    // A send that takes this long was refused at least once: the storage client waits before it tries again.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(120);
    // So often in a row storage may refuse, each time as often as its client tries: about half a minute.
    private const int MaxRefusals = 8;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(10);

    // At five messages a second each, a hundred and thirty processes are what a queue takes.
    private static readonly TimeSpan FirstGap = TimeSpan.FromMilliseconds(200);
    // The host hands out some two dozen events at a time, each of which waits for its message: a longer gap would make no message fuller.
    private static readonly TimeSpan MaxGap = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _sending;
    private bool _together;
    private TimeSpan _gap;
    private long _sentAt;
    private long? _lookedAt;
    private int _sends;

    /// <summary>Sends a body, perhaps with others, and so whether or not one of them gives up. Done when storage has it.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> body)
    {
        var waiting = new Waiting(body);
        bool begin;
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            begin = !_sending;
            _sending = true;
        }

        if (begin)
            _ = SendAllAsync();
        return waiting.Sent.Task;
    }

    private async Task SendAllAsync()
    {
        var (group, refusals) = (new List<Waiting>(), 0);
        while (true)
        {
            var gap = _gap == TimeSpan.Zero && _together ? LeastGap : _gap;
            if (gap > TimeSpan.Zero && gap - time.GetElapsedTime(_sentAt) is var rest && rest > TimeSpan.Zero)
                await Task.Delay(rest, time);
            Fill(group);
            if (group.Count == 0)
                return;
            var begun = time.GetTimestamp();
            var failure = await TrySendAsync(group);

            // What they do next is no time of storage's.
            _sentAt = time.GetTimestamp();
            if (failure is null)
            {
                foreach (var waiting in group)
                    waiting.Sent.SetResult();
                _together = group.Count > 1;
                (group, refusals) = ([], 0);
            }
            else if (failure is not StorageBusyException || ++refusals == MaxRefusals)
            {
                foreach (var waiting in group)
                    waiting.Sent.SetException(failure);
                (group, refusals) = ([], 0);
            }

            // Else asked for again with what has come meanwhile: whoever handled those events would otherwise do all of it once more.
            await PaceAsync(begun);
        }
    }

    // Whatever it is, it is for those who wait to see.
    private async Task<Exception?> TrySendAsync(List<Waiting> group)
    {
        try
        {
            await send([.. group.Select(waiting => waiting.Body)]);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private void Fill(List<Waiting> group)
    {
        lock (_lock)
        {
            var length = group.Sum(waiting => waiting.Body.Length);
            while (group.Count < StagedGroup.MaxUploads && _waiting.TryPeek(out var next)
                && (group.Count == 0 || StagedGroup.LengthOf(group.Count + 1, length + next.Body.Length) <= IQueueStore.MaxBodyLength))
            {
                group.Add(_waiting.Dequeue());
                length += next.Body.Length;
            }

            _sending = group.Count > 0;
        }
    }

    private async Task PaceAsync(long begun)
    {
        _lookedAt ??= begun;
        _sends++;
        var isSlow = time.GetElapsedTime(begun, _sentAt) >= Slow;
        if (!isSlow && time.GetElapsedTime(_lookedAt.Value, _sentAt) < LookEvery)
            return;
        var isBusy = isSlow || ((_sends >= FewSends || _gap > TimeSpan.Zero) && await IsAheadAsync());
        (_lookedAt, _sends) = (_sentAt, 0);

        // Twice as long at once, and back little by little.
        var gap = isBusy ? TimeSpan.FromTicks(Math.Clamp(2 * _gap.Ticks, FirstGap.Ticks, MaxGap.Ticks)) : _gap * 0.95;
        _gap = gap < LeastGap ? TimeSpan.Zero : gap;
    }

    private async Task<bool> IsAheadAsync()
    {
        try
        {
            return await count() > ManyMessages;
        }
        catch (Exception)
        {
            // Not to be had: as good a reason. Whatever is the matter, it is no reason to send nothing any more.
            return true;
        }
    }

    private sealed record Waiting(ReadOnlyMemory<byte> Body)
    {
        public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
