using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Answering;

/// <summary>A batch that is published and indexed, and what the process that did it knows about it.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Checkpoint">The signed head after it.</param>
/// <param name="Displaced">Acts that take no effect, by log index.</param>
/// <param name="Since">Since when they are owed.</param>
public sealed record FinishedBatch(
    JournalBatch Batch,
    SignedCheckpoint Checkpoint,
    IReadOnlyDictionary<long, DisplacedAct> Displaced,
    DateTimeOffset Since)
{
    /// <summary>Whether issuers are owed answers for it.</summary>
    public bool IsOwed { get; } = OwedAnswers.Any(Batch);
}

/// <summary>
/// Answers at once, in the process that has everything in memory, so that nobody waits for a queue. A batch counts as finished only
/// afterwards, so whoever finishes it in place of a process that died answers it too. Where answers take long the log does not wait:
/// a queued message then owes them.
/// </summary>
/// <remarks>One instance a process.</remarks>
public sealed partial class DirectAnswers(
    AnswerAttempts attempts,
    PendingAnswers pending,
    IHashTileSource tiles,
    PackStore packs,
    AnswerOptions options,
    TimeProvider time,
    ILogger<DirectAnswers> logger)
{
    // Batches are in memory until they are answered. With more of them under way the place where answers go is slow, and
    // other processes may as well try.
    private const int MaxUnderWay = 4;

    private readonly Lock _lock = new();
    private readonly HashSet<Task> _underWay = [];

    /// <summary>
    /// Begins to answer a batch, and what is answered apart from batches, and waits until that is done, but no longer than the sequencer has
    /// patience. When this returns, what is not answered is owed.
    /// </summary>
    public async Task BeginAsync(FinishedBatch? finished, IReadOnlyList<(PendingAnswer Answer, QueuedAnswer Queued)> others, CancellationToken cancellationToken)
    {
        if (others.Count == 0 && finished is not { IsOwed: true })
            return;
        if (CountUnderWay() >= MaxUnderWay)
        {
            await LeaveAsync(finished, others, cancellationToken);
            return;
        }

        var late = new Late();
        var answering = TryAnswerAsync(finished, others, late, cancellationToken);
        lock (_lock)
            _underWay.Add(answering);
        if (!await IsDoneInTimeAsync(answering, cancellationToken) && finished is { IsOwed: true })
            await (late.Owing = OweAsync(finished, options.HeadStart, cancellationToken));
    }

    /// <summary>Waits until everything that was begun has ended: written, or queued one by one.</summary>
    public Task WhenDoneAsync()
    {
        lock (_lock)
            return Task.WhenAll(_underWay);
    }

    private int CountUnderWay()
    {
        lock (_lock)
        {
            _underWay.RemoveWhere(task => task.IsCompleted);
            return _underWay.Count;
        }
    }

    private async Task<bool> IsDoneInTimeAsync(Task<bool> answering, CancellationToken cancellationToken)
    {
        try
        {
            return await answering.WaitAsync(options.Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogSlow(logger);
            return false;
        }
    }

    /// <returns>Whether each answer is written, or owed by itself; it fails only when it is cancelled.</returns>
    private async Task<bool> TryAnswerAsync(
        FinishedBatch? finished,
        IReadOnlyList<(PendingAnswer Answer, QueuedAnswer Queued)> others,
        Late late,
        CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(
                attempts.TryAllAsync([.. others.Select(other => other.Answer)], options.AtOnce, cancellationToken),
                finished is null ? Task.CompletedTask : AnswerAsync(finished, cancellationToken));
            foreach (var (_, queued) in others)
                await pending.RemoveAsync(queued, cancellationToken);
            if (late.Owing is { } owing)
                await pending.RemoveAsync(await owing, cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogLeft(logger, exception);
            return false;
        }
    }

    private Task<QueuedAnswer> OweAsync(FinishedBatch finished, TimeSpan delay, CancellationToken cancellationToken) =>
        pending.AddAsync(new BatchAnswers(finished.Batch.Name, finished.Since), delay, cancellationToken);

    // To other processes, at once.
    private async Task LeaveAsync(FinishedBatch? finished, IReadOnlyList<(PendingAnswer Answer, QueuedAnswer Queued)> others, CancellationToken cancellationToken)
    {
        if (finished is { IsOwed: true })
            await OweAsync(finished, TimeSpan.Zero, cancellationToken);
        try
        {
            foreach (var (_, queued) in others)
                await pending.ReleaseAsync(queued, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogLeft(logger, exception);
        }
    }

    private async Task AnswerAsync(FinishedBatch finished, CancellationToken cancellationToken)
    {
        var own = new BatchTiles(finished.Batch.Tiles, tiles);
        var status = finished.Batch.Pack is { } pack
            ? await LogStatus.OpenAsync(packs, packs.Keep(finished.Batch.Size, pack), own, finished.Checkpoint, cancellationToken)
            : null;
        var answers = OwedAnswers.Of(finished.Batch, finished.Displaced);
        await attempts.TryAllAsync(answers, finished.Batch.Name, finished.Since, new Prover(own, finished.Checkpoint, status), options.AtOnce, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answers take long to write; the log goes on meanwhile.")]
    private static partial void LogSlow(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The answers of a batch are left to the queue.")]
    private static partial void LogLeft(ILogger logger, Exception exception);

    /// <summary>What was queued of a batch because its answers took too long; one that is queued too late to be removed owes what is written.</summary>
    private sealed class Late
    {
        public Task<QueuedAnswer>? Owing { get; set; }
    }
}
