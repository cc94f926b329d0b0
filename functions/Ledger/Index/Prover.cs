namespace TrueCopy.Ledger.Index;

/// <summary>Makes receipts of acts that are in effect, under one checkpoint: for whoever uploaded and whoever asks alike.</summary>
/// <param name="tiles">The log's tiles.</param>
/// <param name="checkpoint">The checkpoint.</param>
/// <param name="status">The status that its last entry commits to; null where that is none.</param>
public sealed class Prover(IHashTileSource tiles, SignedCheckpoint checkpoint, LogStatus? status)
{
    private readonly TreeReader _reader = new(tiles, checkpoint.Size);

    /// <summary>The receipt of an act; of an issue with what proves how it stands.</summary>
    /// <exception cref="LogFormatException">The log does not hold the act as the index says.</exception>
    public async Task<Receipt> ProveAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        if (act.LogIndex >= checkpoint.Size || await _reader.LeafAsync(act.LogIndex, cancellationToken) != TreeHasher.Leaf(act.EntryBytes.Span) || !Opens(act))
            throw new LogFormatException($"index: a row says of entry {act.LogIndex} what the log does not");
        var path = await _reader.InclusionProofAsync(act.LogIndex, cancellationToken);
        var proof = status is not null && act.Entry.Kind == ActKind.Issue ? (await status.ProveAsync(act.LogIndex, cancellationToken)).Proof : null;
        return Of(act, path, checkpoint.Note, proof);
    }

    /// <summary>The receipt of an act whose proof is known.</summary>
    /// <param name="act">The act.</param>
    /// <param name="path">Inclusion path in the tree of <paramref name="checkpoint"/>.</param>
    /// <param name="checkpoint">The signed note.</param>
    /// <param name="status">What proves how an issue stands; null for none.</param>
    public static Receipt Of(IndexedAct act, IReadOnlyList<MerkleHash> path, ReadOnlyMemory<byte> checkpoint, StatusProof? status = null) =>
        Receipt.Create(act.LogIndex, act.EntryBytes, act.Opening, act.Unpublished.Successor, act.Unpublished.Note, path, checkpoint, status);

    private static bool Opens(IndexedAct act) =>
        act.Entry.Algorithm == act.Digest.Algorithm.Name
        && act.Entry.Commitment == act.Opening.Commit(act.Digest)
        && act.Entry.SuccessorCommitment == (act.Unpublished.Successor is { } successor ? act.Opening.CommitSuccessor(successor) : null)
        && act.Entry.NoteCommitment == (act.Unpublished.Note is { } note ? act.Opening.CommitNote(note) : null);
}
