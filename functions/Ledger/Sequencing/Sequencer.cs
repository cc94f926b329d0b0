using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Puts staged acts into the log in batches, one sequencer at a time by lease, correct even when several run. Under
/// load batches grow by themselves: what arrives during one commit makes up the next.
/// </summary>
/// <remarks>One instance a process. The last committed tip is kept, so an idle log is picked up without reading it.</remarks>
public sealed partial class Sequencer(
    BatchCommitter committer,
    BatchPublisher publisher,
    Witnesses witnesses,
    StagedActs staged,
    StagedBatches batches,
    SuspectMessages suspects,
    DirectAnswers answers,
    PendingAnswers pending,
    IssuerAnnouncements announcements,
    SequencerLease lease,
    SequencerOptions options,
    AnswerOptions answerOptions,
    SequencerMetrics metrics,
    TimeProvider time,
    ILogger<Sequencer> logger) : IDisposable
{
    /// <summary>The most acts that one batch takes in, to bound memory and the time to a receipt.</summary>
    public const int MaxBatchActs = 16_384;

    /// <summary>The most acts that one batch takes in of long uploads while others upload short ones, who wait for it.</summary>
    public const int MaxSharedActs = 2048;

    /// <summary>How long one drain goes on before it hands over, below the time that a function may run.</summary>
    public static readonly TimeSpan MaxDrainTime = TimeSpan.FromMinutes(4);

    // Each settles with a request or two; a connection to storage carries one at a time.
    private const int Parallelism = 64;

    private readonly SemaphoreSlim _draining = new(1, 1);
    private int _requested;
    private static readonly TimeSpan SharedFor = TimeSpan.FromMinutes(1);
    private long? _committedAt;
    private long? _shortAt;
    private Tip? _tip;
    private volatile bool _waits;

    /// <summary>Whether a committed batch waited for its witnesses when this process looked last. Nothing is committed on top of it.</summary>
    public bool WaitsForWitnesses => _waits;

    /// <summary>
    /// Makes sure that everything staged before this call is sequenced: by this call, or by the drain that is running. Then
    /// waits until what this process answers at once is written, or queued answer by answer.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var drained = false;
        Volatile.Write(ref _requested, 1);
        while (Volatile.Read(ref _requested) == 1 && await _draining.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            try
            {
                drained = true;
                if (Interlocked.Exchange(ref _requested, 0) == 1)
                    await DrainWhileStagedAsync(cancellationToken);
            }
            finally
            {
                _draining.Release();
            }
        }

        // Neither the lease nor the turn of the next drain waits for this.
        if (drained)
            await answers.WhenDoneAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _draining.Dispose();

    // An act staged between the last look and the release finds the lease taken and leaves it to us, so look once more.
    private async Task DrainWhileStagedAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        do
        {
            await using var held = await lease.TryAcquireAsync(cancellationToken);
            if (held is null)
                return;
            await RunBatchesAsync(started, cancellationToken);
        }
        while (!_waits && time.GetElapsedTime(started) < MaxDrainTime && await staged.OldestAsync(cancellationToken) is not null);
    }

    private async Task RunBatchesAsync(long started, CancellationToken cancellationToken)
    {
        try
        {
            while (time.GetElapsedTime(started) < MaxDrainTime)
            {
                _tip ??= await RecoverAsync(cancellationToken);
                if (_tip is null)
                    return;
                var messages = await CollectAsync(cancellationToken);
                if (messages.Count == 0 && !await committer.HaveKeysChangedAsync(_tip, cancellationToken))
                    return;
                foreach (var group in suspects.Group(messages))
                    await SequenceOrBlameAsync(group, cancellationToken);
            }
        }
        catch
        {
            // Whether the last commit took effect is not known, so the next run starts from what storage says.
            Reset();
            throw;
        }
    }

    // What a message says can only stand in the way of making a batch. Storage and keys that fail afterwards are nobody's fault.
    private async Task SequenceOrBlameAsync(IReadOnlyList<StagedMessage> messages, CancellationToken cancellationToken)
    {
        _tip ??= await RecoverAsync(cancellationToken);
        if (_tip is null)
        {
            await StartAgainAsync(messages, cancellationToken);
            return;
        }

        StagedBatch batch;
        try
        {
            batch = await batches.MakeAsync(messages, _tip.StatusFrom, cancellationToken);
            suspects.Clear(messages);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            announcements.Forget();
            if (!await suspects.BlameAsync(messages, exception, cancellationToken))
                throw;
            foreach (var half in messages.Chunk(Math.Max(1, (messages.Count + 1) / 2)).Where(_ => messages.Count > 1))
                await SequenceOrBlameAsync(half, cancellationToken);
            return;
        }

        await SequenceAsync(messages, batch, cancellationToken);
    }

    /// <returns>What to append to next; null while a committed batch waits for its witnesses.</returns>
    private async Task<Tip?> RecoverAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await committer.LoadHeadAsync(cancellationToken) is { } head)
            {
                if (!head.IsFinished && !await TryFinishAsync(head, cancellationToken))
                    return null;
                _waits = false;
                return await committer.LoadTipAsync(head.Stored, head.Checkpoint, cancellationToken);
            }

            if (await committer.TryCommitGenesisAsync(cancellationToken) is { } genesis)
            {
                _waits = await publisher.FinishAsync(genesis.Batch, genesis.Checkpoint, null, cancellationToken) is null;
                return _waits ? null : genesis.Tip;
            }
        }
    }

    private async Task<bool> TryFinishAsync(CommittedHead head, CancellationToken cancellationToken)
    {
        var cosigned = witnesses.FindPublished(head.Checkpoint, head.Published);
        _waits = cosigned is null && witnesses.Rest;
        if (_waits)
            return false;
        LogFinishing(logger, head.Checkpoint.Size);
        var batch = await committer.LoadBatchAsync(head.Stored, cancellationToken);
        var finished = await publisher.FinishAsync(batch, head.Checkpoint, cosigned, cancellationToken);
        _waits = finished is null;
        if (!_waits)
            await answers.BeginAsync(finished, [], cancellationToken);
        return !_waits;
    }

    private void Reset()
    {
        _tip = null;
        announcements.Forget();
    }

    // Takes what is there and goes on with it: what arrives meanwhile makes up the next batch. Reading until the queue is
    // empty would, under a steady load, not end before the batch is as large as it may be.
    private async Task<List<StagedMessage>> CollectAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var messages = new List<StagedMessage>();
        var (acts, longActs) = (0, 0);
        while (acts < MaxBatchActs)
        {
            var received = await staged.ReceiveAsync(cancellationToken);
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
            if (received.Count >= StagedActs.PageLength)
            {
                if (fillsTile && time.GetElapsedTime(started) > options.CommitInterval)
                    break;
            }
            else if (messages.Count == 0 || fillsTile || !await WaitForTurnAsync(cancellationToken))
            {
                break;
            }
        }

        return messages;
    }

    private int MaxLongActs() => _shortAt is { } at && time.GetElapsedTime(at) < SharedFor ? MaxSharedActs : MaxBatchActs;

    /// <returns>Whether there was something to wait for, so that it is worth looking again.</returns>
    private async Task<bool> WaitForTurnAsync(CancellationToken cancellationToken)
    {
        if (_committedAt is not { } committedAt || options.CommitInterval - time.GetElapsedTime(committedAt) is var wait && wait <= TimeSpan.Zero)
            return false;
        await Task.Delay(wait, time, cancellationToken);
        return true;
    }

    private async Task SequenceAsync(IReadOnlyList<StagedMessage> messages, StagedBatch batch, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        FinishedBatch? finished = null;
        if (batch.Acts.Count + batch.Announced.Count > 0 || await committer.HaveKeysChangedAsync(_tip!, cancellationToken))
        {
            var committed = await committer.TryCommitAsync(_tip!, batch, cancellationToken);
            if (committed is null)
            {
                LogLost(logger);
                metrics.Lost();
                await StartAgainAsync(messages, cancellationToken);
                return;
            }

            _committedAt = time.GetTimestamp();
            finished = await publisher.FinishAsync(committed.Batch, committed.Checkpoint, null, cancellationToken);
            if (finished is null)
            {
                // As after a crash: the batch is finished from the journal, and what its messages ask for is then found done.
                _waits = true;
                await StartAgainAsync(messages, cancellationToken);
                return;
            }

            _tip = committed.Tip;
            var elapsed = time.GetElapsedTime(started);
            metrics.Sequenced(batch.Acts.Count, elapsed, messages.Select(message => time.GetUtcNow() - message.StagedAt));
            LogSequenced(logger, batch.Acts.Count, committed.Batch.Size, elapsed.TotalMilliseconds);
        }
        else if (!await committer.IsCurrentAsync(_tip!, cancellationToken))
        {
            // All of it is in effect already, through another process, which may have died before it queued the answers.
            await StartAgainAsync(messages, cancellationToken);
            return;
        }

        await answers.BeginAsync(finished, await QueueOthersAsync(batch, cancellationToken), cancellationToken);
        await EachAsync(messages, (message, stop) => SettleAsync(message, batch, stop), cancellationToken);
    }

    // To every list whose lines are all done or refused, to what repeats what stands, and what has to go; queued before its message goes.
    private async Task<IReadOnlyList<(PendingAnswer Answer, QueuedAnswer Queued)>> QueueOthersAsync(StagedBatch batch, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow();
        PendingAnswer[] done =
        [
            .. batch.Lists.Values.Where(list => list.Waiting == 0).Select(list => list.AnswerTo(since)),
            .. batch.Repeats.Select(upload => RepeatAnswer.To(upload, since)),
            .. batch.Unwanted.Select(package => new PackageDeletion(package, since)),
        ];
        var queued = new QueuedAnswer[done.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, done.Length, parallel, async (i, stop) => queued[i] = await pending.AddAsync(done[i], answerOptions.HeadStart, stop));
        return [.. done.Zip(queued)];
    }

    private Task StartAgainAsync(IReadOnlyList<StagedMessage> messages, CancellationToken cancellationToken)
    {
        Reset();
        return EachAsync(messages, (message, stop) => staged.ReleaseAsync(message, TimeSpan.Zero, stop), cancellationToken);
    }

    // What the batch had no room for is taken at once by the next. A list with a line that waits is tried again: at once if
    // this batch issued something, which may be what it waits for.
    private Task SettleAsync(StagedMessage message, StagedBatch batch, CancellationToken cancellationToken)
    {
        TimeSpan? wait = batch.Left.Contains(message) ? TimeSpan.Zero
            : batch.Lists.TryGetValue(message, out var resolved) && resolved.Waiting > 0 ? batch.Issues ? TimeSpan.Zero : options.RetryDelay
            : null;
        return wait is { } delay
            ? staged.ReleaseAsync(message, delay, cancellationToken)
            : staged.DeleteAsync(message, cancellationToken);
    }

    private static Task EachAsync(
        IReadOnlyList<StagedMessage> messages,
        Func<StagedMessage, CancellationToken, Task> action,
        CancellationToken cancellationToken) =>
        Parallel.ForAsync(
            0,
            messages.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (i, stop) => await action(messages[i], stop));

    [LoggerMessage(Level = LogLevel.Information, Message = "Sequenced {Acts} acts: the log has {Size} entries ({Milliseconds:0} ms).")]
    private static partial void LogSequenced(ILogger logger, int acts, long size, double milliseconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another sequencer committed first; starting again from its head.")]
    private static partial void LogLost(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The batch up to entry {Size} was committed but not finished; finishing it from the journal.")]
    private static partial void LogFinishing(ILogger logger, long size);
}
