using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>
/// The whole pipeline of <see cref="ApiServices.UseTrueCopyApi"/> as the answer to a request, for a host that routes requests
/// by its own rules before it hands them over.
/// </summary>
public sealed class ApiPipeline : IResult
{
    private readonly RequestDelegate _pipeline;

    /// <summary>Builds it, once for all requests.</summary>
    public ApiPipeline(IServiceProvider services)
    {
        var builder = new ApplicationBuilder(services);
        builder.UseTrueCopyApi();
        _pipeline = builder.Build();
    }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        // What the host has found would be taken for the endpoint that is to run.
        httpContext.SetEndpoint(null);
        httpContext.Request.RouteValues.Clear();
        return _pipeline(httpContext);
    }
}
