using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Index;

namespace TrueCopy.Verification.Verdicts;

/// <summary>An act on a document as the log records it.</summary>
/// <param name="Anchor">Its row in the index.</param>
/// <param name="Entry">Its entry, read.</param>
public sealed record RecordedAct(Anchor Anchor, Entry Entry)
{
    /// <summary>Reads the entry of an index row.</summary>
    public static RecordedAct Of(Anchor anchor) => new(anchor, anchor.ReadEntry());
}

/// <summary>What one issuer says of a document.</summary>
/// <param name="Verdict">Never <see cref="Verdict.Unknown"/>.</param>
/// <param name="Since">Since when: the deciding act's time, or the end or beginning of validity.</param>
/// <param name="Issue">The issue whose validity counts: the last.</param>
/// <param name="Deciding">The act that decides, whose receipt goes with the answer.</param>
/// <param name="Acts">Every act of this issuer on the document, in the order of effect.</param>
public sealed record IssuerResult(
    Verdict Verdict,
    DateTimeOffset Since,
    RecordedAct Issue,
    RecordedAct Deciding,
    IReadOnlyList<RecordedAct> Acts);

/// <summary>A verdict and what it rests on.</summary>
/// <param name="Verdict">That of the first result; unknown if there is none.</param>
/// <param name="Results">One an issuer, the nearest to verified first, then by issuer.</param>
public sealed record Decision(Verdict Verdict, IReadOnlyList<IssuerResult> Results);

/// <summary>
/// The verdict as a pure function of a document's acts and the time. Acts take effect by time, then position in their
/// upload, then log index, whatever order they came in.
/// </summary>
/// <remarks>
/// For each issuer on its own: a revocation is final; a supersession stands unless it is revoked; a suspension stands
/// until it is reinstated; then the validity of the last issue counts. What one issuer does says nothing of another's
/// document, so the overall verdict is the one nearest to verified: <see cref="Preference"/>.
/// </remarks>
public static class VerdictRule
{
    /// <summary>The overall verdict of several issuers is the first of these that one of them has.</summary>
    public static IReadOnlyList<Verdict> Preference { get; } =
    [
        Verdict.Verified, Verdict.NotYetValid, Verdict.Suspended, Verdict.Expired, Verdict.Superseded, Verdict.Revoked,
    ];

    /// <summary>Decides.</summary>
    public static Decision Decide(IEnumerable<RecordedAct> acts, DateTimeOffset now)
    {
        IssuerResult[] results =
        [
            .. acts
                .GroupBy(act => act.Entry.Issuer, StringComparer.Ordinal)
                .OrderBy(issuer => issuer.Key, StringComparer.Ordinal)
                .Select(issuer => DecideOne(issuer, now))
                .OfType<IssuerResult>()
                .OrderBy(result => Preference.ToList().IndexOf(result.Verdict)),
        ];
        return new Decision(results.Length == 0 ? Verdict.Unknown : results[0].Verdict, results);
    }

    private static IssuerResult? DecideOne(IEnumerable<RecordedAct> acts, DateTimeOffset now)
    {
        RecordedAct[] ordered =
        [
            .. acts
                .OrderBy(act => act.Entry.At)
                .ThenBy(act => act.Entry.Position)
                .ThenBy(act => act.Anchor.LogIndex),
        ];
        var issue = Array.FindLast(ordered, act => act.Entry.Kind == ActKind.Issue);
        if (issue is null)
            return null;

        IssuerResult Result(Verdict verdict, RecordedAct deciding, DateTimeOffset? since = null) =>
            new(verdict, since ?? deciding.Entry.At, issue, deciding, ordered);

        if (Array.Find(ordered, act => act.Entry.Kind == ActKind.Revoke) is { } revocation)
            return Result(Verdict.Revoked, revocation);
        if (Array.FindLast(ordered, act => act.Entry.Kind == ActKind.Supersede) is { } supersession)
            return Result(Verdict.Superseded, supersession);
        if (Suspension(ordered) is { } suspension)
            return Result(Verdict.Suspended, suspension);
        if (issue.Entry.Expires is { } end && now >= end)
            return Result(Verdict.Expired, issue, end);
        return issue.Entry.ValidFrom is { } beginning && now < beginning
            ? Result(Verdict.NotYetValid, issue, beginning)
            : Result(Verdict.Verified, issue);
    }

    // The first suspension that no later act ended.
    private static RecordedAct? Suspension(RecordedAct[] ordered)
    {
        var reinstated = Array.FindLastIndex(ordered, act => act.Entry.Kind == ActKind.Reinstate);
        return ordered.Skip(reinstated + 1).FirstOrDefault(act => act.Entry.Kind == ActKind.Suspend);
    }
}
