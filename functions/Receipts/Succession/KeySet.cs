namespace TrueCopy.Receipts.Succession;

/// <summary>Keys that sign for one log together; at least one.</summary>
public sealed class KeySet
{
    private readonly HashSet<string> _lines;
    private SignedCheckpoint? _opened;

    /// <summary>Takes keys together.</summary>
    /// <exception cref="LogFormatException">There is none, or they are of different logs.</exception>
    public KeySet(IReadOnlyList<NoteVerifier> verifiers)
    {
        if (verifiers.Count == 0)
            throw new LogFormatException("there is no verifier key");
        if (verifiers.Any(verifier => verifier.Name != verifiers[0].Name))
            throw new LogFormatException("the verifier keys are of different logs");
        Verifiers = verifiers;
        _lines = [.. verifiers.Select(verifier => verifier.ToString())];
    }

    /// <summary>The keys, the one that receipts are judged by first.</summary>
    public IReadOnlyList<NoteVerifier> Verifiers { get; }

    /// <summary>The log's name, which is that of each key.</summary>
    public string Origin => Verifiers[0].Name;

    /// <summary>Parses verifier key lines.</summary>
    /// <exception cref="LogFormatException">There is none, one is malformed, or they are of different logs.</exception>
    public static KeySet Parse(IEnumerable<string> verifierKeys) => new([.. verifierKeys.Select(NoteVerifier.Parse)]);

    /// <summary>Whether a key is one of these.</summary>
    public bool Contains(NoteVerifier verifier) => _lines.Contains(verifier.ToString());

    /// <summary>Whether two sets have the same keys, in whatever order.</summary>
    public bool IsSameAs(KeySet other) => _lines.SetEquals(other._lines);

    /// <summary>
    /// Verifies a checkpoint: for every signature type among these keys, one of them must have signed. The key that
    /// receipts are judged by is held more closely than the one for witnesses, so that one does not stand in for the
    /// other; and of two of a kind, one gives way to the other.
    /// </summary>
    /// <exception cref="LogFormatException">It is malformed, of another log, or not signed so.</exception>
    public SignedCheckpoint Open(ReadOnlyMemory<byte> note)
    {
        // An answer is held to its checkpoint in several ways; of the same bytes the same is true. They are a copy of its own, which nobody writes to.
        if (Volatile.Read(ref _opened) is { } last && last.Note.Span.SequenceEqual(note.Span))
            return last;
        var checkpoint = SignedCheckpoint.Open(note.ToArray(), Origin, Verifiers);
        if (!Verifiers.All(key => checkpoint.Signers.Any(signer => signer.SignatureType == key.SignatureType)))
            throw new LogFormatException("checkpoint: one of the log's keys did not sign it, and no other of its kind that is known did");
        Volatile.Write(ref _opened, checkpoint);
        return checkpoint;
    }
}
