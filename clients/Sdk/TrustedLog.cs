using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Notes;

namespace TrueCopy.Client;

/// <summary>
/// What a verifier knows of a log from before, to hold it to: its keys, and how it was when last seen. Kept between runs,
/// it makes the first contact the only one that has to be taken on trust.
/// </summary>
/// <param name="Keys">The keys that sign now.</param>
/// <param name="Retired">Keys that signed until others took over; good for receipts from that time.</param>
/// <param name="Checkpoint">The largest checkpoint that was seen and found to extend all those before it.</param>
public sealed record TrustedLog(LogKeys Keys, IReadOnlyList<NoteVerifier> Retired, SignedCheckpoint Checkpoint)
{
    /// <summary>Present and former keys, for receipts of any age.</summary>
    public IReadOnlyList<NoteVerifier> EveryKey => [.. Keys.Verifiers, .. Retired];
}

/// <summary>The service shows another log than the one that is known, or one that forgot what it had: nothing that it says counts.</summary>
public sealed class LogChangedException(string message, Exception? innerException = null) : Exception(message, innerException);
