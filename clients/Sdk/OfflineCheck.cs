namespace TrueCopy.Client;

/// <summary>What a receipt proves with no network.</summary>
/// <param name="Check">The act that it proves.</param>
/// <param name="Seen">Whether its checkpoint is the very one that was seen before, rather than only signed by the log's key.</param>
public sealed record OfflineAnswer(ReceiptCheck Check, bool Seen)
{
    /// <summary>Who has seen the log of the receipt's size, and when; null where no policy says who should.</summary>
    public PolicyResult? Witnesses { get; init; }

    /// <summary>
    /// How the document stood when the log had the receipt's size, as far as this receipt tells: what was done to the
    /// document in another act, then or later, it cannot know.
    /// </summary>
    /// <param name="now">For validity; the only part that time alone can change.</param>
    public Verdict VerdictAt(DateTimeOffset now) => VerdictWord.Of(Check.Entry, now).Verdict;
}

/// <summary>
/// Checks receipts with no network, by the log's keys, by a checkpoint that was seen before, or both. It proves that an
/// act happened, not that none came after it.
/// </summary>
public static class OfflineCheck
{
    /// <summary>Hashes a document under the receipt's algorithm and checks the receipt.</summary>
    /// <param name="document">Read to its end, not disposed.</param>
    /// <param name="receipt">The bytes of a <c>.tlog-proof</c>.</param>
    /// <param name="keys">Keys of the log, present or former; may be empty if there is a checkpoint.</param>
    /// <param name="seen">A checkpoint that is trusted, if there is one.</param>
    /// <param name="policy">Whose witnesses have to have seen the receipt's checkpoint; null for nobody's.</param>
    /// <param name="time">Clock that tells which cosignatures are of the future; null for the system's.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LogFormatException">It is not a receipt about a document.</exception>
    /// <exception cref="ReceiptException">It does not hold.</exception>
    public static async Task<OfflineAnswer> RunAsync(
        Stream document,
        ReadOnlyMemory<byte> receipt,
        IReadOnlyList<NoteVerifier> keys,
        SignedCheckpoint? seen = null,
        LogPolicy? policy = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        var parsed = Receipt.Parse(receipt);
        var digests = await StreamDigest.ComputeAsync(document, [AlgorithmOf(parsed)], progress: null, cancellationToken);
        return Run(parsed, digests[0], keys, seen, policy, time);
    }

    /// <summary>The algorithm of the digest that a receipt is about.</summary>
    /// <exception cref="LogFormatException">It is about no document.</exception>
    public static DigestAlgorithm AlgorithmOf(Receipt receipt) =>
        DigestAlgorithm.TryParse(receipt.ReadEntry().Algorithm, out var algorithm) ? algorithm : throw new LogFormatException("the receipt is not about a document");

    /// <summary>Checks a receipt about a digest.</summary>
    /// <exception cref="ReceiptException">It does not hold; contradicts <paramref name="seen"/>: then the log has two histories; or the policy's witnesses have not seen its checkpoint.</exception>
    public static OfflineAnswer Run(Receipt receipt, Digest digest, IReadOnlyList<NoteVerifier> keys, SignedCheckpoint? seen = null, LogPolicy? policy = null, TimeProvider? time = null)
    {
        if (keys.Count == 0 && seen is null)
            throw new ArgumentException("There is neither a key nor a checkpoint to go by.", nameof(keys));
        var isSeen = false;
        var check = ReceiptCheck.Run(receipt, digest, note =>
        {
            if (seen is not null && IsSeen(note, seen))
            {
                isSeen = true;
                return seen;
            }

            return keys.Count > 0
                ? SignedCheckpoint.Open(note, keys[0].Name, keys)
                : throw new LogFormatException($"its checkpoint is not the one of {seen!.Size} entries that was seen, and there is no key to judge it by");
        });
        return new OfflineAnswer(check, isSeen) { Witnesses = policy is null ? null : Weigh(policy.Rules, check, isSeen ? keys : [], (time ?? TimeProvider.System).GetUtcNow()) };
    }

    // What was seen before may have been cosigned since the receipt was made, or before.
    private static PolicyResult Weigh(TrustPolicy policy, ReceiptCheck check, IReadOnlyList<NoteVerifier> keys, DateTimeOffset now)
    {
        try
        {
            return Witnessing.Require(policy, check.Checkpoint, now);
        }
        catch (ReceiptException) when (keys.Count > 0)
        {
            return Witnessing.Require(policy, OpenOwn(check.Receipt, keys), now);
        }
    }

    private static SignedCheckpoint OpenOwn(Receipt receipt, IReadOnlyList<NoteVerifier> keys)
    {
        try
        {
            return SignedCheckpoint.Open(receipt.Proof.Checkpoint, keys[0].Name, keys);
        }
        catch (LogFormatException exception)
        {
            throw new ReceiptException(ReceiptFault.Checkpoint, $"The receipt cannot be relied on: {exception.Message}.", exception);
        }
    }

    private static bool IsSeen(ReadOnlyMemory<byte> note, SignedCheckpoint seen)
    {
        var checkpoint = Checkpoint.Parse(SignedNote.Parse(note.Span).Text);
        if (checkpoint.Origin != seen.Checkpoint.Origin || checkpoint.Size != seen.Size)
            return false;
        return checkpoint.Root == seen.Checkpoint.Root
            ? true
            : throw new LogFormatException($"its log of {seen.Size} entries is another than the one that was seen: the log has two histories");
    }
}
