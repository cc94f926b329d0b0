using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>The OpenAPI document, written by hand because not every host has routes that a generator could read; a test keeps it true.</summary>
public static class OpenApiEndpoint
{
    /// <summary><c>GET /openapi/v1.json</c>.</summary>
    public static IResult Document()
    {
        using var resource = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("openapi.json")
            ?? throw new InvalidOperationException("The OpenAPI document is not embedded.");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return new BytesAnswer(bytes.ToArray(), "application/json", CacheControl.Minute);
    }
}
