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
    /// <summary>The policy that the service named when it was first met, to which it is held since; null where it named none. One that the caller gave is not kept here.</summary>
    public LogPolicy? Policy { get; init; }

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

    /// <summary>The service named witnesses and names none now, or the policy that counts is of another log.</summary>
    Policy,
}

/// <summary>The service shows another log than the one that is known, or one that forgot what it had: nothing that it says counts.</summary>
public sealed class LogChangedException(LogChange change, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>In which way.</summary>
    public LogChange Change { get; } = change;
}

/// <summary>
/// The keys that receipts and checkpoints are judged by; at least one, all of one log. A checkpoint counts if, for every
/// signature type among them, one of them signed it.
/// </summary>
public sealed class LogKeys
{
    private LogKeys(KeySet set, bool pinned)
    {
        Set = set;
        Pinned = pinned;
    }

    /// <summary>The keys; their common name is the log's origin.</summary>
    public IReadOnlyList<NoteVerifier> Verifiers => Set.Verifiers;

    /// <summary>Whether they came from the caller, or took over from those as the log announced. If not, they are as trustworthy as the service that they came from.</summary>
    public bool Pinned { get; }

    /// <summary>The log's name.</summary>
    public string Origin => Set.Origin;

    internal KeySet Set { get; }

    /// <summary>Keys that the caller trusts.</summary>
    /// <param name="verifierKeys">C2SP verifier keys: <c>name+id+base64</c>.</param>
    /// <exception cref="LogFormatException">There is none, one is malformed, or they are of different logs.</exception>
    public static LogKeys Pin(params IEnumerable<string> verifierKeys) => Of(KeySet.Parse(verifierKeys), pinned: true);

    /// <summary>Keys that the caller trusts, parsed.</summary>
    /// <exception cref="LogFormatException">There is none, or they are of different logs.</exception>
    public static LogKeys Pin(IReadOnlyList<NoteVerifier> verifiers) => Of(new KeySet(verifiers), pinned: true);

    internal static LogKeys Of(KeySet set, bool pinned) => new(set, pinned);
}
