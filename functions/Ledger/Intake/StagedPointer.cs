using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Intake;

/// <summary>The message of a staged upload whose body is a blob.</summary>
/// <param name="Blob">The blob's name in the staging container.</param>
/// <param name="Part">Which part of the upload it is, from 0.</param>
/// <param name="Parts">How many parts there are.</param>
/// <param name="Source">The upload, which is told if the blob is lost (<see cref="StagedBody.SourcesOf"/>); messages of before it was named have none.</param>
public sealed record StagedPointer(string Blob, int Part, int Parts, [property: JsonPropertyName("source")] BlobVersion? Source = null)
{
    // The longest name of a blob.
    private const int MaxNameLength = 1024;

    /// <summary>Writes it.</summary>
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, StagedPointerJson.Default.StagedPointer);

    /// <summary>Reads it.</summary>
    /// <exception cref="LogFormatException">It is not a pointer.</exception>
    public static StagedPointer Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var pointer = ForeignJson.Read(bytes, StagedPointerJson.Default.StagedPointer);
            return pointer is { Blob.Length: > 0 and <= MaxNameLength, Part: >= 0, Source: null or { Container: not null, Path: not null, ETag: not null } } && pointer.Part < pointer.Parts
                ? pointer
                : throw new LogFormatException("staged pointer: it names no part of an upload");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("staged pointer: not its JSON", exception);
        }
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StagedPointer))]
internal sealed partial class StagedPointerJson : JsonSerializerContext;
