namespace TrueCopy.Receipts.Auditing;

/// <summary>The keys that the log itself announces, in its genesis or a later entry.</summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Keys">Verifier keys; from this entry's checkpoint on these sign, all of them and no others.</param>
public sealed record KeyAnnouncement(long LogIndex, IReadOnlyList<string> Keys);

/// <summary>
/// What holds for every entry, as far as an outsider can see; follows the announcements of keys. A log whose first entry
/// is none of ours is a log of other entries, about which there are no rules.
/// </summary>
/// <param name="origin">The log's name.</param>
/// <param name="next">Index of the first entry to come.</param>
/// <param name="announced">The last announcement before it; there is one in every log of ours, but at its beginning.</param>
public sealed class EntryRules(string origin, long next, KeyAnnouncement? announced)
{
    /// <summary>Whether these are entries of another format.</summary>
    public bool AreOthers { get; private set; } = next > 0 && announced is null;

    /// <summary>The last announcement so far.</summary>
    public KeyAnnouncement? Announced { get; private set; } = announced;

    /// <summary>Checks the next entry.</summary>
    /// <returns>The rule that it breaks; null if none.</returns>
    public string? Check(long index, ReadOnlySpan<byte> bytes)
    {
        if (AreOthers)
            return null;
        Entry entry;
        try
        {
            entry = Entry.Parse(bytes);
        }
        catch (LogFormatException exception)
        {
            AreOthers = index == 0;
            return AreOthers ? null : exception.Message;
        }

        if ((entry.Kind == ActKind.Genesis) != (index == 0))
            return "entry 0 is the genesis, and no other";
        if (index == 0 && entry.Origin != origin)
            return "the genesis names another log";
        if (entry.Target >= index)
            return "an act comes after what it acts on";
        if (entry.Kind == ActKind.Domain && entry is not { Issuer.Length: > 0, Outcome: not null })
            return "what a domain says is said of an issuer, and is one of four words";
        return entry.Kind is ActKind.Genesis or ActKind.Keys ? Announce(index, entry.Keys ?? []) : null;
    }

    private string? Announce(long index, IReadOnlyList<string> keys)
    {
        if (keys.Count == 0 || !keys.All(IsOfThisLog))
            return "it announces keys that are not keys of this log";
        Announced = new KeyAnnouncement(index, keys);
        return null;
    }

    private bool IsOfThisLog(string key)
    {
        try
        {
            return key is not null && NoteVerifier.Parse(key).Name == origin;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }
}
