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
    BatchCollection collection,
    CommitPace pace,
    StagedBatches batches,
    IssuedDocuments issued,
    DoneMessages done,
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
    // What was taken and is not done with; kept when storage is busy, since taking it again asks for more.
    private readonly HashSet<StagedMessage> _taken = new(ReferenceEqualityComparer.Instance);
    private string? _takenAt;
    private int _requested;
    private int _refusals;
    private long _refusedAt;
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
        var begun = time.GetTimestamp();
        Volatile.Write(ref _requested, 1);
        while (Volatile.Read(ref _requested) == 1 && await _draining.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            try
            {
                drained = true;
                if (time.GetElapsedTime(begun) < MaxDrainTime)
                    await RestAsync(cancellationToken);
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

    // The lease is one blob for every process, and takes 500 requests a second. Once is no sign that another is busy for long.
    private async Task RestAsync(CancellationToken cancellationToken)
    {
        if (_refusals > 1 && options.LeaseRest - time.GetElapsedTime(_refusedAt) is var rest && rest > TimeSpan.Zero)
            await Task.Delay(rest, time, cancellationToken);
    }

    // An act staged between the last look and the release finds the lease taken and leaves it to us, so look once more.
    private async Task DrainWhileStagedAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        do
        {
            if (!await TryRunBatchesAsync(started, cancellationToken))
                return;
        }
        while (!_waits && time.GetElapsedTime(started) < MaxDrainTime && await staged.OldestAsync(cancellationToken) is not null);
    }

    /// <returns>False if another process sequences.</returns>
    private async Task<bool> TryRunBatchesAsync(long started, CancellationToken cancellationToken)
    {
        // Beside the lease, where no other had it the last time: what is another's is put back.
        var ahead = _refusals == 0 && _tip is { } tip ? BeginAheadAsync(tip, cancellationToken) : Task.CompletedTask;
        try
        {
            await using var held = await lease.TryAcquireAsync(cancellationToken);
            (_refusals, _refusedAt) = held is null ? (_refusals + 1, time.GetTimestamp()) : (0, 0);
            await EndAsync(ahead);
            if (held is not null)
                await RunBatchesAsync(started, cancellationToken);
            return held is not null;
        }
        finally
        {
            await EndAsync(ahead);
            if (!cancellationToken.IsCancellationRequested)
                await collection.GiveBackAsync(cancellationToken);
        }

        // What fails ahead is asked for once more, and fails, where it is needed.
        static async Task EndAsync(Task ahead) => await ahead.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task BeginAheadAsync(Tip tip, CancellationToken cancellationToken)
    {
        issued.Begin(tip.Version);
        if (await collection.BeginAsync(cancellationToken) is { IsFull: false } page)
            await batches.NoteAheadAsync(page.Messages, tip.StatusFrom, cancellationToken);
    }

    private async Task RunBatchesAsync(long started, CancellationToken cancellationToken)
    {
        try
        {
            for (var refused = 0; time.GetElapsedTime(started) < MaxDrainTime;)
            {
                try
                {
                    if (!await RunBatchAsync(cancellationToken))
                        return;
                    refused = 0;
                }
                catch (StorageBusyException exception)
                {
                    // Whether the last commit took effect is not known; what is in effect is recognised by its act ids.
                    LogBusy(logger, exception);
                    Reset();
                    await Task.Delay(PatientTables.PauseAfter(++refused, exception.After), time, cancellationToken);
                }
            }
        }
        catch
        {
            // As above; and what was taken comes back by itself.
            Reset();
            throw;
        }
        finally
        {
            _taken.Clear();
            if (!cancellationToken.IsCancellationRequested)
                await done.DeleteAsync([], cancellationToken);
        }
    }

    /// <returns>Whether there was anything to do.</returns>
    private async Task<bool> RunBatchAsync(CancellationToken cancellationToken)
    {
        _tip ??= await RecoverAsync(cancellationToken);
        if (_tip is null)
            return false;
        var messages = _taken.Count > 0 ? TakeAgain() : await collection.TakeAsync(cancellationToken);
        if (messages.Count == 0 && !await committer.HaveKeysChangedAsync(_tip, cancellationToken))
            return false;
        _taken.UnionWith(messages);
        _takenAt = _tip.Version;
        foreach (var group in suspects.Group(messages))
            await SequenceOrBlameAsync(group, cancellationToken);
        _taken.Clear();
        return true;
    }

    // Where anything was committed meanwhile, as if they were delivered again: then it is looked up whether they are in effect.
    private StagedMessage[] TakeAgain()
    {
        StagedMessage[] again = [.. _tip!.Version == _takenAt ? _taken : _taken.Select(message => message with { DeliveryCount = message.DeliveryCount + 1 })];
        _taken.Clear();
        return again;
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
            issued.Begin(_tip.Version);
            batch = await batches.MakeAsync(messages, _tip.StatusFrom, cancellationToken);
            suspects.Clear(messages);
        }
        catch (Exception exception) when (exception is not StorageBusyException && !cancellationToken.IsCancellationRequested)
        {
            announcements.Forget();
            if (!await suspects.BlameAsync(messages, exception, cancellationToken))
                throw;
            if (messages is [var blamed])
                _taken.Remove(blamed);
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
                return await TryFinishAsync(genesis.Batch, genesis.Checkpoint, null, cancellationToken) ? genesis.Tip : null;
        }
    }

    private async Task<bool> TryFinishAsync(CommittedHead head, CancellationToken cancellationToken)
    {
        var cosigned = witnesses.FindPublished(head.Checkpoint, head.Published);
        _waits = cosigned is null && witnesses.Rest;
        if (_waits)
            return false;
        LogFinishing(logger, head.Checkpoint.Size);
        return await TryFinishAsync(await committer.LoadBatchAsync(head.Stored, cancellationToken), head.Checkpoint, cosigned, cancellationToken);
    }

    private async Task<bool> TryFinishAsync(JournalBatch batch, SignedCheckpoint checkpoint, CosignedCheckpoint? cosigned, CancellationToken cancellationToken)
    {
        var finished = await publisher.FinishAsync(batch, checkpoint, cosigned, cancellationToken);
        _waits = finished is null;
        if (finished is not null)
            await AnswerAsync(finished, [], cancellationToken);
        return !_waits;
    }

    private void Reset()
    {
        _tip = null;
        announcements.Forget();
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

            pace.Committed(batch.Acts.Count);
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

        await AnswerAsync(finished, await QueueOthersAsync(batch, cancellationToken), cancellationToken);
        await SettleAsync(messages, batch, cancellationToken);
    }

    private async Task AnswerAsync(FinishedBatch? finished, IReadOnlyList<(PendingAnswer Answer, QueuedAnswer Queued)> others, CancellationToken cancellationToken)
    {
        await answers.BeginAsync(finished, others, cancellationToken);
        if (finished is not null)
            await publisher.MarkAsync(finished, cancellationToken);
    }

    // To every list whose lines are all done or refused, to what repeats what stands, to what is refused, and what has to go; queued before its message goes.
    private async Task<IReadOnlyList<(PendingAnswer Answer, QueuedAnswer Queued)>> QueueOthersAsync(StagedBatch batch, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow();
        PendingAnswer[] owed =
        [
            .. batch.Lists.Values.Where(list => list.Waiting == 0).Select(list => list.AnswerTo(since)),
            .. batch.Repeats.Select(upload => RepeatAnswer.To(upload, since)),
            .. batch.Refused.Select(upload => new RefusalAnswer(upload.Source, upload.Why, since)),
            .. batch.Unwanted.Select(package => new PackageDeletion(package, since)),
        ];
        var queued = new QueuedAnswer[owed.Length];
        var parallel = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForAsync(0, owed.Length, parallel, async (i, stop) => queued[i] = await pending.AddAsync(owed[i], answerOptions.HeadStart, stop));
        return [.. owed.Zip(queued)];
    }

    private Task StartAgainAsync(IReadOnlyList<StagedMessage> messages, CancellationToken cancellationToken)
    {
        Reset();
        return ReleaseAsync([.. messages.Select(message => (message, TimeSpan.Zero))], cancellationToken);
    }

    // What the batch had no room for is taken at once by the next. A list with a line that waits is tried again: at once if
    // this batch issued something, which may be what it waits for.
    private async Task SettleAsync(IReadOnlyList<StagedMessage> messages, StagedBatch batch, CancellationToken cancellationToken)
    {
        var waiting = new List<(StagedMessage, TimeSpan)>();
        var finished = new List<StagedMessage>(messages.Count);
        foreach (var message in messages)
        {
            if (batch.Left.Contains(message))
                waiting.Add((message, TimeSpan.Zero));
            else if (batch.Lists.TryGetValue(message, out var resolved) && resolved.Waiting > 0)
                waiting.Add((message, batch.Issues ? TimeSpan.Zero : options.RetryDelay));
            else
                finished.Add(message);
        }

        await ReleaseAsync(waiting, cancellationToken);
        await done.DeleteAsync(finished, cancellationToken);
        _taken.ExceptWith(finished);
    }

    private async Task ReleaseAsync(IReadOnlyList<(StagedMessage Message, TimeSpan Delay)> messages, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(messages, SideBySide.Of(Parallelism, cancellationToken), async (item, stop) => await staged.ReleaseAsync(item.Message, item.Delay, stop));
        _taken.ExceptWith(messages.Select(item => item.Message));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Sequenced {Acts} acts: the log has {Size} entries ({Milliseconds:0} ms).")]
    private static partial void LogSequenced(ILogger logger, int acts, long size, double milliseconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage is busy; the sequencer waits and goes on with what it has.")]
    private static partial void LogBusy(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another sequencer committed first; starting again from its head.")]
    private static partial void LogLost(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The batch up to entry {Size} was committed but not finished; finishing it from the journal.")]
    private static partial void LogFinishing(ILogger logger, long size);
}
