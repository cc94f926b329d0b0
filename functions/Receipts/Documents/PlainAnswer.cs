namespace TrueCopy.Receipts.Documents;

/// <summary>Answers to <c>POST /v1/verify</c>, member by member.</summary>
internal static class PlainAnswer
{
    /// <summary>Reads an answer; null where that is the serializer's to do.</summary>
    public static BatchAnswerDocument? TryRead(ReadOnlySpan<byte> json) => PlainJson.TryRead(json, DocumentJson.MaxDepth, Batch);

    private static BatchAnswerDocument? Batch(ref PlainJson json)
    {
        IReadOnlyList<VerdictDocument>? results = null;
        while (json.NextMember())
            _ = json.Objects("results"u8, ref results, Answer) || json.Other();
        return results is null ? null : new BatchAnswerDocument(results);
    }

    private static VerdictDocument? Answer(ref PlainJson json)
    {
        Verdict? verdict = null;
        string? algorithm = null, digest = null;
        DateTimeOffset? checkedAt = null;
        IReadOnlyList<ResultDocument>? results = null;
        CheckpointDocument? checkpoint = null;
        while (json.NextMember())
        {
            _ = json.Word("verdict"u8, ref verdict) || json.Text("algorithm"u8, ref algorithm) || json.Text("digest"u8, ref digest)
                || json.Time("checkedAt"u8, ref checkedAt) || json.Objects("results"u8, ref results, Result)
                || json.Object("checkpoint"u8, ref checkpoint, Checkpoint) || json.Other();
        }

        return verdict is { } word && algorithm is not null && digest is not null && checkedAt is { } at && results is not null && checkpoint is not null
            ? new VerdictDocument(word, algorithm, digest, at, results, checkpoint)
            : null;
    }

    private static ResultDocument? Result(ref PlainJson json)
    {
        IssuerDocument? issuer = null;
        Verdict? verdict = null;
        DateTimeOffset? since = null, validFrom = null, expires = null;
        string? receipt = null, issueReceipt = null, note = null;
        ReasonCode? reason = null;
        DigestDocument? successor = null;
        UnprovenDocument? unproven = null;
        while (json.NextMember())
        {
            _ = json.Object("issuer"u8, ref issuer, Issuer) || json.Word("verdict"u8, ref verdict) || json.Time("since"u8, ref since)
                || json.Text("receipt"u8, ref receipt) || json.Text("issueReceipt"u8, ref issueReceipt) || json.Time("validFrom"u8, ref validFrom)
                || json.Time("expires"u8, ref expires) || json.Word("reason"u8, ref reason) || json.Text("note"u8, ref note)
                || json.Object("successor"u8, ref successor, Digest) || json.Object("unproven"u8, ref unproven, Unproven) || json.Other();
        }

        return issuer is not null && verdict is { } word && since is { } from && receipt is not null
            ? new ResultDocument(issuer, word, from, receipt, issueReceipt, validFrom, expires, reason, note, successor, unproven)
            : null;
    }

    private static IssuerDocument? Issuer(ref PlainJson json)
    {
        string? id = null, legalName = null, jurisdiction = null, domain = null;
        LegalNames? legalNames = null;
        DomainOutcomeDocument? domainOutcome = null;
        while (json.NextMember())
        {
            _ = json.Text("id"u8, ref id) || json.Text("legalName"u8, ref legalName) || json.Text("jurisdiction"u8, ref jurisdiction)
                || json.Text("domain"u8, ref domain) || json.Object("legalNames"u8, ref legalNames, PlainEntry.Names)
                || json.Object("domainOutcome"u8, ref domainOutcome, DomainOutcome) || json.Other();
        }

        return id is not null && legalName is not null && jurisdiction is not null
            ? new IssuerDocument(id, legalName, jurisdiction, domain) { LegalNames = legalNames, DomainOutcome = domainOutcome }
            : null;
    }

    private static UnprovenDocument? Unproven(ref PlainJson json)
    {
        IReadOnlyList<ActDocument>? acts = null;
        string? type = null;
        Verdict? successorVerdict = null;
        DomainOutcomeDocument? domain = null;
        while (json.NextMember())
        {
            _ = json.Objects("acts"u8, ref acts, Act) || json.Text("type"u8, ref type) || json.Word("successorVerdict"u8, ref successorVerdict)
                || json.Object("domain"u8, ref domain, DomainOutcome) || json.Other();
        }

        return acts is null ? null : new UnprovenDocument(acts, type, successorVerdict) { Domain = domain };
    }

    private static ActDocument? Act(ref PlainJson json)
    {
        long? logIndex = null;
        ActKind? kind = null;
        DateTimeOffset? at = null;
        ReasonCode? reason = null;
        while (json.NextMember())
            _ = json.Number("logIndex"u8, ref logIndex) || json.Word("kind"u8, ref kind) || json.Time("at"u8, ref at) || json.Word("reason"u8, ref reason) || json.Other();
        return logIndex is { } index && kind is { } act && at is { } time ? new ActDocument(index, act, time, reason) : null;
    }

    private static DomainOutcomeDocument? DomainOutcome(ref PlainJson json)
    {
        DomainWord? outcome = null;
        DateTimeOffset? since = null;
        long? logIndex = null;
        string? domain = null;
        while (json.NextMember())
            _ = json.Word("outcome"u8, ref outcome) || json.Time("since"u8, ref since) || json.Number("logIndex"u8, ref logIndex) || json.Text("domain"u8, ref domain) || json.Other();
        return outcome is { } word && since is { } from && logIndex is { } index ? new DomainOutcomeDocument(word, from, index, domain) : null;
    }

    private static DigestDocument? Digest(ref PlainJson json)
    {
        string? algorithm = null, digest = null;
        while (json.NextMember())
            _ = json.Text("algorithm"u8, ref algorithm) || json.Text("digest"u8, ref digest) || json.Other();
        return algorithm is not null && digest is not null ? new DigestDocument(algorithm, digest) : null;
    }

    private static CheckpointDocument? Checkpoint(ref PlainJson json)
    {
        string? origin = null, root = null, note = null;
        long? size = null;
        while (json.NextMember())
            _ = json.Text("origin"u8, ref origin) || json.Number("size"u8, ref size) || json.Text("root"u8, ref root) || json.Text("note"u8, ref note) || json.Other();
        return origin is not null && size is { } entries && root is not null && note is not null ? new CheckpointDocument(origin, entries, root, note) : null;
    }
}
