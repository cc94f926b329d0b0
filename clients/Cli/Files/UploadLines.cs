using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrueCopy.Cli.Files;

/// <summary>Writes the lines of manifests and lists of acts, and names the uploads that hold them.</summary>
internal static class UploadLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A name that no other upload has, and that sorts by time.</summary>
    public static string NewName(string folder, string extension, TimeProvider time) => string.Create(
        CultureInfo.InvariantCulture,
        $"{folder}/{time.GetUtcNow():yyyyMMdd'T'HHmmssfff}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}{extension}");

    /// <summary>A line of a <c>*.manifest.jsonl</c>.</summary>
    public static void WriteManifestLine(IBufferWriter<byte> output, Digest digest, string? reference)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("algorithm", digest.Algorithm.Name);
            json.WriteString("digest", digest.Hex);
            if (reference is not null)
                json.WriteString("reference", reference);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>A line of a <c>*.acts.jsonl</c>.</summary>
    public static void WriteActLine(IBufferWriter<byte> output, string act, NamedDocument document, NamedDocument? successor, string? reason, string? note)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("act", act);
            Name(json, document, "algorithm", "digest", "reference");
            if (successor is not null)
                Name(json, successor, "successorAlgorithm", "successorDigest", "successorReference");
            if (reason is not null)
                json.WriteString("reason", reason);
            if (note is not null)
                json.WriteString("note", note);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Name(Utf8JsonWriter json, NamedDocument document, string algorithm, string digest, string reference)
    {
        if (document.Reference is not null)
        {
            json.WriteString(reference, document.Reference);
            return;
        }

        json.WriteString(algorithm, document.Digest!.Algorithm.Name);
        json.WriteString(digest, document.Digest.Hex);
    }
}

/// <summary>A document as the command line names it: <c>algorithm:hex</c>, <c>ref:REFERENCE</c>, or a file, which is hashed here.</summary>
internal sealed record NamedDocument(string Text, Digest? Digest, string? Reference)
{
    /// <summary>A document of a table: by its reference, or by its digest.</summary>
    /// <exception cref="LineException">The row names none, or two.</exception>
    public static NamedDocument Of(ActRow row, string algorithmColumn, string digestColumn, string referenceColumn)
    {
        if (row[digestColumn] is null == row[referenceColumn] is null)
            throw row.Fault(referenceColumn, $"the document is named by {digestColumn} or by {referenceColumn}, and not by both");
        if (row[referenceColumn] is { } reference)
        {
            return StatedText.CheckText(referenceColumn, reference, StatedText.MaxReferenceLength) is { } rule
                ? throw row.Fault(referenceColumn, rule)
                : new NamedDocument(ReferencePrefix + reference, null, reference);
        }

        if (!DigestAlgorithm.TryParse(row[algorithmColumn]!, out var algorithm))
            throw row.Fault(algorithmColumn, $"{algorithmColumn} is one of {string.Join(", ", DigestAlgorithm.All)}");
        return Digest.TryParse(algorithm, row[digestColumn]!, out var digest)
            ? new NamedDocument(digest.ToString(), digest, null)
            : throw row.Fault(digestColumn, $"a {algorithm} digest is {algorithm.Length * 2} hex digits");
    }

    private const string ReferencePrefix = "ref:";

    public static async Task<NamedDocument> ReadAsync(string text, Terminal terminal, CancellationToken cancellationToken)
    {
        if (text.StartsWith(ReferencePrefix, StringComparison.Ordinal))
        {
            var reference = text[ReferencePrefix.Length..];
            return StatedText.CheckText("a reference", reference, StatedText.MaxReferenceLength) is { } rule
                ? throw new CommandException(ExitCode.Usage, $"{text}: {rule}.")
                : new NamedDocument(text, null, reference);
        }

        if (Digest.TryParse(text, out var digest))
            return new NamedDocument(text, digest, null);
        var digests = await LocalFile.HashAsync(text, [DigestAlgorithm.Sha256], terminal, cancellationToken);
        return new NamedDocument(text, digests[0], null);
    }
}
