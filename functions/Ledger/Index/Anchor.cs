namespace TrueCopy.Ledger.Index;

/// <summary>One row of the index: where in the log an act on a document is, and what opens its commitment.</summary>
/// <param name="Digest">The document.</param>
/// <param name="ActId">The act; with the digest it is the row's key, so an act delivered twice has one row.</param>
/// <param name="LogIndex">Index of the entry in the log.</param>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Opening">The nonce of the entry's commitment.</param>
/// <param name="Confidential">What the entry does not say.</param>
public sealed record Anchor(
    Digest Digest,
    ActId ActId,
    long LogIndex,
    ReadOnlyMemory<byte> Entry,
    Opening Opening,
    Confidential Confidential)
{
    /// <summary>The entry, read.</summary>
    public Entry ReadEntry() => Receipts.Entries.Entry.Parse(Entry.Span);

    /// <summary>The receipt of the act.</summary>
    /// <param name="path">Inclusion path in the tree of <paramref name="checkpoint"/>.</param>
    /// <param name="checkpoint">The signed note.</param>
    public Receipt Prove(IReadOnlyList<MerkleHash> path, ReadOnlyMemory<byte> checkpoint) =>
        Receipt.Create(LogIndex, Entry, Opening, Confidential.Successor, Confidential.Note, path, checkpoint);
}
