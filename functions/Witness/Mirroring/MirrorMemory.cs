using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Witness.Mirroring;

/// <summary>What a mirror remembers of a log that it has whole up to a checkpoint.</summary>
/// <param name="Note">The checkpoint's note, with the log's signatures.</param>
/// <param name="Prefix">The whole bundles before its end.</param>
/// <param name="Meaning">What the entries of those come to.</param>
/// <param name="Announced">The keys that were announced up to its end.</param>
internal sealed record MirrorMemory(ReadOnlyMemory<byte> Note, AuditedPrefix Prefix, Meaning Meaning, KeyAnnouncement? Announced)
{
    private const int FormatVersion = 1;

    private static readonly MirrorMemoryJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = 8,
    });

    public Checkpoint Checkpoint { get; } = Checkpoint.Parse(SignedNote.Parse(Note.Span).Text);

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(
        new MirrorMemoryBody(
            FormatVersion,
            Encoding.UTF8.GetString(Note.Span),
            Prefix.Size,
            [.. Prefix.Nodes.Select(node => node.ToString())],
            Meaning.Issuers,
            Meaning.Announced,
            Announced,
            Meaning.Status),
        Json.MirrorMemoryBody);

    /// <exception cref="LogFormatException">It is not what <see cref="Encode"/> wrote.</exception>
    public static MirrorMemory Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var body = ForeignJson.Read(bytes.Span, Json.MirrorMemoryBody);
            return body.Version == FormatVersion
                ? new MirrorMemory(
                    Encoding.UTF8.GetBytes(body.Note),
                    new AuditedPrefix(body.Size, [.. body.Nodes.Select(node => new MerkleHash(Convert.FromBase64String(node)))]),
                    new Meaning(
                        body.AnnouncedBefore,
                        body.Issuers.ToImmutableDictionary(),
                        body.Status is null || body.Status.Size == body.Size ? body.Status : throw new LogFormatException("mirror memory: the status is of another place")),
                    body.Announced)
                : throw new LogFormatException("mirror memory: not of version 1");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or (FormatException and not LogFormatException))
        {
            throw new LogFormatException("mirror memory: not its JSON", exception);
        }
    }
}

internal sealed record MirrorMemoryBody(
    [property: JsonPropertyName("v")] int Version,
    string Note,
    long Size,
    IReadOnlyList<string> Nodes,
    IReadOnlyDictionary<string, DateTimeOffset> Issuers,
    KeyAnnouncement? AnnouncedBefore = null,
    KeyAnnouncement? Announced = null,
    StatusState? Status = null);

[JsonSerializable(typeof(MirrorMemoryBody))]
internal sealed partial class MirrorMemoryJson : JsonSerializerContext;
