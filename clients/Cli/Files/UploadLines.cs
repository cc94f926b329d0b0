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
