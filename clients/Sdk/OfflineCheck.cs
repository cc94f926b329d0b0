namespace TrueCopy.Client;

/// <summary>What a receipt proves with no network.</summary>
/// <param name="Check">The act that it proves.</param>
/// <param name="Seen">Whether its checkpoint is the very one that was seen before, rather than only signed by the log's key.</param>
public sealed record OfflineAnswer(ReceiptCheck Check, bool Seen)
{
    /// <summary>Who has seen the log of the receipt's size, and when; null where no policy says who should.</summary>
    public PolicyResult? Witnesses { get; init; }

    /// <summary>How the document stands by the log's own status, as of the newest one at hand: that of the receipt, or the one that is kept.</summary>
    public ProvenStatus Status { get; init; } = Check.Status;

    /// <summary>The kept status that <see cref="Status"/> is of; null where it is the receipt's own.</summary>
    public KeptStatus? ByStatus { get; init; }

    /// <summary>Whether a status is kept, and the log had not this entry then: nothing is known of how it stands.</summary>
    public bool IsNewerThanStatus { get; init; }

    /// <summary>
    /// How the document stands by the newest status at hand; without one, how it stood as far as this receipt tells: what was
    /// done to it in another act, then or later, that cannot know.
    /// </summary>
    /// <param name="now">For validity; the only part that time alone can change.</param>
    /// <returns><see cref="Verdict.Unknown"/> where another issue of the same document counts, or the status is of a later version.</returns>
    public Verdict VerdictAt(DateTimeOffset now) => Status.Status switch
    {
        null or EntryStatus.Stands => VerdictWord.Of(Check.Entry, now).Verdict,
        EntryStatus.Suspended => Verdict.Suspended,
        EntryStatus.Superseded => Verdict.Superseded,
        EntryStatus.Revoked => Verdict.Revoked,
        _ => Verdict.Unknown,
    };
}

/// <summary>
/// Checks receipts with no network, by the log's keys, by a checkpoint that was seen before, or both. It proves that an
/// act happened; that none came after it, as of the receipt's own status, or of one that is kept and newer.
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
    /// <param name="status">The status that is kept of the log, by which it is judged how the document stands; null for none.</param>
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
        KeptStatus? status = null,
        CancellationToken cancellationToken = default)
    {
        var parsed = Receipt.Parse(receipt);
        var digests = await StreamDigest.ComputeAsync(document, [AlgorithmOf(parsed)], progress: null, cancellationToken);
        return Run(parsed, digests[0], keys, seen, policy, time, status);
    }

    /// <summary>The algorithm of the digest that a receipt is about.</summary>
    /// <exception cref="LogFormatException">It is about no document.</exception>
    public static DigestAlgorithm AlgorithmOf(Receipt receipt) =>
        DigestAlgorithm.TryParse(receipt.ReadEntry().Algorithm, out var algorithm) ? algorithm : throw new LogFormatException("the receipt is not about a document");

    /// <summary>Checks a receipt about a digest.</summary>
    /// <exception cref="ReceiptException">It does not hold; contradicts <paramref name="seen"/>: then the log has two histories; or the policy's witnesses have not seen its checkpoint.</exception>
    public static OfflineAnswer Run(Receipt receipt, Digest digest, IReadOnlyList<NoteVerifier> keys, SignedCheckpoint? seen = null, LogPolicy? policy = null, TimeProvider? time = null, KeptStatus? status = null)
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
        var answer = new OfflineAnswer(check, isSeen) { Witnesses = policy is null ? null : Weigh(policy.Rules, check, isSeen ? keys : [], (time ?? TimeProvider.System).GetUtcNow()) };
        return status is null || check.Entry.Kind != ActKind.Issue ? answer : By(status, answer);
    }

    // The newer of two counts.
    private static OfflineAnswer By(KeptStatus status, OfflineAnswer answer)
    {
        var (kept, own) = (status.Checkpoint.Checkpoint, answer.Check.Checkpoint.Checkpoint);
        if (kept.Origin != own.Origin || (kept.Size == own.Size && kept.Root != own.Root))
            throw new ReceiptException(ReceiptFault.Checkpoint, "The status that is kept is of another log, or of another history of this one.");
        var isOwnNewer = answer.Check.Status.Missing is null && own.Size > kept.Size;
        return isOwnNewer ? answer
            : answer.Check.Index >= status.Covers ? answer with { IsNewerThanStatus = true }
            : answer with { Status = status.StatusOf(answer.Check.Index), ByStatus = status };
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
