namespace TrueCopy.Client;

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
