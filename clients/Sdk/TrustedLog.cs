namespace TrueCopy.Client;

/// <summary>
/// What a verifier knows of a log from before, to hold it to: its keys, and how it was when last seen. Kept between runs,
/// it makes the first contact the only one that has to be taken on trust.
/// </summary>
/// <param name="Keys">The keys that sign now.</param>
/// <param name="Announced">Index of the entry that lists them, from which later ones are learned; null where they came from elsewhere.</param>
/// <param name="Retired">Keys that signed until others took over; good for receipts from that time.</param>
/// <param name="Checkpoint">The largest checkpoint that was seen and found to extend all those before it.</param>
/// <param name="SeenAt">When it was first seen: a smaller one counts for <see cref="Freshness.Lag"/> from then on, and no longer.</param>
public sealed record TrustedLog(LogKeys Keys, long? Announced, IReadOnlyList<NoteVerifier> Retired, SignedCheckpoint Checkpoint, DateTimeOffset SeenAt)
{
    /// <summary>Present and former keys, for receipts of any age.</summary>
    public IReadOnlyList<NoteVerifier> EveryKey => [.. Keys.Verifiers, .. Retired];
}

/// <summary>How what a service shows is not the log that is known.</summary>
public enum LogChange
{
    /// <summary>Other keys sign, and no entry of the log that the known keys prove announces them.</summary>
    Keys,

    /// <summary>The log does not go on from what it was.</summary>
    History,

    /// <summary>The log is smaller than it was: what was done since is hidden.</summary>
    Rollback,
}

/// <summary>The service shows another log than the one that is known, or one that forgot what it had: nothing that it says counts.</summary>
public sealed class LogChangedException(LogChange change, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>In which way.</summary>
    public LogChange Change { get; } = change;
}
