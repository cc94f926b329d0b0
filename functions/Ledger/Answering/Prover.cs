namespace TrueCopy.Ledger.Answering;

/// <summary>Makes receipts against one checkpoint.</summary>
internal sealed class Prover(IHashTileSource tiles, SignedCheckpoint checkpoint)
{
    private readonly TreeReader _reader = new(tiles, checkpoint.Size);

    /// <summary>The receipt of an act in effect.</summary>
    public async Task<Receipt> ProveAsync(IndexedAct anchor, CancellationToken cancellationToken) =>
        anchor.Prove(await _reader.InclusionProofAsync(anchor.LogIndex, cancellationToken), checkpoint.Note);
}
