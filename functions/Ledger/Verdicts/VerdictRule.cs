namespace TrueCopy.Ledger.Verdicts;

/// <summary>What one issuer says of a document.</summary>
/// <param name="Verdict">Neither <see cref="Verdict.Unknown"/> nor <see cref="Verdict.Conflicting"/>.</param>
/// <param name="Since">Since when: the deciding act's time, or the end or beginning of validity.</param>
/// <param name="Issue">The issue that the result rests on: the deciding act's target, or that act itself.</param>
/// <param name="Deciding">The act that decides.</param>
/// <param name="Acts">Every act of this issuer on the document, in the order of effect.</param>
public sealed record IssuerResult(
    Verdict Verdict,
    DateTimeOffset Since,
    IndexedAct Issue,
    IndexedAct Deciding,
    IReadOnlyList<IndexedAct> Acts);

/// <summary>A verdict and what it rests on.</summary>
/// <param name="Verdict">The word that all results share, <see cref="Verdict.Conflicting"/>, or unknown if there is none.</param>
/// <param name="Results">One an issuer, the earliest issuance first.</param>
public sealed record Decision(Verdict Verdict, IReadOnlyList<IssuerResult> Results);

/// <summary>
/// The verdict as a pure function of a document's acts and the time. Acts take effect by time, then position in their
/// upload, then log index, whatever order they came in.
/// </summary>
/// <remarks>
/// For each issuer on its own: a revocation is final; a supersession stands unless it is revoked; a suspension stands
/// until it is reinstated; then the validity of the last issue counts. What one issuer does says nothing of another's
/// document, so nobody's word goes before another's: where they differ, that is the overall verdict.
/// </remarks>
public static class VerdictRule
{
    /// <summary>The order in which acts take effect.</summary>
    internal static readonly Comparer<IndexedAct> Effect = Comparer<IndexedAct>.Create((left, right) =>
        (left.Entry.At, left.Entry.Position, left.LogIndex).CompareTo((right.Entry.At, right.Entry.Position, right.LogIndex)));

    private static readonly Comparer<IssuerResult> Issuance = Comparer<IssuerResult>.Create((left, right) =>
        (left.Issue.Entry.At, left.Issue.LogIndex).CompareTo((right.Issue.Entry.At, right.Issue.LogIndex)));

    /// <summary>Decides.</summary>
    public static Decision Decide(IEnumerable<IndexedAct> acts, DateTimeOffset now)
    {
        // As most documents have, and nothing to put in order.
        if (acts is IndexedAct[] { Length: 1 } one && one[0].Entry.Kind == ActKind.Issue)
        {
            var (verdict, since) = VerdictWord.Of(one[0].Entry, now);
            return new Decision(verdict, new[] { new IssuerResult(verdict, since, one[0], one[0], one) });
        }

        return DecideAll([.. acts], now);
    }

    private static Decision DecideAll(IndexedAct[] all, DateTimeOffset now)
    {
        IssuerResult[] results = Array.TrueForAll(all, act => act.Entry.Issuer == all[0].Entry.Issuer)
            ? DecideOne(all, now) is { } only ? [only] : []
            : [.. all.GroupBy(act => act.Entry.Issuer, StringComparer.Ordinal).Select(issuer => DecideOne([.. issuer], now)).OfType<IssuerResult>()];
        Array.Sort(results, Issuance);
        return new Decision(VerdictWord.Overall(results, result => result.Verdict), results);
    }

    private static IssuerResult? DecideOne(IndexedAct[] ordered, DateTimeOffset now)
    {
        Array.Sort(ordered, Effect);
        var last = Array.FindLast(ordered, act => act.Entry.Kind == ActKind.Issue);
        if (last is null)
            return null;

        var deciding = Array.Find(ordered, act => act.Entry.Kind == ActKind.Revoke)
            ?? Array.FindLast(ordered, act => act.Entry.Kind == ActKind.Supersede)
            ?? Suspension(ordered)
            ?? last;
        var (verdict, since) = VerdictWord.Of(deciding.Entry, now);
        return new IssuerResult(verdict, since, IssueOf(deciding, ordered) ?? last, deciding, ordered);
    }

    // The issue that an act is about; null for an issue, which is about itself.
    private static IndexedAct? IssueOf(IndexedAct act, IndexedAct[] ordered) => act.Entry.Target is { } target
        ? Array.Find(ordered, issue => issue.Entry.Kind == ActKind.Issue && issue.LogIndex == target)
        : null;

    // The first suspension that no later act ended.
    private static IndexedAct? Suspension(IndexedAct[] ordered)
    {
        var reinstated = Array.FindLastIndex(ordered, act => act.Entry.Kind == ActKind.Reinstate);
        var suspended = Array.FindIndex(ordered, reinstated + 1, act => act.Entry.Kind == ActKind.Suspend);
        return suspended < 0 ? null : ordered[suspended];
    }
}
