namespace TrueCopy.Cli.Monitoring;

/// <summary>Something in the log that concerns an institution.</summary>
/// <param name="Kind"><c>act</c>, <c>registry</c>, <c>receiver</c>, <c>namesake</c> or <c>keys</c>.</param>
/// <param name="LogIndex">The entry.</param>
/// <param name="At">When it was done; UTC.</param>
/// <param name="Act">What was done, as the entry says it.</param>
/// <param name="Issuer">Who did it, or who is described; absent for keys.</param>
/// <param name="LegalName">Its legal name.</param>
/// <param name="Jurisdiction">Its jurisdiction.</param>
/// <param name="Domain">Its domain; only of the registry.</param>
/// <param name="Target">The issue entry that was acted on.</param>
/// <param name="Reason">Why.</param>
/// <param name="Keys">Keys that sign from then on.</param>
/// <param name="EncryptionKey">What packages for it are sealed to from then on; only of a receiver.</param>
internal sealed record WatchedEntry(
    string Kind,
    long LogIndex,
    DateTimeOffset At,
    string Act,
    string? Issuer,
    string? LegalName,
    string? Jurisdiction,
    string? Domain,
    long? Target,
    string? Reason,
    IReadOnlyList<string>? Keys,
    string? EncryptionKey)
{
    public const string OfAct = "act";
    public const string OfRegistry = "registry";
    public const string OfReceiver = "receiver";
    public const string OfNamesake = "namesake";
    public const string OfKeys = "keys";

    public static WatchedEntry Of(string kind, long index, Entry entry) => new(
        kind,
        index,
        entry.At,
        WireName.Of(entry.Kind),
        entry.Issuer ?? entry.Receiver,
        entry.LegalName,
        entry.Jurisdiction,
        entry.Domain,
        entry.Target,
        entry.Reason is { } reason ? WireName.Of(reason) : null,
        entry.Kind == ActKind.Keys ? entry.Keys : null,
        entry.EncryptionKey);
}

/// <summary>
/// Picks from a log's entries what concerns one institution: what is done under its id, how the registry describes it as an issuer and
/// as a receiver of packages, others who are described by a name like its own, and keys that take over.
/// </summary>
/// <param name="issuer">The institution's id.</param>
/// <param name="from">Index of the first entry that is new.</param>
/// <param name="names">Its names as far as they are known.</param>
internal sealed class IssuerWatch(string issuer, long from, IEnumerable<string> names)
{
    /// <summary>The most entries that are told one by one; the rest is counted.</summary>
    public const int MostTold = 1000;

    // Two letters that differ in a name of six or more are taken for one that is meant to be mistaken.
    private const int LettersThatMayDiffer = 2;
    private const int LongName = 6;

    private readonly List<WatchedEntry> _told = [];
    private readonly List<(long Index, Entry Entry)> _described = [];
    private readonly HashSet<string> _names = [.. names];

    /// <summary>The institution's names: those that were known, and those that the registry gave it since.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>How many entries there are of each kind, <see cref="MostTold"/> or more.</summary>
    public Dictionary<string, long> Counts { get; } = [];

    /// <summary>What is told, in the log's order.</summary>
    public IReadOnlyList<WatchedEntry> Told()
    {
        foreach (var (index, entry) in _described.Where(one => NamesOf(one.Entry).Any(IsLikeOurs)))
            Add(WatchedEntry.OfNamesake, index, entry);
        _described.Clear();
        return [.. _told.OrderBy(one => one.LogIndex)];
    }

    /// <summary>Sees an entry, once or again.</summary>
    public void See(long index, ReadOnlyMemory<byte> bytes)
    {
        if (index < from || Read(bytes) is not { } entry)
            return;
        if (entry.Kind == ActKind.Keys)
            Add(WatchedEntry.OfKeys, index, entry);
        else if (IsDescription(entry) && (entry.Issuer ?? entry.Receiver) != issuer)
            _described.Add((index, entry));
        else if (entry.Kind == ActKind.Receiver)
            Add(WatchedEntry.OfReceiver, index, entry);
        else if (entry.Issuer == issuer)
            Add(entry.Kind == ActKind.Issuer ? WatchedEntry.OfRegistry : WatchedEntry.OfAct, index, entry);
        if (IsDescription(entry) && (entry.Issuer ?? entry.Receiver) == issuer)
            _names.UnionWith(NamesOf(entry));
    }

    private static bool IsDescription(Entry entry) => entry.Kind is ActKind.Issuer or ActKind.Receiver;

    private void Add(string kind, long index, Entry entry)
    {
        Counts[kind] = Counts.GetValueOrDefault(kind) + 1;
        if (_told.Count < MostTold)
            _told.Add(WatchedEntry.Of(kind, index, entry));
    }

    private bool IsLikeOurs(string other) => _names.Any(own =>
        string.Equals(own, other, StringComparison.OrdinalIgnoreCase)
        || (own.Length >= LongName && NearName.Distance(own.ToLowerInvariant(), other.ToLowerInvariant()) <= LettersThatMayDiffer));

    private static IEnumerable<string> NamesOf(Entry entry) =>
        entry.LegalName is { Length: > 0 } name ? [name, .. entry.LegalNames?.Beside(name) ?? []] : [];

    // What is no entry, the audit tells.
    private static Entry? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return Entry.Parse(bytes.Span);
        }
        catch (LogFormatException)
        {
            return null;
        }
    }
}
