using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.TransparencyLog;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>The message of a staged upload whose body is a blob.</summary>
/// <param name="Blob">The blob's name in the staging container.</param>
/// <param name="Part">Which part of the upload it is, from 0.</param>
/// <param name="Parts">How many parts there are.</param>
internal sealed record StagedPointer(string Blob, int Part, int Parts)
{
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, StagedPointerJson.Default.StagedPointer);

    /// <exception cref="LogFormatException">It is not a pointer.</exception>
    public static StagedPointer Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, StagedPointerJson.Default.StagedPointer) is { Blob: not null } pointer
                ? pointer
                : throw new LogFormatException("staged pointer: it names no blob");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("staged pointer: not its JSON", exception);
        }
    }
}

[JsonSerializable(typeof(StagedPointer))]
internal sealed partial class StagedPointerJson : JsonSerializerContext;
