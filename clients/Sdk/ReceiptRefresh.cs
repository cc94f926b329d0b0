using System.Globalization;

namespace TrueCopy.Client;

/// <summary>
/// Makes a receipt of today from an older one, with nothing but the public log: its service's, or a mirror's when that is gone. It
/// proves the same act, in the log as it is now; with a status that is kept, how the document stands, too, which tells nobody
/// which document that is.
/// </summary>
public static class ReceiptRefresh
{
    /// <summary>Proves a receipt's entry anew.</summary>
    /// <param name="receipt">The older receipt; its opening goes on as it is.</param>
    /// <param name="log">The log, or a mirror's copy of it.</param>
    /// <param name="keys">Keys that sign for the log now, or did when the mirror last copied it.</param>
    /// <param name="status">
    /// The status that is kept: the receipt is then of its checkpoint, and proves the status of an issue. Null for the log's
    /// checkpoint of now, and no status.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReceiptException">The log does not hold the entry, or nobody trusted signed it.</exception>
    /// <exception cref="NoAnswerException">The log does not answer.</exception>
    public static async Task<Receipt> RunAsync(Receipt receipt, RemoteLog log, LogKeys keys, KeptStatus? status = null, CancellationToken cancellationToken = default)
    {
        try
        {
            var checkpoint = status?.Checkpoint ?? keys.Set.Open(await log.ReadCheckpointAsync(cancellationToken));
            if (checkpoint.Checkpoint.Origin != keys.Origin)
                throw new ReceiptException(ReceiptFault.Checkpoint, $"The status that is kept is of another log than {keys.Origin}.");
            var index = receipt.Proof.Index;
            if (index >= checkpoint.Size)
                throw new ReceiptException(ReceiptFault.Inclusion, string.Create(CultureInfo.InvariantCulture, $"The log that is shown has {checkpoint.Size} entries, and the receipt is of entry {index}."));
            var path = await new TreeReader(new UncachedTiles(log), checkpoint.Size).InclusionProofAsync(index, cancellationToken);
            var proof = status is not null && receipt.ReadEntry().Kind == ActKind.Issue ? status.Prove(index) : null;
            return ProofVerifier.Includes(TreeHasher.Leaf(receipt.Entry.Span), index, checkpoint.Size, [.. path], checkpoint.Checkpoint.Root)
                ? Receipt.Create(index, receipt.Entry, receipt.Opening, receipt.Successor, receipt.Note, path, checkpoint.Note, proof)
                : throw new ReceiptException(ReceiptFault.Inclusion, "The entry is not in the log that is shown now.");
        }
        catch (Exception exception) when (exception is LogFormatException or TileNotFoundException)
        {
            throw new ReceiptException(ReceiptFault.Checkpoint, $"The log that is shown proves nothing: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    /// <summary>Requires that a receipt is another one's, made later: the same entry at the same place, and what opens it.</summary>
    /// <exception cref="ReceiptException">It is another act's.</exception>
    internal static void RequireSame(Receipt old, Receipt next)
    {
        var isSame = next.Proof.Index == old.Proof.Index && next.Entry.Span.SequenceEqual(old.Entry.Span)
            && next.Opening.Hex == old.Opening.Hex && next.Successor?.ToString() == old.Successor?.ToString() && next.Note == old.Note;
        if (!isSame)
            throw new ReceiptException(ReceiptFault.Document, "What the service made is the receipt of another entry than the one that it was given.");
    }
}
