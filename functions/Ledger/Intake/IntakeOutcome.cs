namespace TrueCopy.Ledger.Intake;

/// <summary>What became of an event.</summary>
public enum IntakeOutcome
{
    /// <summary>The acts are staged and will be in the log.</summary>
    Staged,

    /// <summary>Nothing to do, on purpose.</summary>
    Ignored,

    /// <summary>The upload is refused for good, and the issuer can read why.</summary>
    Rejected,

    /// <summary>The message is not a storage event: a bug of ours or of the subscription, which no retry mends.</summary>
    Unreadable,
}
