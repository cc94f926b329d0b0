using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TrueCopy.Api;

/// <summary>The body of a request.</summary>
internal static class RequestBody
{
    private const string JsonType = "application/json";

    /// <summary>Whether it says that it is of this media type, with whatever parameters.</summary>
    public static bool Is(HttpRequest request, string mediaType) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase);

    /// <summary>Answers a body of JSON, or says what is wrong about it.</summary>
    public static async Task<IResult> AnswerAsync<T>(HttpRequest request, JsonTypeInfo<T> type, Func<T, Task<IResult>> answer, CancellationToken cancellationToken)
        where T : class
    {
        if (!Is(request, JsonType))
            return Problem.UnsupportedMediaType($"The body is {JsonType}.");
        if (await ReadAsync(request, cancellationToken) is not { } sent)
            return Problem.TooLarge($"The body has at most {HttpLimits.MaxBodyLength} bytes.");
        T body;
        try
        {
            body = ForeignJson.Read(sent.Span, type);
        }
        catch (JsonException exception)
        {
            return Problem.MalformedRequest($"The body is not what this operation takes: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }

        return await answer(body);
    }

    /// <summary>Reads it; null if it has more than <see cref="HttpLimits.MaxBodyLength"/> bytes.</summary>
    /// <remarks>One byte more than allowed is enough to know; a length that the client states is not trusted.</remarks>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > HttpLimits.MaxBodyLength)
            return null;
        var body = new ArrayBufferWriter<byte>();
        while (body.WrittenCount <= HttpLimits.MaxBodyLength)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(4096), cancellationToken);
            if (read == 0)
                return body.WrittenMemory;
            body.Advance(read);
        }

        return null;
    }
}
