using Microsoft.Extensions.Logging;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
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
    BatchIndexer indexer,
    IOutbox outbox,
    IHashTileSource tiles,
    ILogger<BatchPublisher> logger)
{
    private const int Parallelism = 64;

    /// <summary>Publishes a batch to the end and records that it is finished.</summary>
    public async Task FinishAsync(JournalBatch batch, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, batch.Tiles.Count, options, async (i, stop) => await log.WriteAsync(batch.Tiles[i], stop));
        await log.PublishCheckpointAsync(checkpoint.Note, checkpoint.Size, cancellationToken);

        var repeated = await indexer.AddAsync(batch, cancellationToken);
        if (repeated.Count > 0)
            LogRepeated(logger, repeated.Count);

        await AnswerAsync(batch, checkpoint, repeated, options);
        await state.SaveFinishedAsync(batch.Size, cancellationToken);
    }

    // Lists of acts are answered when all of their lines are, which may take several batches: see ActListAnswers.
    private async Task AnswerAsync(JournalBatch batch, SignedCheckpoint checkpoint, IReadOnlySet<long> repeated, ParallelOptions options)
    {
        var reader = new TreeReader(new BatchTiles(batch.Tiles, tiles), batch.Size);
        var answers = batch.Acts().Where(item => !repeated.Contains(item.Anchor.LogIndex)).ToArray();
        var documents = answers.Where(item => item.Act.Answer.Kind == UploadKind.Document).GroupBy(item => item.Act.Source).ToArray();
        await Parallel.ForAsync(0, documents.Length, options, async (i, stop) => await AnswerDocumentAsync(documents[i], reader, checkpoint, stop));

        foreach (var part in answers.Where(item => item.Act.Answer.Kind == UploadKind.Manifest).GroupBy(item => (item.Act.Source, item.Act.Answer)))
            await AnswerPartAsync(part.Key.Source, part.Key.Answer, part, reader, checkpoint, options.CancellationToken);
    }

    private async Task AnswerDocumentAsync(
        IGrouping<BlobVersion, (Anchor Anchor, JournalAct Act)> document,
        TreeReader reader,
        SignedCheckpoint checkpoint,
        CancellationToken cancellationToken)
    {
        var algorithms = new List<DigestAlgorithm>();
        foreach (var (anchor, act) in document)
        {
            var receipt = await ProveAsync(anchor, reader, checkpoint, cancellationToken);
            await outbox.WriteReceiptAsync(act.Source, act.Digest.Algorithm, anchor.LogIndex, receipt.Encode(), cancellationToken);
            algorithms.Add(act.Digest.Algorithm);
        }

        // Only now: the act is published and every receipt is written.
        if (document.All(item => item.Act.Answer.DeleteDocument))
            await outbox.DeleteDocumentAsync(document.Key, algorithms, cancellationToken);
    }

    private async Task AnswerPartAsync(
        BlobVersion source,
        AnswerForm answer,
        IEnumerable<(Anchor Anchor, JournalAct Act)> part,
        TreeReader reader,
        SignedCheckpoint checkpoint,
        CancellationToken cancellationToken)
    {
        using var lines = new ReceiptLines(part.Count());
        foreach (var (anchor, act) in part)
            lines.Add(act.Position + 1, act.Kind, anchor, await ProveAsync(anchor, reader, checkpoint, cancellationToken), act.Confidential.FileName);
        await outbox.WriteManifestReceiptsAsync(source, answer.Part, answer.Parts, lines.Written, cancellationToken);
    }

    private static async Task<Receipt> ProveAsync(Anchor anchor, TreeReader reader, SignedCheckpoint checkpoint, CancellationToken cancellationToken) =>
        Receipt.Create(anchor, await reader.InclusionProofAsync(anchor.LogIndex, cancellationToken), checkpoint.Note);

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
