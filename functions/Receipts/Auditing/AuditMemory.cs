using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Auditing;

/// <summary>A place in the log up to which everything was checked.</summary>
/// <param name="Prefix">The whole bundles before it.</param>
/// <param name="Announced">The last announcement of keys before it.</param>
/// <param name="Status">The status of all entries before it; null where the log kept none by then.</param>
public sealed record AuditPoint(AuditedPrefix Prefix, KeyAnnouncement? Announced, StatusState? Status = null)
{
    /// <summary>The log's beginning.</summary>
    public static readonly AuditPoint Start = new(AuditedPrefix.Empty, null);
}

/// <summary>What an auditor remembers of a log from one audit to the next.</summary>
/// <param name="Pinned">The keys that the auditor was given.</param>
/// <param name="Trusted">The keys that checkpoints are judged by: those pinned, or those that entries of the log list, learned one after the other; one of each kind must have signed.</param>
/// <param name="Note">The largest signed checkpoint seen that goes with those before; null at first.</param>
/// <param name="AuditedSize">Size of the log that was audited to the end.</param>
/// <param name="Confirmed">Where the next audit begins.</param>
/// <param name="Progress">Where an interrupted audit stopped: checked against itself, not yet against a signed root.</param>
public sealed record AuditMemory(
    IReadOnlyList<string> Pinned,
    IReadOnlyList<string> Trusted,
    ReadOnlyMemory<byte>? Note,
    long AuditedSize,
    AuditPoint Confirmed,
    AuditPoint? Progress)
{
    /// <summary>The policy file that the log's service named at the first audit, to which it is held since; null for none.</summary>
    public string? Policy { get; init; }

    private const int FormatVersion = 1;

    private static readonly MemoryJson Json = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = 8,
    });

    /// <summary>What a first audit knows: the keys.</summary>
    public static AuditMemory New(IReadOnlyList<string> keys) => new(keys, keys, null, 0, AuditPoint.Start, null);

    /// <summary>The checkpoint seen last, whose signature was verified then.</summary>
    public Checkpoint? Seen => Note is { } note ? Checkpoint.Parse(SignedNote.Parse(note.Span).Text) : null;

    /// <summary>Whether what was audited is a log of other entries: one of ours begins by announcing its keys.</summary>
    public bool HoldsOtherEntries => AuditedSize > 0 && Confirmed.Announced is null;

    /// <summary>The bytes of a file: UTF-8 JSON, version 1.</summary>
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(
        new MemoryBody(FormatVersion, Pinned, Trusted, AuditedSize, Write(Confirmed), Progress is null ? null : Write(Progress), Note is { } note ? Encoding.UTF8.GetString(note.Span) : null, Policy),
        Json.MemoryBody);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="LogFormatException">It did not.</exception>
    public static AuditMemory Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (ForeignJson.Read(bytes, Json.MemoryBody) is not { Version: FormatVersion, Pinned.Count: > 0, Trusted.Count: > 0 } body)
                throw new LogFormatException("audit memory: not of version 1");
            var memory = new AuditMemory(
                [.. body.Pinned.Select(ValidKey)],
                [.. body.Trusted.Select(ValidKey)],
                body.Note is { } note ? Encoding.UTF8.GetBytes(note) : default(ReadOnlyMemory<byte>?),
                body.AuditedSize,
                Read(body.Confirmed),
                body.Progress is null ? null : Read(body.Progress))
            {
                Policy = body.Policy,
            };
            if (body.Policy is not null)
                _ = TrustPolicy.Parse(Encoding.UTF8.GetBytes(body.Policy));
            return (memory.Seen?.Size ?? 0) >= memory.AuditedSize
                ? memory
                : throw new LogFormatException("audit memory: it has audited more than it has seen");
        }
        catch (Exception exception) when (exception is JsonException)
        {
            throw new LogFormatException("audit memory: not its JSON", exception);
        }
    }

    private static string ValidKey(string? key) => NoteVerifier.Parse(key ?? "").ToString();

    private static PointBody Write(AuditPoint point) =>
        new(point.Prefix.Size, [.. point.Prefix.Nodes.Select(node => node.ToString())], point.Announced, point.Status);

    private static AuditPoint Read(PointBody body) => new(
        new AuditedPrefix(body.Size, [.. body.Nodes.Select(HashOf)]),
        body.Announced is null ? null : body.Announced with { Keys = [.. body.Announced.Keys.Select(ValidKey)] },
        body.Status is null || body.Status.Size == body.Size ? body.Status : throw new LogFormatException("audit memory: the status is of another place"));

    private static MerkleHash HashOf(string? text)
    {
        var bytes = new byte[MerkleHash.Size];
        return text is { Length: 44 } && Convert.TryFromBase64String(text, bytes, out var length) && length == MerkleHash.Size
            ? new MerkleHash(bytes)
            : throw new LogFormatException("audit memory: a hash is not base64 of 32 bytes");
    }
}

/// <summary>Where an auditor keeps its memory.</summary>
public interface IAuditMemory
{
    /// <summary>Replaces what is kept, all or nothing.</summary>
    Task SaveAsync(AuditMemory memory, CancellationToken cancellationToken);
}

internal sealed record MemoryBody(
    [property: JsonPropertyName("v")] int Version,
    IReadOnlyList<string> Pinned,
    IReadOnlyList<string> Trusted,
    long AuditedSize,
    PointBody Confirmed,
    PointBody? Progress = null,
    string? Note = null,
    string? Policy = null);

internal sealed record PointBody(long Size, IReadOnlyList<string> Nodes, KeyAnnouncement? Announced = null, StatusState? Status = null);

[JsonSerializable(typeof(MemoryBody))]
internal sealed partial class MemoryJson : JsonSerializerContext;
