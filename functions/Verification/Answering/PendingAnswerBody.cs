using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Answering;

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
            var answer = JsonSerializer.Deserialize(bytes, Json.PendingAnswer);
            return answer is { Tries: >= 0 } and not DocumentAnswer { Digests: [] } && IsWhole(answer)
                ? answer
                : throw new LogFormatException("pending answer: a part of it is missing");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new LogFormatException("pending answer: not its JSON", exception);
        }
    }

    // What a list holds, the serializer does not look at.
    private static bool IsWhole(PendingAnswer answer) => answer switch
    {
        DocumentAnswer document => !document.Digests.Contains(null!),
        ActListAnswer list => !list.Done.Contains(null!) && !list.Refused.Contains(null!),
        RefusalAnswer refusal => !refusal.Rejection.Lines.Contains(null!),
        _ => true,
    };
}

[JsonSerializable(typeof(PendingAnswer))]
internal sealed partial class PendingAnswerJson : JsonSerializerContext;
