using System.Text.Json;

namespace TrueCopy.Ledger.Verdicts;

/// <summary>
/// Answers as the HTTP API gives them, written as they were found: what a client reads as <see cref="VerdictDocument"/>. Most of an
/// answer is receipts, which are put into it without becoming text first.
/// </summary>
public static class VerdictJson
{
    /// <summary>How they are written: as all that the HTTP API answers. Tests hold it to what is read of them, so nothing is checked while it is written.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = DocumentJson.Instance.Options.Encoder, SkipValidation = true };

    /// <summary>Writes an answer.</summary>
    public static void Write(Utf8JsonWriter json, ProvenVerdict answer)
    {
        json.WriteStartObject();
        json.WriteString("verdict"u8, WireName.Of(answer.Verdict));
        WriteDigest(json, answer.Digest);
        json.WriteString("checkedAt"u8, answer.CheckedAt.UtcDateTime);
        json.WriteStartArray("results"u8);
        for (var i = 0; i < answer.Issuers.Count; i++)
            Write(json, answer.Issuers[i]);
        json.WriteEndArray();
        json.WritePropertyName("checkpoint"u8);
        var checkpoint = answer.CheckpointText is { } known && ReferenceEquals(known.Checkpoint, answer.Checkpoint) ? known : new CheckpointText(answer.Checkpoint);
        json.WriteRawValue(checkpoint.Document, skipInputValidation: true);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ProvenResult proven)
    {
        var (issue, deciding) = (proven.Result.Issue, proven.Result.Deciding.Entry);
        json.WriteStartObject();
        json.WritePropertyName("issuer"u8);
        json.WriteRawValue(issue.Text.Issuer, skipInputValidation: true);
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

    private static void WriteUnproven(Utf8JsonWriter json, ProvenResult proven)
    {
        json.WriteStartObject("unproven"u8);
        json.WriteStartArray("acts"u8);
        var acts = proven.Result.Acts;
        for (var i = Math.Max(0, acts.Count - UnprovenDocument.MaxActs); i < acts.Count; i++)
            json.WriteRawValue(acts[i].Text.Document, skipInputValidation: true);
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
