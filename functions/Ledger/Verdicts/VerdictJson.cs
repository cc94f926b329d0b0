using System.Text.Json;

namespace TrueCopy.Ledger.Verdicts;

/// <summary>
/// Answers as the HTTP API gives them, written as they were found: what a client reads as <see cref="VerdictDocument"/>. Most of an
/// answer is receipts, which are put into it without becoming text first.
/// </summary>
public static class VerdictJson
{
    /// <summary>How they are written: as all that the HTTP API answers.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = DocumentJson.Instance.Options.Encoder };

    /// <summary>Writes an answer.</summary>
    public static void Write(Utf8JsonWriter json, ProvenVerdict answer)
    {
        json.WriteStartObject();
        json.WriteString("verdict"u8, WireName.Of(answer.Verdict));
        WriteDigest(json, answer.Digest);
        json.WriteString("checkedAt"u8, answer.CheckedAt.UtcDateTime);
        json.WriteStartArray("results"u8);
        foreach (var issuer in answer.Issuers)
            Write(json, issuer);
        json.WriteEndArray();
        json.WriteStartObject("checkpoint"u8);
        var checkpoint = answer.Checkpoint.Checkpoint;
        json.WriteString("origin"u8, checkpoint.Origin);
        json.WriteNumber("size"u8, checkpoint.Size);
        json.WriteBase64String("root"u8, checkpoint.Root.Bytes);
        json.WritePropertyName("note"u8);
        LinesConverter.Write(json, answer.Checkpoint.Note.Span);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ProvenResult proven)
    {
        var (issue, deciding) = (proven.Result.Issue, proven.Result.Deciding.Entry);
        json.WriteStartObject();
        WriteIssuer(json, issue.Entry);
        json.WriteString("verdict"u8, WireName.Of(proven.Result.Verdict));
        json.WriteString("since"u8, proven.Result.Since.UtcDateTime);
        json.WritePropertyName("receipt"u8);
        proven.Deciding.Write(json);
        if (proven.Issue is { } issued)
        {
            json.WritePropertyName("issueReceipt"u8);
            issued.Write(json);
        }

        if (issue.Entry.ValidFrom is { } beginning)
            json.WriteString("validFrom"u8, beginning.UtcDateTime);
        if (issue.Entry.Expires is { } end)
            json.WriteString("expires"u8, end.UtcDateTime);
        if (deciding.Reason is { } reason)
            json.WriteString("reason"u8, WireName.Of(reason));
        if (proven.Result.Deciding.Unpublished.Note is { } note)
            json.WriteString("note"u8, note);
        if (proven.Result.Deciding.Unpublished.Successor is { } successor)
        {
            json.WriteStartObject("successor"u8);
            WriteDigest(json, successor);
            json.WriteEndObject();
        }

        WriteUnproven(json, proven);
        json.WriteEndObject();
    }

    private static void WriteIssuer(Utf8JsonWriter json, Entry issue)
    {
        json.WriteStartObject("issuer"u8);
        json.WriteString("id"u8, issue.Issuer ?? "");
        json.WriteString("legalName"u8, issue.LegalName ?? "");
        json.WriteString("jurisdiction"u8, issue.Jurisdiction ?? "");
        if (issue.LegalNames is { } names)
        {
            json.WritePropertyName("legalNames"u8);
            JsonSerializer.Serialize(json, names, DocumentJson.Instance.LegalNames);
        }

        json.WriteEndObject();
    }

    private static void WriteUnproven(Utf8JsonWriter json, ProvenResult proven)
    {
        json.WriteStartObject("unproven"u8);
        json.WriteStartArray("acts"u8);
        var acts = proven.Result.Acts;
        for (var i = Math.Max(0, acts.Count - UnprovenDocument.MaxActs); i < acts.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("logIndex"u8, acts[i].LogIndex);
            json.WriteString("kind"u8, WireName.Of(acts[i].Entry.Kind));
            json.WriteString("at"u8, acts[i].Entry.At.UtcDateTime);
            if (acts[i].Entry.Reason is { } reason)
                json.WriteString("reason"u8, WireName.Of(reason));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (proven.Result.Issue.Unpublished.Type is { } type)
            json.WriteString("type"u8, type);
        if (proven.Successor is { } successor)
            json.WriteString("successorVerdict"u8, WireName.Of(successor.Verdict));
        if (proven.Domain is { } domain)
        {
            json.WritePropertyName("domain"u8);
            JsonSerializer.Serialize(json, domain.ToDocument(), DocumentJson.Instance.DomainOutcomeDocument);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a digest as two members, <c>algorithm</c> and <c>digest</c>.</summary>
    internal static void WriteDigest(Utf8JsonWriter json, Digest digest)
    {
        Span<byte> hex = stackalloc byte[2 * digest.Bytes.Length];
        Convert.TryToHexStringLower(digest.Bytes, hex, out var digits);
        json.WriteString("algorithm"u8, digest.Algorithm.Name);
        json.WriteString("digest"u8, hex[..digits]);
    }
}
