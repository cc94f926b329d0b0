namespace TrueCopy.Receipts.Handovers;

/// <summary>The rules for the entries of handovers, as far as an outsider can see.</summary>
public static class HandoverEntry
{
    /// <summary>Whether an act says what became of a handover.</summary>
    public static bool IsOutcome(ActKind kind) => kind is ActKind.Received or ActKind.Declined or ActKind.Used or ActKind.Withdrawn or ActKind.Expired;

    /// <summary>The rule that an entry breaks by itself; null if none, or if it is of no handover.</summary>
    public static string? Rule(Entry entry)
    {
        if (entry.Kind != ActKind.Handover && !IsOutcome(entry.Kind))
            return null;
        if (entry.Algorithm != DigestAlgorithm.Sha256.Name || !HandoverLocks.IsHex(entry.Commitment))
            return "a handover, and what becomes of it, commits to the SHA-256 of the package";
        if (entry.Kind == ActKind.Handover)
            return HandoverLocks.IsHex(entry.Lock) && HandoverLocks.IsHex(entry.WithdrawLock) ? null : "a handover has two locks of 64 lower-case hex digits";
        if (entry.Target is null)
            return "what becomes of a handover names its entry";
        if (HandoverLocks.IsHex(entry.NoteCommitment) != (entry.Kind is ActKind.Declined or ActKind.Used))
            return "what is declined or used has a note that is committed to, and nothing else has";
        return entry switch
        {
            { Kind: ActKind.Received or ActKind.Withdrawn } => HandoverLocks.IsHex(entry.Proof) ? null : "what is received or withdrawn has a proof of 64 lower-case hex digits",
            { Kind: ActKind.Declined, Proof: not null } => HandoverLocks.IsHex(entry.Proof) ? null : "a proof has 64 lower-case hex digits",
            { Kind: ActKind.Used or ActKind.Expired, Proof: not null } => "what is used or expired has no proof",
            _ => null,
        };
    }

    /// <summary>The rule that is broken by the entry that an outcome names, as the end of a sentence; null if none.</summary>
    /// <param name="kind">The outcome.</param>
    /// <param name="proof">What it has to open a lock with.</param>
    /// <param name="target">What is there.</param>
    public static string? Breach(ActKind kind, string? proof, Entry target)
    {
        if (target.Kind != ActKind.Handover)
            return "which hands nothing over";
        return kind switch
        {
            ActKind.Received when !HandoverLocks.Opens(proof, target.Lock) => "whose consent its proof does not open",
            ActKind.Declined when proof is not null && !HandoverLocks.Opens(proof, target.Lock) => "whose consent its proof does not open",
            ActKind.Withdrawn when !HandoverLocks.Opens(proof, target.WithdrawLock) => "whose withdraw lock its proof does not open",
            _ => null,
        };
    }
}
