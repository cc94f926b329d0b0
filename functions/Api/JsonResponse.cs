using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>A JSON answer serialised by source-generated code, whatever JSON options the host has.</summary>
internal sealed class JsonResponse<T>(
    T value,
    JsonTypeInfo<T> type,
    int status,
    string contentType,
    string cacheControl,
    int? retryAfterSeconds = null) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        ResponseHeaders.Set(httpContext, contentType, cacheControl);
        if (retryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
