namespace TrueCopy.Ledger.Verdicts;

/// <summary>Makes receipts current: the same entry and opening under the newest checkpoint, and of an issue how it stands now.</summary>
public sealed class ReceiptRenewal(CheckpointSource checkpoints, StatusSource statuses, IHashTileSource tiles)
{
    /// <summary>The receipt under the newest checkpoint. Nothing is asked of who gave it: all but the opening is public.</summary>
    /// <returns>The receipt; null where the log does not hold its entry at its index.</returns>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<Receipt?> RefreshAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        var checkpoint = await checkpoints.GetAsync(0, cancellationToken);
        var prover = new Prover(tiles, checkpoint, await statuses.GetAsync(checkpoint, cancellationToken));
        return await prover.RenewAsync(receipt, cancellationToken);
    }
}
