using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Acts;

/// <summary>What is not published of an act, in bytes: JSON, as journal and index keep it.</summary>
public static class UnpublishedJson
{
    private static readonly UnpublishedContext Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        MaxDepth = 4,
    });

    /// <summary>Writes it.</summary>
    public static byte[] Encode(Unpublished confidential) => JsonSerializer.SerializeToUtf8Bytes(
        new UnpublishedBody(
            confidential.Reference,
            confidential.Type,
            confidential.Note,
            confidential.Successor?.ToString(),
            confidential.Siblings.Count == 0 ? null : [.. confidential.Siblings.Select(sibling => sibling.ToString())],
            confidential.FileName,
            confidential.Also.Count == 0 ? null : confidential.Also,
            confidential.Length),
        Json.UnpublishedBody);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="LogFormatException">It did not.</exception>
    public static Unpublished Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var body = ForeignJson.Read(bytes, Json.UnpublishedBody);
            return new Unpublished
            {
                Reference = body.Reference,
                Type = body.Type,
                Note = body.Note,
                Successor = body.Successor is null ? null : DigestOf(body.Successor),
                Siblings = body.Siblings is null ? [] : [.. body.Siblings.Select(DigestOf)],
                FileName = body.FileName,
                Also = body.Also ?? [],
                Length = body.Length,
            };
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("confidential part: not its JSON", exception);
        }
    }

    private static Digest DigestOf(string? text) => Digest.TryParse(text, out var digest)
        ? digest
        : throw new LogFormatException("confidential part: a digest is not algorithm:hex");
}

internal sealed record UnpublishedBody(string? Reference, string? Type, string? Note, string? Successor, IReadOnlyList<string>? Siblings, string? FileName = null, IReadOnlyList<ListedLine>? Also = null, long? Length = null);

[JsonSerializable(typeof(UnpublishedBody))]
internal sealed partial class UnpublishedContext : JsonSerializerContext;
