using Microsoft.Extensions.Logging;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.Verification.Sequencing;

/// <summary>
/// Makes a committed batch visible: tiles, then the checkpoint, then the index, then receipts. Every step can be
/// repeated, so a batch that a crash cut short is finished by running all of them again.
/// </summary>
public sealed partial class BatchPublisher(
    ILogState state,
    ILogStore log,
    IAnchorIndex index,
    IOutbox outbox,
    IHashTileSource tiles,
    ILogger<BatchPublisher> logger)
{
    private const int Parallelism = 16;

    /// <summary>Publishes a batch to the end and records that it is finished.</summary>
    public async Task FinishAsync(JournalBatch batch, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(batch.Tiles, options, async (tile, stop) => await log.WriteAsync(tile, stop));
        await log.PublishCheckpointAsync(checkpoint.Note, checkpoint.Size, cancellationToken);

        var anchors = batch.Anchors();
        var repeated = await index.AddAsync(anchors, cancellationToken);
        if (repeated.Count > 0)
            LogRepeated(logger, repeated.Count);

        await WriteReceiptsAsync(batch, checkpoint, [.. repeated.Select(anchor => anchor.LogIndex)], options);
        await state.SaveFinishedAsync(batch.Size, cancellationToken);
    }

    private async Task WriteReceiptsAsync(
        JournalBatch batch,
        SignedCheckpoint checkpoint,
        HashSet<long> repeated,
        ParallelOptions options)
    {
        var reader = new TreeReader(new BatchTiles(batch.Tiles, tiles), batch.Size);
        var answers = batch.Records
            .Select((record, i) => (Record: record, Index: batch.Start + i))
            .Where(answer => answer.Record.Act is not null && !repeated.Contains(answer.Index));
        await Parallel.ForEachAsync(answers, options, async (answer, stop) =>
        {
            var act = answer.Record.Act!;
            var path = await reader.InclusionProofAsync(answer.Index, stop);
            var receipt = Receipt.Create(answer.Record.Entry, act.Opening, answer.Index, path, checkpoint.Note);
            await outbox.WriteReceiptAsync(act.Source, act.Digest.Algorithm, answer.Index, receipt.Encode(), stop);
        });
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} entries repeat acts that are in effect already; the first entry of each stands.")]
    private static partial void LogRepeated(ILogger logger, int count);

    /// <summary>The batch's own tiles from memory, older ones from the log.</summary>
    private sealed class BatchTiles(IReadOnlyList<TileContent> batch, IHashTileSource others) : IHashTileSource
    {
        private readonly Dictionary<TileId, HashTile> _batch = batch
            .Where(tile => !tile.Id.IsEntries)
            .ToDictionary(tile => tile.Id, tile => HashTile.Parse(tile.Id, tile.Bytes.Span));

        public ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken) =>
            _batch.TryGetValue(tile, out var found) ? new(found) : others.GetAsync(tile, cancellationToken);
    }
}
