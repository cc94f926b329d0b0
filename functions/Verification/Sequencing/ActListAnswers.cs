using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Verification.Sequencing;

/// <summary>Answers a list of acts once every line is either in the log or refused: receipts from the index, so that it can be done again after a crash.</summary>
public sealed class ActListAnswers(IAnchorIndex index, CheckpointSource checkpoints, IHashTileSource tiles, IOutbox outbox)
{
    private const int Parallelism = 16;

    /// <summary>Writes the answer.</summary>
    public async Task WriteAsync(StagedUpload upload, ResolvedActs resolved, CancellationToken cancellationToken)
    {
        var done = resolved.InEffect.SelectMany(item => item.Documents.Select(document => (item.Request, Document: document))).ToArray();
        var found = new Anchor?[done.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, done.Length, options, async (i, stop) =>
        {
            var id = ActId.Of(upload.Source, done[i].Request.Position, done[i].Document);
            found[i] = (await index.FindAsync(done[i].Document, stop)).FirstOrDefault(anchor => anchor.ActId == id);
        });
        var anchors = done.Zip(found).Where(item => item.Second is not null).Select(item => (item.First.Request, Anchor: item.Second!)).ToArray();

        using var lines = new ReceiptLines(anchors.Length);
        if (anchors.Length > 0)
        {
            var checkpoint = await checkpoints.GetAsync(anchors.Max(item => item.Anchor.LogIndex) + 1, cancellationToken);
            var reader = new TreeReader(tiles, checkpoint.Size);
            foreach (var (request, anchor) in anchors)
            {
                var path = await reader.InclusionProofAsync(anchor.LogIndex, cancellationToken);
                lines.Add(request.Position + 1, request.Kind, anchor, Receipt.Create(anchor, path, checkpoint.Note));
            }
        }

        var refused = resolved.Refused.Count == 0 ? null : Rejection.RefusedActs(resolved.Refused.Count, upload.Acts.Count, resolved.Refused);
        await outbox.WriteActReceiptsAsync(upload.Source, lines.Written, refused, cancellationToken);
    }
}
