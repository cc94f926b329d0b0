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
/// <param name="status">The status of all entries before it; null where the log kept none by then.</param>
public sealed class EntryRules(string origin, long next, KeyAnnouncement? announced, StatusState? status)
{
    private readonly StatusRules _status = new(next, status);

    /// <summary>Whether these are entries of another format.</summary>
    public bool AreOthers { get; private set; } = next > 0 && announced is null;

    /// <summary>The last announcement so far.</summary>
    public KeyAnnouncement? Announced { get; private set; } = announced;

    /// <summary>The entries that were named by entries since the log keeps status: whether they are what they have to be is for who can read them.</summary>
    public IReadOnlyList<NamedEntry> Named => _status.Named;

    /// <summary>The status of all entries up to the last mark (<see cref="Mark"/>); null where the log kept none by then.</summary>
    public StatusState? Marked => _status.Marked;

    /// <summary>Marks the place where the next audit begins.</summary>
    /// <param name="size">How many entries are before it: all that were checked.</param>
    public void Mark(long size) => _status.Mark(size);

    /// <summary>Checks where a checkpoint ends.</summary>
    /// <param name="size">How many entries it covers: all that were checked.</param>
    /// <returns>The rule that it breaks; null if none.</returns>
    public string? CheckEnd(long size) => _status.CheckEnd(size);

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
        if (entry.Target < 0 || entry.Target >= index)
            return "an act comes after what it acts on";
        if (NamedEntry.In(index, entry) is { } named && (named.Target < 0 || named.Target >= index))
            return "an entry comes after the one that it replaces, yields to or ends";
        if (entry.Kind == ActKind.Domain && entry is not { Issuer.Length: > 0, Outcome: not null })
            return "what a domain says is said of an issuer, and is one of four words";
        if (entry.Kind == ActKind.Receiver && ProvenReceiver.Rule(entry) is { } described)
            return described;
        if (HandoverEntry.Rule(entry) is { } handed)
            return handed;
        var broken = entry.Kind is ActKind.Genesis or ActKind.Keys ? Announce(index, entry.Keys ?? []) : null;
        return _status.Add(index, entry) ?? broken;
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
