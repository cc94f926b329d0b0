using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TrueCopy.Api;

/// <summary>The body of a request.</summary>
internal static class RequestBody
{
    /// <summary>Whether it says that it is of this media type, with whatever parameters.</summary>
    public static bool Is(HttpRequest request, string mediaType) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase);

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
