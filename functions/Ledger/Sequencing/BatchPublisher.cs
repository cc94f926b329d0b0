using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Makes a committed batch visible: tiles and the status pack, then the checkpoint, then the index. Every step can be repeated, so a batch that
/// a crash cut short, or that too few witnesses have signed, is finished by running all of them again. It counts as
/// finished when issuers have their answers, or these are owed; nothing here writes to an issuer.
/// </summary>
public sealed partial class BatchPublisher(
    LogState state,
    LogStore log,
    PackStore packs,
    Witnesses witnesses,
    IHashTileSource published,
    BatchIndexer indexer,
    TimeProvider time,
    ILogger<BatchPublisher> logger)
{
    private const int Parallelism = 64;

    /// <summary>Publishes and indexes a batch, after which it can be answered; <see cref="MarkAsync"/> ends it.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="checkpoint">The committed checkpoint, signed by the log alone.</param>
    /// <param name="cosigned">The same as it is published already, if enough witnesses have signed it; null to ask them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The batch with the checkpoint that was published; null if it waits for witnesses.</returns>
    public async Task<FinishedBatch?> FinishAsync(JournalBatch batch, SignedCheckpoint checkpoint, CosignedCheckpoint? cosigned, CancellationToken cancellationToken)
    {
        // Side by side. A witness that also keeps a copy finds the tiles by the time it has stored what it signed, or comes again.
        var asking = cosigned is null ? witnesses.AskAsync(checkpoint, () => new BatchTiles(batch.Tiles, published), forAll: false, cancellationToken) : Task.FromResult(cosigned);
        var parallel = SideBySide.Of(Parallelism, cancellationToken);
        await Task.WhenAll(
            asking,
            batch.Pack is { } pack ? packs.WriteAsync(batch.Size, pack, cancellationToken) : Task.CompletedTask,
            Parallel.ForAsync(0, batch.Tiles.Count, parallel, async (i, stop) => await log.WriteAsync(batch.Tiles[i], stop)));
        cosigned = await asking;
        if (!witnesses.Allow(cosigned))
            return null;
        await log.PublishCheckpointAsync(cosigned.Checkpoint.Note, checkpoint.Size, cancellationToken);

        var displaced = await indexer.AddAsync(batch, cancellationToken);
        if (displaced.Count > 0)
            LogDisplaced(logger, displaced.Count);
        if (batch.Pack is not null && displaced.Values.Count(item => item.Act.Entry is { Kind: ActKind.Issue, Yields: null }) is > 0 and var undecided)
            LogUndecided(logger, undecided);

        return new FinishedBatch(batch, cosigned.Checkpoint, displaced, time.GetUtcNow());
    }

    /// <summary>Records that a batch is finished: published, indexed, and answered or owed. From then on nobody looks at it again.</summary>
    public Task MarkAsync(FinishedBatch finished, CancellationToken cancellationToken) => state.SaveFinishedAsync(finished.Batch.Size, cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} entries take no effect: what they record stands already, or was done too often.")]
    private static partial void LogDisplaced(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Count} documents were issued as if for the first time and are in the index already: the table of issued documents was not whole. The log says of both issues that they stand; truecopy-admin doctor makes the table whole.")]
    private static partial void LogUndecided(ILogger logger, int count);
}
