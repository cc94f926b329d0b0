using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>The OpenAPI document: a snapshot of what the code says (<see cref="OperationAttribute"/>), so that no start makes it anew; a test keeps it true.</summary>
public static class OpenApiEndpoint
{
    /// <summary>This document.</summary>
    /// <response code="200">OpenAPI 3.1.</response>
    [Operation(Routes.OpenApi, "getOpenApi", "service", CacheControl = CacheControl.Minute)]
    [Answers("application/json")]
    public static IResult Document()
    {
        using var resource = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("openapi.json")
            ?? throw new InvalidOperationException("The OpenAPI document is not embedded.");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return new BytesResponse(bytes.ToArray(), "application/json", CacheControl.Minute);
    }
}
