using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Index;

namespace TrueCopy.Verification.Verdicts;

/// <summary>An act on a document as the log records it.</summary>
/// <param name="Anchor">Its row in the index.</param>
/// <param name="Entry">Its entry, read.</param>
public sealed record RecordedAct(Anchor Anchor, Entry Entry)
{
    /// <summary>Reads the entry of an index row.</summary>
    public static RecordedAct Of(Anchor anchor) => new(anchor, Entry.Parse(anchor.Entry.Span));
}

/// <summary>A verdict and what it rests on.</summary>
/// <param name="Verdict">The answer.</param>
/// <param name="Deciding">The act that decides it, whose receipt goes with the answer; null when unknown.</param>
/// <param name="Acts">Every act on the document, in the order of effect.</param>
public sealed record Decision(Verdict Verdict, RecordedAct? Deciding, IReadOnlyList<RecordedAct> Acts);

/// <summary>The verdict as a pure function of a document's acts.</summary>
public static class VerdictRule
{
    /// <summary>Decides. Acts take effect by time, then position in their blob, then log index, whatever order they came in.</summary>
    public static Decision Decide(IEnumerable<RecordedAct> acts)
    {
        RecordedAct[] ordered =
        [
            .. acts
                .OrderBy(act => act.Entry.At)
                .ThenBy(act => act.Entry.Position)
                .ThenBy(act => act.Anchor.LogIndex),
        ];
        var deciding = ordered.FirstOrDefault(act => act.Entry.Kind == ActKind.Issue);
        return new Decision(deciding is null ? Verdict.Unknown : Verdict.Verified, deciding, ordered);
    }
}
