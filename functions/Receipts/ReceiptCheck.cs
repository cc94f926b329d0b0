namespace TrueCopy.Receipts;

/// <summary>What a receipt proves about a document, checked with nothing but the log's keys.</summary>
/// <param name="Entry">What was done, by whom and when.</param>
/// <param name="Index">The entry's index in the log.</param>
/// <param name="Checkpoint">The signed checkpoint that covers it.</param>
/// <param name="Receipt">What was checked; its successor and note are proven too.</param>
public sealed record ReceiptCheck(Entry Entry, long Index, SignedCheckpoint Checkpoint, Receipt Receipt)
{
    /// <summary>How the document stands as of the checkpoint, where the receipt proves that; else why it does not.</summary>
    public ProvenStatus Status { get; private init; } = ProvenStatus.None;

    /// <summary>
    /// Checks that <paramref name="receipt"/> is about <paramref name="digest"/> and that the log of
    /// <paramref name="keys"/> holds it. It proves that the act happened; that none came after it, only where <see cref="Status"/> says so.
    /// </summary>
    /// <param name="receipt">The receipt.</param>
    /// <param name="digest">Digest of the document in hand, with the algorithm that the entry names.</param>
    /// <param name="keys">Keys of the log; their name is the origin that is accepted.</param>
    /// <exception cref="ReceiptException">A check failed; the message says which, in words for a person.</exception>
    public static ReceiptCheck Run(Receipt receipt, Digest digest, IReadOnlyList<NoteVerifier> keys) =>
        Run(receipt, digest, note => SignedCheckpoint.Open(note, keys[0].Name, keys));

    /// <summary>The same, where the caller decides which checkpoints count, as with one that was verified before.</summary>
    /// <param name="receipt">The receipt.</param>
    /// <param name="digest">Digest of the document in hand, with the algorithm that the entry names.</param>
    /// <param name="open">Verifies the checkpoint of the receipt; throws <see cref="LogFormatException"/> if it does not count.</param>
    /// <exception cref="ReceiptException">A check failed; the message says which, in words for a person.</exception>
    public static ReceiptCheck Run(Receipt receipt, Digest digest, Func<ReadOnlyMemory<byte>, SignedCheckpoint> open)
    {
        try
        {
            var entry = receipt.ReadEntry();
            if (entry.Algorithm != digest.Algorithm.Name)
                throw new ReceiptException(ReceiptFault.Document, $"The receipt is about a {entry.Algorithm} digest.");
            if (entry.Commitment != receipt.Opening.Commit(digest))
                throw new ReceiptException(ReceiptFault.Document, "The receipt is not about this document.");
            if (entry.SuccessorCommitment != (receipt.Successor is { } successor ? receipt.Opening.CommitSuccessor(successor) : null))
                throw new ReceiptException(ReceiptFault.Document, "The receipt names another successor than its entry.");
            if (entry.NoteCommitment != (receipt.Note is { } note ? receipt.Opening.CommitNote(note) : null))
                throw new ReceiptException(ReceiptFault.Document, "The receipt has another note than its entry.");

            var checkpoint = open(receipt.Proof.Checkpoint);
            var included = ProofVerifier.Includes(
                TreeHasher.Leaf(receipt.Entry.Span),
                receipt.Proof.Index,
                checkpoint.Size,
                [.. receipt.Proof.Path],
                checkpoint.Checkpoint.Root);
            return included
                ? new ReceiptCheck(entry, receipt.Proof.Index, checkpoint, receipt) { Status = StatusOf(entry, receipt, checkpoint.Checkpoint) }
                : throw new ReceiptException(ReceiptFault.Inclusion, "The entry is not in the log that the checkpoint signs.");
        }
        catch (LogFormatException exception)
        {
            throw new ReceiptException(ReceiptFault.Checkpoint, $"The receipt cannot be relied on: {exception.Message}.", exception);
        }
    }

    private static ProvenStatus StatusOf(Entry entry, Receipt receipt, Checkpoint checkpoint)
    {
        if (entry.Kind == ActKind.Issue)
            return receipt.Status?.Check(receipt.Proof.Index, checkpoint) ?? ProvenStatus.None;
        return receipt.Status is null
            ? ProvenStatus.OfAct
            : throw new ReceiptException(ReceiptFault.Status, "The receipt is of what was done to a document, and has the status of one with it.");
    }
}

/// <summary>Which part of a receipt failed.</summary>
public enum ReceiptFault
{
    /// <summary>The opening does not lead from this document to the entry.</summary>
    Document,

    /// <summary>The inclusion proof does not lead from the entry to the root.</summary>
    Inclusion,

    /// <summary>The checkpoint or the entry is malformed, of another log, or not signed by its keys.</summary>
    Checkpoint,

    /// <summary>It comes in an answer that was made at another time than it was asked for.</summary>
    Time,

    /// <summary>The witnesses that the policy asks for have not seen its checkpoint, or not lately. <see cref="ReceiptException.Witnesses"/> tells who has.</summary>
    Witnesses,

    /// <summary>The log's own status of the document is not with it, proves nothing, or says something else than the answer.</summary>
    Status,
}

/// <summary>A receipt does not prove what it should.</summary>
public sealed class ReceiptException(ReceiptFault fault, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Which check failed.</summary>
    public ReceiptFault Fault { get; } = fault;

    /// <summary>Who has seen the checkpoint, where it is <see cref="ReceiptFault.Witnesses"/>; null where a signature of a witness is wrong.</summary>
    public PolicyResult? Witnesses { get; init; }
}
