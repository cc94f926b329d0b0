namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Counts the acts that this process stages, so that whoever waits for more need not ask storage for them all the time. What is staged
/// while messages are taken may be counted though it was among them, which costs a look; it is never the other way round.
/// </summary>
internal sealed class StagedHere(TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _acts;
    private (int Acts, TaskCompletionSource Reached)? _awaited;

    /// <summary>Counts acts that the queue has.</summary>
    public void Add(int acts)
    {
        lock (_lock)
        {
            _acts += acts;
            if (_acts >= _awaited?.Acts)
                _awaited.Value.Reached.TrySetResult();
        }
    }

    /// <summary>Begins to count anew, before what is there is taken.</summary>
    public void Reset()
    {
        lock (_lock)
            _acts = 0;
    }

    /// <summary>Waits until there are so many, or the time is over. One at a time waits.</summary>
    public async Task WaitAsync(int acts, TimeSpan most, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_acts >= acts)
                return;
            _awaited = (acts, reached);
        }

        using var timer = time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), reached, most, Timeout.InfiniteTimeSpan);
        using var stop = cancellationToken.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), reached);
        await reached.Task;
    }
}
