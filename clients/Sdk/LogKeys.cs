using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Notes;

namespace TrueCopy.Client;

/// <summary>The keys that receipts and checkpoints are judged by; at least one, all of one log.</summary>
public sealed class LogKeys
{
    private LogKeys(IReadOnlyList<NoteVerifier> verifiers, bool pinned)
    {
        Verifiers = verifiers;
        Pinned = pinned;
    }

    /// <summary>The keys; their common name is the log's origin.</summary>
    public IReadOnlyList<NoteVerifier> Verifiers { get; }

    /// <summary>Whether they came from the caller. If not, they are as trustworthy as the service that they came from.</summary>
    public bool Pinned { get; }

    /// <summary>The log's name.</summary>
    public string Origin => Verifiers[0].Name;

    /// <summary>Keys that the caller trusts.</summary>
    /// <param name="verifierKeys">C2SP verifier keys: <c>name+id+base64</c>.</param>
    /// <exception cref="LogFormatException">There is none, one is malformed, or they are of different logs.</exception>
    public static LogKeys Pin(params IEnumerable<string> verifierKeys) => Of([.. verifierKeys.Select(NoteVerifier.Parse)], pinned: true);

    /// <summary>Keys that the caller trusts, parsed.</summary>
    /// <exception cref="LogFormatException">There is none, or they are of different logs.</exception>
    public static LogKeys Pin(IReadOnlyList<NoteVerifier> verifiers) => Of(verifiers, pinned: true);

    internal static LogKeys Of(IReadOnlyList<NoteVerifier> verifiers, bool pinned)
    {
        if (verifiers.Count == 0)
            throw new LogFormatException("there is no verifier key");
        return verifiers.All(verifier => verifier.Name == verifiers[0].Name)
            ? new LogKeys(verifiers, pinned)
            : throw new LogFormatException("the verifier keys are of different logs");
    }
}
