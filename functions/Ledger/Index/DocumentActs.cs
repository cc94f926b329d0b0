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
}

/// <summary>An act that takes no effect.</summary>
/// <param name="Act">The act.</param>
/// <param name="Why">Why.</param>
/// <param name="Standing">The act that counts in its place; null if there are too many.</param>
public sealed record DisplacedAct(IndexedAct Act, Displacement Why, IndexedAct? Standing);

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
        if (act.Entry.Kind != ActKind.Issue)
            return null;
        var own = OwnedBy(act.Entry.Issuer!, rows.Where(row => row.LogIndex < act.LogIndex));
        var terms = IssueTerms.Of(act.Entry, act.Unpublished);

        // Under a reference to issue again says more: of the documents that bear it, this is the last.
        if (Standing(own) is { } standing && terms.AreThoseOf(standing) && (terms.Reference is null || own.Count >= MaxActs))
            return new DisplacedAct(act, Displacement.SameTerms, standing);
        return own.Count >= MaxActs ? new DisplacedAct(act, Displacement.TooMany, null) : null;
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
