namespace TrueCopy.Ledger.Index;

/// <summary>Why an entry of the log has no row in the index.</summary>
public enum Displacement
{
    /// <summary>It records an act that has an entry already; the first one counts.</summary>
    SameAct,

    /// <summary>It issues what stands as issued, by the same issuer on the same terms.</summary>
    SameTerms,

    /// <summary>The issuer has done too much to the document already: <see cref="DocumentActs.MaxActs"/>.</summary>
    TooMany,

    /// <summary>It issues what is suspended, superseded or revoked.</summary>
    NotStanding,
}

/// <summary>An act that takes no effect.</summary>
/// <param name="Act">The act.</param>
/// <param name="Why">Why.</param>
/// <param name="Standing">The act that counts in its place; null if it is refused.</param>
/// <param name="Refusal">What the issuer is told; null unless it is refused.</param>
public sealed record DisplacedAct(IndexedAct Act, Displacement Why, IndexedAct? Standing, Rejection? Refusal = null);

/// <summary>What an issue is to the issue of the same document that counted until then.</summary>
/// <param name="Replaces">Log index of the issue that it takes the place of.</param>
/// <param name="Yields">Log index of the issue that goes on counting. Not both.</param>
/// <param name="Displaced">Why it takes no effect at all; null if it does.</param>
public readonly record struct Succession(long? Replaces, long? Yields, DisplacedAct? Displaced);

/// <summary>
/// Which acts of an issuer on a document take effect, so that no issuer can make the verification of a document dear: a
/// pure function of the log's order.
/// </summary>
public static class DocumentActs
{
    /// <summary>The most acts that one issuer has on one document. A revocation is never one too many.</summary>
    public const int MaxActs = 100;

    /// <summary>The rule in words for the issuer who breaks it.</summary>
    public static string TooManyActs => $"you have issued this document, or acted on it, {MaxActs} times; from now on you can only revoke it";

    /// <summary>Why an act takes no effect beside <paramref name="rows"/>; null if it does, or already has its row among them.</summary>
    /// <param name="act">The act.</param>
    /// <param name="rows">The rows of its document. Only those of earlier entries count, so that the answer is the same when a batch is indexed again.</param>
    public static DisplacedAct? Displace(IndexedAct act, IReadOnlyList<IndexedAct> rows)
    {
        if (rows.FirstOrDefault(row => row.ActId == act.ActId) is { } same)
            return same.LogIndex == act.LogIndex ? null : new DisplacedAct(act, Displacement.SameAct, same);
        if (act.Entry.Kind != ActKind.Issue || act.Entry.Replaces is not null)
            return null;
        var own = OwnedBy(act.Entry.Issuer!, rows.Where(row => row.LogIndex < act.LogIndex));

        // Before the log kept status, what did not stand could be issued again, and no issue yielded.
        return Judge(act, own, from: 0, act.Entry.Yields is not null);
    }

    /// <summary>What an issue is to be, before it has an entry.</summary>
    /// <param name="issue">The issue, with an index after all others.</param>
    /// <param name="own">What its issuer did to the document before, in the order of effect.</param>
    /// <param name="from">Index of the first entry whose status is kept. What was issued earlier is issued again to have one.</param>
    public static Succession Plan(IndexedAct issue, IReadOnlyList<IndexedAct> own, long from)
    {
        if (Standing(own) is not { } standing)
            return default;
        if (Judge(issue, own, from, refuses: true) is { } displaced)
            return new Succession(null, standing.LogIndex, displaced);
        return VerdictRule.Effect.Compare(issue, standing) > 0 ? new Succession(standing.LogIndex, null, null) : new Succession(null, standing.LogIndex, null);
    }

    /// <summary>How a document stands, whatever the time.</summary>
    /// <param name="own">What one issuer did to it, in any order.</param>
    public static EntryStatus StatusOf(IEnumerable<IndexedAct> own)
    {
        IndexedAct? suspended = null, reinstated = null;
        var isSuperseded = false;
        foreach (var act in own)
        {
            switch (act.Entry.Kind)
            {
                case ActKind.Revoke:
                    return EntryStatus.Revoked;
                case ActKind.Supersede:
                    isSuperseded = true;
                    break;
                case ActKind.Suspend:
                    suspended = Later(suspended, act);
                    break;
                case ActKind.Reinstate:
                    reinstated = Later(reinstated, act);
                    break;
            }
        }

        return isSuperseded ? EntryStatus.Superseded
            : suspended is not null && (reinstated is null || VerdictRule.Effect.Compare(suspended, reinstated) > 0) ? EntryStatus.Suspended
            : EntryStatus.Stands;
    }

    private static IndexedAct Later(IndexedAct? one, IndexedAct other) => one is not null && VerdictRule.Effect.Compare(one, other) > 0 ? one : other;

    private static DisplacedAct? Judge(IndexedAct act, IReadOnlyList<IndexedAct> own, long from, bool refuses)
    {
        if (refuses && StatusOf(own) is var status and not EntryStatus.Stands)
            return new DisplacedAct(act, Displacement.NotStanding, null, Rejection.NotStanding(status));
        var terms = IssueTerms.Of(act.Entry, act.Unpublished);

        // Under a reference to issue again says more: of the documents that bear it, this is the last.
        if (Standing(own) is { } standing && standing.LogIndex >= from && terms.AreThoseOf(standing) && (terms.Reference is null || own.Count >= MaxActs))
            return new DisplacedAct(act, Displacement.SameTerms, standing);
        return own.Count >= MaxActs ? new DisplacedAct(act, Displacement.TooMany, null, Rejection.TooManyActs()) : null;
    }

    /// <summary>What one issuer did to a document, in the order of effect.</summary>
    public static IReadOnlyList<IndexedAct> OwnedBy(string issuer, IEnumerable<IndexedAct> rows) =>
        [.. rows.Where(act => act.Entry.Issuer == issuer).Order(VerdictRule.Effect)];

    /// <summary>The issue whose terms count: the last; null if there is none.</summary>
    /// <param name="acts">Of one issuer, in the order of effect.</param>
    public static IndexedAct? Standing(IReadOnlyList<IndexedAct> acts) => acts.LastOrDefault(act => act.Entry.Kind == ActKind.Issue);
}

/// <summary>What an issue says of a document: to issue it again on the same terms changes nothing.</summary>
/// <param name="ValidFrom">From when it is to be relied on.</param>
/// <param name="Expires">From when it is no longer to be relied on.</param>
/// <param name="Reference">The issuer's own name for it.</param>
/// <param name="Type">The issuer's word for its kind.</param>
/// <param name="LegalName">What the issuer is called.</param>
/// <param name="LegalNames">What it is called by language.</param>
/// <param name="Jurisdiction">Where the issuer is registered.</param>
public sealed record IssueTerms(DateTimeOffset? ValidFrom, DateTimeOffset? Expires, string? Reference, string? Type, string? LegalName, LegalNames? LegalNames, string? Jurisdiction)
{
    /// <summary>The same document under other algorithms.</summary>
    private IReadOnlyList<Digest> Siblings { get; init; } = [];

    /// <summary>The terms of an issue entry.</summary>
    public static IssueTerms Of(Entry entry, Unpublished confidential) =>
        new(entry.ValidFrom, entry.Expires, confidential.Reference, confidential.Type, entry.LegalName, entry.LegalNames, entry.Jurisdiction) { Siblings = confidential.Siblings };

    /// <summary>The terms on which a document is to be issued, under one of its digests.</summary>
    public static IssueTerms Of(RequestedAct issue, Digest digest, Issuer issuer) =>
        new(issue.ValidFrom, issue.Expires, issue.Reference, issue.Type, issuer.LegalName, issuer.LegalNames, issuer.Jurisdiction)
        {
            Siblings = [.. issue.Digests.Where(other => !other.Equals(digest))],
        };

    /// <summary>Whether an issue says all of this already. It may have been issued under more algorithms.</summary>
    public bool AreThoseOf(IndexedAct issue)
    {
        var stated = Of(issue.Entry, issue.Unpublished);
        return this with { Siblings = [] } == stated with { Siblings = [] } && Siblings.All(stated.Siblings.Contains);
    }
}
