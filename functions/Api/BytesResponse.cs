using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>An answer of bytes.</summary>
internal sealed class BytesResponse(ReadOnlyMemory<byte> body, string contentType, string cacheControl) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        ResponseHeaders.Set(httpContext, contentType, cacheControl);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
