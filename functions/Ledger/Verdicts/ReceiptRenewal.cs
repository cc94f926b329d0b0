namespace TrueCopy.Ledger.Verdicts;

/// <summary>Makes receipts current: the same entry and opening under the newest checkpoint, and of an issue how it stands now.</summary>
public sealed class ReceiptRenewal(CheckpointSource checkpoints, StatusSource statuses, IHashTileSource tiles)
{
    /// <summary>The receipt under the newest checkpoint. Nothing is asked of who gave it: all but the opening is public.</summary>
    /// <returns>The receipt; null where the log does not hold its entry at its index.</returns>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<Receipt?> RefreshAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        var index = receipt.Proof.Index;
        var checkpoint = await checkpoints.GetAsync(0, cancellationToken);
        var reader = new TreeReader(tiles, checkpoint.Size);
        if (index < 0 || index >= checkpoint.Size || await reader.LeafAsync(index, cancellationToken) != TreeHasher.Leaf(receipt.Entry.Span))
            return null;
        var status = receipt.ReadEntry().Kind == ActKind.Issue ? await statuses.GetAsync(checkpoint, cancellationToken) : null;
        return Receipt.Create(
            index,
            receipt.Entry,
            receipt.Opening,
            receipt.Successor,
            receipt.Note,
            await reader.InclusionProofAsync(index, cancellationToken),
            checkpoint.Note,
            status is null ? null : (await status.ProveAsync(index, cancellationToken)).Proof);
    }
}
