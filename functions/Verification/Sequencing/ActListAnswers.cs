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
    /// <summary>Writes the answer.</summary>
    public async Task WriteAsync(StagedUpload upload, ResolvedActs resolved, CancellationToken cancellationToken)
    {
        var anchors = new List<(RequestedAct Request, Anchor Anchor)>();
        foreach (var (request, documents) in resolved.InEffect)
        {
            foreach (var document in documents)
            {
                var id = ActId.Of(upload.Source, request.Position, document);
                var found = await index.FindAsync(document, cancellationToken);
                anchors.AddRange(found.Where(anchor => anchor.ActId == id).Select(anchor => (request, anchor)));
            }
        }

        var lines = new ReceiptLines();
        if (anchors.Count > 0)
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
