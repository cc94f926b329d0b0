using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Answering;

/// <summary>A batch that is published, indexed and finished, and what the process that did it knows about it.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Checkpoint">The signed head after it.</param>
/// <param name="Displaced">Acts that take no effect, by log index.</param>
/// <param name="Queued">The message that owes its answers; null if it owes none.</param>
/// <param name="Since">Since when they are owed.</param>
public sealed record FinishedBatch(
    JournalBatch Batch,
    SignedCheckpoint Checkpoint,
    IReadOnlyDictionary<long, DisplacedAct> Displaced,
    QueuedAnswer? Queued,
    DateTimeOffset Since);

/// <summary>
/// Answers at once, in the process that has everything in memory, so that nobody waits for a queue. The queued message is
/// what remains if that process dies.
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
    /// patience. It fails only when it is cancelled.
    /// </summary>
    public async Task BeginAsync(FinishedBatch? finished, IReadOnlyList<(PendingAnswer Answer, QueuedAnswer Queued)> others, CancellationToken cancellationToken)
    {
        QueuedAnswer[] queued = [.. others.Select(other => other.Queued), .. finished?.Queued is { } batch ? [batch] : Array.Empty<QueuedAnswer>()];
        if (queued.Length == 0)
            return;
        var answering = CountUnderWay() < MaxUnderWay ? AnswerAsync(finished, others, queued, cancellationToken) : LeaveAsync(queued, cancellationToken);
        lock (_lock)
            _underWay.Add(answering);

        try
        {
            await answering.WaitAsync(options.Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogSlow(logger);
        }
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

    private async Task AnswerAsync(
        FinishedBatch? finished,
        IReadOnlyList<(PendingAnswer Answer, QueuedAnswer Queued)> others,
        IReadOnlyList<QueuedAnswer> queued,
        CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(
                attempts.TryAllAsync([.. others.Select(other => other.Answer)], options.AtOnce, cancellationToken),
                finished is null ? Task.CompletedTask : AnswerAsync(finished, cancellationToken));
            foreach (var done in queued)
                await pending.RemoveAsync(done, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogLeft(logger, exception);
        }
    }

    private async Task LeaveAsync(IReadOnlyList<QueuedAnswer> queued, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var message in queued)
                await pending.ReleaseAsync(message, cancellationToken);
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
}
