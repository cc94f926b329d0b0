namespace TrueCopy.Ledger.Manifests;

/// <summary>
/// A line of <c>*.acts.jsonl</c>: <c>{"act":"revoke"}</c> (or suspend, reinstate, supersede) with the document, as
/// <c>algorithm</c> and <c>digest</c> or as the issuer's <c>reference</c>, and optionally <c>reason</c> and
/// <c>note</c>. To supersede takes the successor, as <c>successorAlgorithm</c> and <c>successorDigest</c> or as
/// <c>successorReference</c>.
/// </summary>
public static class ActLine
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="LineException">It breaks a rule.</exception>
    public static RequestedAct Parse(Line line) => Read(JsonLine.Parse(line, StatedName.OfActs));

    /// <summary>Reads what a line states, whatever its form.</summary>
    /// <exception cref="LineException">It breaks a rule.</exception>
    public static RequestedAct Read(IStatedLine line)
    {
        if (!WireName.TryParse(line.Required("act"), out ActKind kind) || kind is not (ActKind.Revoke or ActKind.Suspend or ActKind.Reinstate or ActKind.Supersede))
            throw line.Fault("act", "act is one of revoke, suspend, reinstate, supersede");

        var reference = Text(line, "reference", StatedText.MaxReferenceLength);
        if ((line["digest"] ?? line["algorithm"]) is null == reference is null)
            throw line.Fault("act", "the document is named by algorithm and digest, or by reference, and not by both");

        var act = new RequestedAct(kind, line.Number - 1)
        {
            Digests = reference is null ? [StatedDigest.Read(line, "algorithm", "digest")] : [],
            Reference = reference,
            Reason = Reason(line, kind),
            Note = Text(line, "note", StatedText.MaxNoteLength),
        };
        return WithSuccessor(line, act);
    }

    private static RequestedAct WithSuccessor(IStatedLine line, RequestedAct act)
    {
        var reference = Text(line, "successorReference", StatedText.MaxReferenceLength);
        var byDigest = (line["successorDigest"] ?? line["successorAlgorithm"]) is not null;
        if (act.Kind != ActKind.Supersede)
        {
            return reference is null && !byDigest
                ? act
                : throw line.Fault(byDigest ? "successorDigest" : "successorReference", "only supersede names a successor");
        }

        if (byDigest == reference is not null)
            throw line.Fault("act", "the successor is named by successorAlgorithm and successorDigest, or by successorReference, and not by both");
        var successor = byDigest ? StatedDigest.Read(line, "successorAlgorithm", "successorDigest") : null;
        if ((successor is not null && act.Digests.Contains(successor)) || (reference is not null && reference == act.Reference))
            throw line.Fault(byDigest ? "successorDigest" : "successorReference", "a document does not supersede itself");
        return act with { Successor = successor, SuccessorReference = reference };
    }

    private static ReasonCode Reason(IStatedLine line, ActKind kind)
    {
        if (line["reason"] is not { } text)
            return kind == ActKind.Supersede ? ReasonCode.Superseded : ReasonCode.Unspecified;
        if (!WireName.TryParse(text, out ReasonCode reason))
            throw line.Fault("reason", $"reason is one of {string.Join(", ", WireName.All<ReasonCode>())}");
        return StatedText.CheckReason(kind, reason) is { } rule ? throw line.Fault("reason", rule) : reason;
    }

    private static string? Text(IStatedLine line, string name, int maxLength) =>
        line[name] is not { } text ? null
        : StatedText.CheckText(name, text, maxLength) is { } rule ? throw line.Fault(name, rule)
        : text;
}
