namespace TrueCopy.Receipts.Auditing;

/// <summary>What an audit found.</summary>
public enum AuditOutcome
{
    /// <summary>All that is served is what the signed checkpoint says, and it has only grown.</summary>
    Holds,

    /// <summary>
    /// The tree is what the signed checkpoint says, and it has only grown; but its entries are not those of a log of this
    /// kind, so nothing is known of what they mean.
    /// </summary>
    OtherEntries,

    /// <summary>What is served does not go together; the log's keeper has to repair it, or to explain.</summary>
    Damaged,

    /// <summary>No trusted key signed the checkpoint, or it is malformed.</summary>
    Untrusted,

    /// <summary>Too few of the policy's witnesses have seen the checkpoint, or not lately; or the log's service named witnesses and names none now.</summary>
    Unwitnessed,

    /// <summary>Two signed checkpoints that no one log can have.</summary>
    SplitView,

    /// <summary>A signed checkpoint smaller than one that was seen before.</summary>
    Rollback,
}

/// <summary>The report of one audit.</summary>
/// <param name="Outcome">What was found.</param>
/// <param name="Note">The published checkpoint, byte for byte.</param>
/// <param name="SeenNote">The checkpoint remembered from before; null at the first audit. With <paramref name="Note"/> it is the evidence of a split view or rollback.</param>
/// <param name="Size">Size that the checkpoint states; 0 where it cannot be trusted.</param>
/// <param name="Entries">How many entries were downloaded and hashed this time.</param>
/// <param name="Faults">What is wrong, in the log's order.</param>
/// <param name="NewKeys">Keys that took over, as the log announced, and are trusted from now on.</param>
public sealed record AuditReport(
    AuditOutcome Outcome,
    ReadOnlyMemory<byte> Note,
    ReadOnlyMemory<byte>? SeenNote,
    long Size,
    long Entries,
    IReadOnlyList<LogFault> Faults,
    IReadOnlyList<string> NewKeys)
{
    /// <summary>The published checkpoint, its signatures verified; null where it cannot be trusted.</summary>
    public SignedCheckpoint? Checkpoint { get; init; }

    /// <summary>Who has seen the checkpoint, and when; null where no policy says who should.</summary>
    public PolicyResult? Witnesses { get; init; }

    /// <summary>Another policy than the one that counts, which the log's service names now.</summary>
    public TrustPolicy? OfferedPolicy { get; init; }
}
