namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Takes the messages of the next batch: what is there, and then goes on with it. What arrives meanwhile makes up the batch after;
/// reading until the queue is empty would, under a steady load, not end before the batch is as large as it may be.
/// </summary>
/// <remarks>One instance a process, used by one drain at a time.</remarks>
public sealed class BatchCollection(StagedActs staged, CommitPace pace, SequencerOptions options, TimeProvider time)
{
    private static readonly TimeSpan SharedFor = TimeSpan.FromMinutes(1);
    private const int Parallelism = 64;
    private long? _shortAt;
    private Task<StagedPage>? _begun;

    /// <summary>Asks for the first messages, while it is found out whether they are this process's to take.</summary>
    public Task<StagedPage> BeginAsync(CancellationToken cancellationToken) => _begun ??= staged.ReceivePageAsync(cancellationToken);

    /// <summary>Puts back what was asked for and not taken.</summary>
    public async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _begun, null) is { } begun)
            await Parallel.ForEachAsync((await begun).Messages, SideBySide.Of(Parallelism, cancellationToken), async (message, stop) => await staged.ReleaseAsync(message, TimeSpan.Zero, stop));
    }

    /// <summary>Takes messages; waits for more only until it is time to commit, or a tile is full.</summary>
    public async Task<IReadOnlyList<StagedMessage>> TakeAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var messages = new List<StagedMessage>();
        var (acts, longActs) = (0, 0);
        while (acts < Sequencer.MaxBatchActs)
        {
            var begun = Interlocked.Exchange(ref _begun, null);
            var (received, isFull) = await staged.ReceiveAsync(begun is null ? null : await begun, cancellationToken);
            messages.AddRange(received);
            acts += received.Sum(message => message.Work.MostActs);
            var fillsTile = acts >= TileId.FullWidth;
            if (received.Any(message => message.IsBulk))
            {
                longActs += received.Sum(message => message.Work.MostActs);
                if (longActs >= MaxLongActs() || (fillsTile && time.GetElapsedTime(started) > options.CommitInterval))
                    break;
                continue;
            }

            if (received.Count > 0)
                _shortAt = time.GetTimestamp();
            if (isFull)
            {
                if (fillsTile && time.GetElapsedTime(started) > options.CommitInterval)
                    break;
            }
            else if (messages.Count == 0 || fillsTile || !await WaitForTurnAsync(acts, cancellationToken))
            {
                break;
            }
        }

        pace.Taken();
        return messages;
    }

    private int MaxLongActs() => _shortAt is { } at && time.GetElapsedTime(at) < SharedFor ? Sequencer.MaxSharedActs : Sequencer.MaxBatchActs;

    /// <returns>Whether there was something to wait for, so that it is worth looking again.</returns>
    private async Task<bool> WaitForTurnAsync(int acts, CancellationToken cancellationToken)
    {
        var wait = pace.WaitOf(acts);
        if (wait <= TimeSpan.Zero)
            return false;

        // What this process stages it is told; what others do it sees only by looking, which is worth it when a tile should be full.
        var full = pace.FullIn(acts);
        await staged.WaitForMoreAsync(TileId.FullWidth - acts, full < wait ? full : wait, cancellationToken);
        return true;
    }
}
