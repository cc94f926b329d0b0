using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>An answer of bytes.</summary>
internal sealed class BytesAnswer(ReadOnlyMemory<byte> body, string contentType, string cacheControl) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = contentType;
        response.Headers.CacheControl = cacheControl;
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
