namespace TrueCopy.TransparencyLog.Auditing;

/// <summary>How a signed checkpoint goes with one that was seen before.</summary>
public enum Consistency
{
    /// <summary>The log has grown, or stayed as it was.</summary>
    Holds,

    /// <summary>No tree has both checkpoints. The two signatures prove it to anyone: the log's keeper shows different logs to different people, or rewrote it.</summary>
    SplitView,

    /// <summary>The checkpoint is smaller: entries that were published are no longer shown.</summary>
    Rollback,

    /// <summary>The tiles are not those of the checkpoint, so that they prove nothing.</summary>
    Unproven,
}

/// <summary>Compares checkpoints by consistency proofs (RFC 9162, section 2.1.4) made from the log's own tiles.</summary>
public static class CheckpointHistory
{
    /// <summary>Compares two checkpoints whose signatures were verified.</summary>
    /// <exception cref="TileNotFoundException">The log lacks a tile that the proof needs.</exception>
    /// <exception cref="LogFormatException">A tile is malformed.</exception>
    public static async Task<Consistency> CompareAsync(IHashTileSource tiles, Checkpoint seen, Checkpoint now, CancellationToken cancellationToken)
    {
        if (now.Size < seen.Size)
            return Consistency.Rollback;
        if (now.Size == seen.Size)
            return now.Root == seen.Root ? Consistency.Holds : Consistency.SplitView;
        if (seen.Size == 0)
            return Consistency.Holds;

        var tree = new TreeReader(tiles, now.Size);
        var proof = await tree.ConsistencyProofAsync(seen.Size, cancellationToken);
        if (ProofVerifier.Extends(seen.Size, seen.Root, now.Size, now.Root, proof))
            return Consistency.Holds;

        // A proof that leads to the new root can only hold true nodes of the new tree. If it does so from another old
        // root, the old checkpoint is not of this tree; if it does not, the tiles are no evidence against anyone. The old
        // root comes from the new tree's tiles: those of the old one, a log with two faces would not show.
        var served = await tree.PrefixRootAsync(seen.Size, cancellationToken);
        return ProofVerifier.Extends(seen.Size, served, now.Size, now.Root, proof) ? Consistency.SplitView : Consistency.Unproven;
    }
}
