using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Answering;

/// <summary>An answer that is owed, in bytes: UTF-8 JSON.</summary>
public static class PendingAnswerBody
{
    private static readonly PendingAnswerJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new UtcTimeConverter(), new DigestConverter() },
        MaxDepth = 8,
    });

    /// <summary>Writes an answer.</summary>
    public static byte[] Encode(PendingAnswer answer) => JsonSerializer.SerializeToUtf8Bytes(answer, Json.PendingAnswer);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="LogFormatException">It did not.</exception>
    public static PendingAnswer Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var answer = ForeignJson.Read(bytes, Json.PendingAnswer);
            return answer is { Tries: >= 0 } and not (DocumentAnswer { Digests: [] } or RepeatAnswer { Lines: [] } or ActListAnswer { Parts: < 1 })
                ? answer
                : throw new LogFormatException("pending answer: a part of it is missing");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new LogFormatException("pending answer: not its JSON", exception);
        }
    }
}

[JsonSerializable(typeof(PendingAnswer))]
internal sealed partial class PendingAnswerJson : JsonSerializerContext;
