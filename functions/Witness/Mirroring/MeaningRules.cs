using System.Collections.Immutable;

namespace TrueCopy.Witness.Mirroring;

/// <summary>What the entries so far come to, as far as later ones have to go with them.</summary>
/// <param name="Announced">The last announcement of keys; null for none.</param>
/// <param name="Issuers">Since when each issuer has been described as it is, by its id.</param>
/// <param name="Status">The status of all of them; null where the log kept none by then.</param>
internal sealed record Meaning(KeyAnnouncement? Announced, ImmutableDictionary<string, DateTimeOffset> Issuers, StatusState? Status)
{
    public static readonly Meaning None = new(null, ImmutableDictionary<string, DateTimeOffset>.Empty, null);
}

/// <summary>
/// Checks what entries mean, beyond what an audit does: whoever acts was announced before, descriptions of an issuer follow one
/// another, and an act names an entry before it. That this is an issue entry of the same issuer is checked when all are there.
/// </summary>
internal sealed class MeaningRules(string origin, long from, Meaning before) : IAuditVisitor
{
    private readonly EntryRules _rules = new(origin, from, before.Announced, before.Status);
    private ImmutableDictionary<string, DateTimeOffset> _issuers = before.Issuers;
    private Meaning _whole = before;

    /// <summary>The first rule that an entry breaks; null if none.</summary>
    public string? Broken { get; private set; }

    /// <summary>Whether these are entries of another kind of log, about which nothing is known.</summary>
    public bool AreOthers => _rules.AreOthers;

    /// <summary>The keys that are announced at the end.</summary>
    public KeyAnnouncement? Announced => _rules.Announced;

    /// <summary>What entries of whole bundles come to, which are not visited again. Where the status begins in them may be said by a later one.</summary>
    public Meaning Whole => _whole with { Status = _rules.Marked };

    /// <summary>The entries that acts, later issues and what became of handovers name.</summary>
    public List<NamedEntry> Named { get; } = [];

    /// <summary>The rule that a checkpoint breaks by where it ends; null if none.</summary>
    public string? CheckEnd(long size) => _rules.CheckEnd(size);

    /// <summary>An audit's fault is what cannot be proven; a rule that is broken is proven by the tree, so it is kept until that is.</summary>
    public string? Visit(long index, ReadOnlyMemory<byte> entry)
    {
        if (Broken is null && Check(index, entry) is { } rule)
            Broken = $"entry {index}: {rule}";
        return null;
    }

    public Task ReachedAsync(AuditedPrefix prefix, CancellationToken cancellationToken)
    {
        _rules.Mark(prefix.Size);
        _whole = new Meaning(_rules.Announced, _issuers, null);
        return Task.CompletedTask;
    }

    private string? Check(long index, ReadOnlyMemory<byte> bytes)
    {
        if (_rules.Check(index, bytes.Span) is { } rule)
            return rule;
        if (AreOthers)
            return null;
        var entry = Entry.Parse(bytes.Span);
        if (entry.Kind is ActKind.Genesis or ActKind.Keys or ActKind.Status)
            return null;
        if (entry.Kind is ActKind.Receiver or ActKind.Handover || HandoverEntry.IsOutcome(entry.Kind))
        {
            // Nobody's but the holder's and the receiver's; whom they name is looked at with the others.
            if (NamedEntry.In(index, entry) is { } other)
                Named.Add(other);
            return null;
        }

        if (entry.Issuer is not { Length: > 0 } issuer)
            return "it names no issuer";
        if (entry.Kind == ActKind.Issuer)
            return Describe(issuer, entry);
        if (!_issuers.ContainsKey(issuer))
            return "its issuer was not announced before";
        if (entry.Kind == ActKind.Domain)
            return null;
        if (NamedEntry.In(index, entry) is { } named)
            Named.Add(named);
        if (entry.Kind == ActKind.Issue)
            return entry.Commitment is null || entry.Algorithm is null ? "it issues a document without committing to it" : null;
        return entry.Target is null ? "it acts on a document without naming the entry that issued it" : null;
    }

    private string? Describe(string issuer, Entry entry)
    {
        if (entry.LegalName is not { Length: > 0 } || entry.Jurisdiction is not { Length: > 0 })
            return "it describes an issuer without legal name and jurisdiction";
        if (_issuers.TryGetValue(issuer, out var since) && entry.At < since)
            return "it describes an issuer as of a time before the last description of it";
        _issuers = _issuers.SetItem(issuer, entry.At);
        return null;
    }
}
