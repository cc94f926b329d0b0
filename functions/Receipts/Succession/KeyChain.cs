namespace TrueCopy.Receipts.Succession;

/// <summary>Keys that were learned, and how.</summary>
/// <param name="Keys">Those that an entry lists, or those that were known where nothing has changed.</param>
/// <param name="Announced">Index of that entry; null where the keys were given and none of the entries is later.</param>
/// <param name="Former">Keys that gave way to others on the way; good for receipts from their time.</param>
/// <param name="Steps">The checkpoint that proved each entry on the way, oldest first. The log has to go on from each of them.</param>
public sealed record LearnedKeys(KeySet Keys, long? Announced, IReadOnlyList<NoteVerifier> Former, IReadOnlyList<SignedCheckpoint> Steps);

/// <summary>
/// The entries of a log that say which keys sign, as a service hands them out. A key is learned from such an entry alone,
/// proven under a checkpoint that is signed by keys that are known already, and then only the keys that the entry lists.
/// That a key signs the same text as a known one says nothing: anyone can append a line to a signed note.
/// </summary>
public sealed class KeyChain
{
    /// <summary>The most entries that are read: two a month for forty years.</summary>
    public const int MaxEntries = 1000;

    /// <summary>The most characters that the receipts of all entries may have together.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private readonly IReadOnlyList<KeysEntry> _entries;

    private KeyChain(IReadOnlyList<KeysEntry> entries) => _entries = entries;

    /// <summary>Reads what a service hands out; proves nothing yet.</summary>
    /// <exception cref="LogFormatException">There is too much or nothing of it, it is malformed, or it does not go together.</exception>
    public static KeyChain Read(KeysDocument document)
    {
        if (document.Entries.Count == 0)
            throw new LogFormatException("keys entries: there is none");
        if (document.Entries.Count > MaxEntries)
            throw new LogFormatException($"keys entries: more than {MaxEntries}");
        if (document.Entries.Sum(entry => (long)entry.Receipt.Length) > MaxLength)
            throw new LogFormatException($"keys entries: their receipts are longer than {MaxLength} characters");
        KeysEntry[] entries = [.. document.Entries.Select(entry => KeysEntry.Parse(entry.LogIndex, entry.Receipt))];
        foreach (var (before, after) in entries.Zip(entries.Skip(1)))
        {
            if (after.LogIndex <= before.LogIndex)
                throw new LogFormatException("keys entries: they are not in the order of the log");
        }

        if (entries.Any(entry => entry.Keys.Origin != document.Origin))
            throw new LogFormatException("keys entries: one lists the keys of another log");
        return entries[^1].Keys.IsSameAs(KeySet.Parse(document.VerifierKeys))
            ? new KeyChain(entries)
            : throw new LogFormatException("keys entries: the last lists other keys than are said to sign");
    }

    /// <summary>First contact: the keys that the last entry lists, which at least is in a log that those keys signed.</summary>
    /// <exception cref="LogFormatException">It is not.</exception>
    public LearnedKeys Begin() => new(_entries[^1].Keys, _entries[^1].LogIndex, [], [_entries[^1].ProveBy(_entries[^1].Keys)]);

    /// <summary>Walks forward from keys that are known: each entry must be proven by the keys of the one before it.</summary>
    /// <param name="known">The keys.</param>
    /// <param name="announced">Index of the entry that listed them; null where they come from elsewhere, and the last entry that they prove is where the way begins.</param>
    /// <exception cref="LogFormatException">No way leads from the known keys to the last entry.</exception>
    public LearnedKeys Walk(KeySet known, long? announced)
    {
        var from = announced is { } index ? _entries.TakeWhile(entry => entry.LogIndex <= index).Count() : LastProvenBy(known);
        var (former, steps) = (new List<NoteVerifier>(), new List<SignedCheckpoint>());
        foreach (var entry in _entries.Skip(from))
        {
            try
            {
                steps.Add(entry.ProveBy(known));
            }
            catch (LogFormatException exception)
            {
                throw new LogFormatException($"keys entry {entry.LogIndex} is not proven by the keys before it ({exception.Message})", exception);
            }

            former.AddRange(known.Verifiers.Where(key => !entry.Keys.Contains(key)));
            (known, announced) = (entry.Keys, entry.LogIndex);
        }

        return known.IsSameAs(_entries[^1].Keys)
            ? new LearnedKeys(known, announced, former, steps)
            : throw new LogFormatException("keys entries: the keys that are known are not those that the last one lists");
    }

    // Not the first: keys that were given may be younger than the entry, and must not be exchanged for those that they replaced.
    private int LastProvenBy(KeySet known)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            try
            {
                _entries[i].ProveBy(known);
                return i;
            }
            catch (LogFormatException)
            {
                // Of another time than these keys; an older one may be of theirs.
            }
        }

        throw new LogFormatException("no keys entry is proven by the keys that are known");
    }
}
