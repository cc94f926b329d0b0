using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.Verification.Answering;

/// <summary>Makes receipts against one checkpoint.</summary>
internal sealed class Prover(IHashTileSource tiles, SignedCheckpoint checkpoint)
{
    private readonly TreeReader _reader = new(tiles, checkpoint.Size);

    /// <summary>The receipt of an act in effect.</summary>
    public async Task<Receipt> ProveAsync(Anchor anchor, CancellationToken cancellationToken) =>
        Receipt.Create(anchor, await _reader.InclusionProofAsync(anchor.LogIndex, cancellationToken), checkpoint.Note);
}
