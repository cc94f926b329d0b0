namespace TrueCopy.Ledger.Manifests;

/// <summary>
/// A line of <c>*.acts.jsonl</c>: <c>{"act":"revoke"}</c> (or suspend, reinstate, supersede) with the document, as
/// <c>algorithm</c> and <c>digest</c> or as the issuer's <c>reference</c>, and optionally <c>reason</c> and
/// <c>note</c>. To supersede takes the successor, as <c>successorAlgorithm</c> and <c>successorDigest</c> or as
/// <c>successorReference</c>.
/// </summary>
public static class ActLine
{
    private static readonly string[] Members =
    [
        "act", "algorithm", "digest", "reference", "reason", "note",
        "successorAlgorithm", "successorDigest", "successorReference",
    ];

    /// <summary>Reads a line.</summary>
    /// <exception cref="LineException">It breaks a rule.</exception>
    public static RequestedAct Parse(Line line)
    {
        var json = JsonLine.Parse(line, Members);
        if (!WireName.TryParse(json.Required("act"), out ActKind kind) || kind < ActKind.Revoke)
            throw json.Fault("act", "act is one of revoke, suspend, reinstate, supersede");

        var reference = Text(json, "reference", StatedText.MaxReferenceLength);
        if ((json["digest"] ?? json["algorithm"]) is null == reference is null)
            throw json.Fault("act", "the document is named by algorithm and digest, or by reference, and not by both");

        var act = new RequestedAct(kind, line.Number - 1)
        {
            Digests = reference is null ? [JsonDigest.Read(json, "algorithm", "digest")] : [],
            Reference = reference,
            Reason = Reason(json, kind),
            Note = Text(json, "note", StatedText.MaxNoteLength),
        };
        return WithSuccessor(json, act);
    }

    private static RequestedAct WithSuccessor(JsonLine json, RequestedAct act)
    {
        var reference = Text(json, "successorReference", StatedText.MaxReferenceLength);
        var byDigest = (json["successorDigest"] ?? json["successorAlgorithm"]) is not null;
        if (act.Kind != ActKind.Supersede)
        {
            return reference is null && !byDigest
                ? act
                : throw json.Fault(byDigest ? "successorDigest" : "successorReference", "only supersede names a successor");
        }

        if (byDigest == reference is not null)
            throw json.Fault("act", "the successor is named by successorAlgorithm and successorDigest, or by successorReference, and not by both");
        var successor = byDigest ? JsonDigest.Read(json, "successorAlgorithm", "successorDigest") : null;
        if ((successor is not null && act.Digests.Contains(successor)) || (reference is not null && reference == act.Reference))
            throw json.Fault(byDigest ? "successorDigest" : "successorReference", "a document does not supersede itself");
        return act with { Successor = successor, SuccessorReference = reference };
    }

    private static ReasonCode Reason(JsonLine json, ActKind kind)
    {
        if (json["reason"] is not { } text)
            return kind == ActKind.Supersede ? ReasonCode.Superseded : ReasonCode.Unspecified;
        if (!WireName.TryParse(text, out ReasonCode reason))
            throw json.Fault("reason", $"reason is one of {string.Join(", ", WireName.All<ReasonCode>())}");
        return StatedText.CheckReason(kind, reason) is { } rule ? throw json.Fault("reason", rule) : reason;
    }

    private static string? Text(JsonLine json, string name, int maxLength) =>
        json[name] is not { } text ? null
        : StatedText.CheckText(name, text, maxLength) is { } rule ? throw json.Fault(name, rule)
        : text;
}
