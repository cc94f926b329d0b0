using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Makes a committed batch visible: tiles, then the checkpoint, then the index. Every step can be repeated, so a batch that
/// a crash cut short is finished by running all of them again. What issuers are owed for it is queued before it counts as
/// finished, and written by others: nothing here writes to an issuer.
/// </summary>
public sealed partial class BatchPublisher(
    LogState state,
    LogStore log,
    BatchIndexer indexer,
    PendingAnswers pending,
    AnswerOptions options,
    TimeProvider time,
    ILogger<BatchPublisher> logger)
{
    private const int Parallelism = 64;

    /// <summary>Publishes a batch to the end and records that it is finished.</summary>
    public async Task<FinishedBatch> FinishAsync(JournalBatch batch, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, batch.Tiles.Count, parallel, async (i, stop) => await log.WriteAsync(batch.Tiles[i], stop));
        await log.PublishCheckpointAsync(checkpoint.Note, checkpoint.Size, cancellationToken);

        var displaced = await indexer.AddAsync(batch, cancellationToken);
        if (displaced.Count > 0)
            LogDisplaced(logger, displaced.Count);

        // Before the mark: once it has moved nobody looks at the batch again.
        var since = time.GetUtcNow();
        var queued = OwedAnswers.Any(batch) ? await pending.AddAsync(new BatchAnswers(batch.Name, since), options.HeadStart, cancellationToken) : null;
        await state.SaveFinishedAsync(batch.Size, cancellationToken);
        return new FinishedBatch(batch, checkpoint, displaced, queued, since);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} entries take no effect: what they record stands already, or was done too often.")]
    private static partial void LogDisplaced(ILogger logger, int count);
}
