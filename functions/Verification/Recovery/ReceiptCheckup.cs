using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Verification.Recovery;

/// <summary>
/// Looks for documents that have no receipt. Of manifests and lists of acts nothing can be told from outside: their
/// answers appear whole or not at all, and uploading the list again brings them.
/// </summary>
internal sealed class ReceiptCheckup(IAnchorIndex anchors, IHashTileSource tiles, IOutbox outbox, IRecoveryStorage storage, Findings findings)
{
    /// <summary>Looks at the documents of a batch; a receipt that is missing is made against the head's checkpoint.</summary>
    public Task CheckAsync(JournalBatch batch, SignedCheckpoint head, CancellationToken cancellationToken)
    {
        var reader = new TreeReader(tiles, head.Size);
        var documents = batch.Acts().Where(item => item.Act is { Kind: ActKind.Issue, Answer.Kind: UploadKind.Document });
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(documents, options, async (item, stop) =>
        {
            var (anchor, act) = item;
            if (!await storage.LacksReceiptAsync(act.Source, act.Digest.Algorithm, stop))
                return;

            // A later entry of an act that was delivered twice has no receipt of its own.
            if ((await anchors.FindAsync(anchor.Digest, stop)).Any(row => row.ActId == anchor.ActId && row.LogIndex != anchor.LogIndex))
                return;
            await findings.RepairAsync(FindingKind.Receipt, "# documents have no receipt", "It is written.", null, async () =>
            {
                var path = await reader.InclusionProofAsync(anchor.LogIndex, stop);
                await outbox.WriteReceiptAsync(act.Source, act.Digest.Algorithm, anchor.LogIndex, Receipt.Create(anchor, path, head.Note).Encode(), stop);
            });
        });
    }
}
