using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api;

/// <summary>Wires the API: one pipeline for every host.</summary>
public static class ApiServices
{
    /// <summary>Adds what the pipeline needs.</summary>
    public static IServiceCollection AddTrueCopyApi(this IServiceCollection services) => services
        .AddSingleton<VerifyEndpoints>()
        .AddSingleton<KnownIssuers>()
        .AddSingleton<RegistryEndpoints>()
        .AddSingleton<IssuerEndpoints>()
        .AddSingleton<HandoverEndpoints>()
        .AddSingleton<ReceiverEndpoints>()
        .AddSingleton<LogEndpoints>()
        .AddSingleton<ReceiptEndpoints>()
        .AddSingleton<StatusEndpoints>()
        .AddSingleton<StatusList>()
        .AddSingleton<HealthEndpoints>()
        .AddSingleton<PageEndpoints>()
        .AddSingleton<ApiMetrics>()
        .AddSingleton<ClientShare>()
        .AddSingleton(ServiceAddress.None)
        .AddSingleton<RequestLimits>()
        .AddSingleton<FailureResponses>()
        .AddSingleton<ApiPipeline>()
        .AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = HttpLimits.MaxAnswerTime,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        })
        .AddRateLimiter(limiter => limiter.OnRejected = (refused, _) =>
            new ValueTask(Failures(refused.HttpContext).RefuseAsync(refused.HttpContext, refused.Lease)))
        .AddOptions<RateLimiterOptions>().Configure<RequestLimits>((limiter, limits) => limiter.GlobalLimiter = limits.Admission).Services
        .AddRoutingCore();

    /// <summary>Answers every request, also those for what is not there.</summary>
    public static IApplicationBuilder UseTrueCopyApi(this IApplicationBuilder app) => app
        .UseClientAddress(app.ApplicationServices.GetRequiredService<ClientShare>().AddressHeader)
        .UseStatusCodePages(context => Failures(context.HttpContext).AnswerStatusAsync(context.HttpContext))
        .UseRouting()
        .UseRequestTimeouts()
        .Use(FailureResponses.FailIfLateAsync)
        .UseRateLimiter()
        .UseEndpoints(Map);

    private static IApplicationBuilder UseClientAddress(this IApplicationBuilder app, string? header)
    {
        if (header is null)
            return app;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardedForHeaderName = header, ForwardLimit = 1 };

        // Nobody gets here but through what writes the header; its addresses are the platform's.
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        return app.UseForwardedHeaders(options);
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        Get(routes, Routes.VerifyOne, (request, stop) => Endpoint<VerifyEndpoints>(routes).VerifyOneAsync(Value(request, "algorithm"), Value(request, "digest"), stop));
        Get(routes, Routes.ReceiptOfOne, (request, stop) => Endpoint<VerifyEndpoints>(routes).ReceiptOfOneAsync(Value(request, "algorithm"), Value(request, "digest"), stop));
        Map(routes, [HttpMethods.Post], Routes.VerifyMany, (request, stop) => Endpoint<VerifyEndpoints>(routes).VerifyManyAsync(request, stop), RequestClass.Batch);
        Post(routes, Routes.RefreshReceipt, (request, stop) => Endpoint<ReceiptEndpoints>(routes).RefreshAsync(request, stop));
        Map(routes, [HttpMethods.Get, HttpMethods.Head], Routes.Status, (request, stop) => Endpoint<StatusEndpoints>(routes).StatusAsync(request, stop), RequestClass.Batch);
        Map(routes, [HttpMethods.Get, HttpMethods.Head], Routes.StatusList, (request, stop) => Endpoint<StatusEndpoints>(routes).StatusListAsync(stop), RequestClass.Batch);
        Get(routes, Routes.Issuers, (request, stop) => Endpoint<RegistryEndpoints>(routes).IssuersAsync(stop));
        Get(routes, Routes.IssuerHistory, (request, stop) => Endpoint<RegistryEndpoints>(routes).HistoryAsync(Value(request, "id"), stop));
        Get(routes, Routes.IssuerDocuments, (request, stop) => Endpoint<IssuerEndpoints>(routes).DocumentsAsync(request, Value(request, "id"), stop));
        Get(routes, Routes.IssuerUploads, (request, stop) => Endpoint<IssuerEndpoints>(routes).UploadsAsync(request, Value(request, "id"), stop));
        Get(routes, Routes.Receivers, (request, stop) => Endpoint<HandoverEndpoints>(routes).ReceiversAsync(stop));
        Post(routes, Routes.Handovers, (request, stop) => Endpoint<HandoverEndpoints>(routes).AnnounceAsync(request, stop));
        Get(routes, Routes.Handover, (request, stop) => Endpoint<HandoverEndpoints>(routes).TraceAsync(Value(request, "id"), stop));
        Post(routes, Routes.Withdraw, (request, stop) => Endpoint<HandoverEndpoints>(routes).WithdrawAsync(request, Value(request, "id"), stop));
        Get(routes, Routes.ReceiverHandovers, (request, stop) => Endpoint<ReceiverEndpoints>(routes).ListAsync(request, Value(request, "id"), stop));
        Get(routes, Routes.ReceiverPackage, (request, stop) => Endpoint<ReceiverEndpoints>(routes).PackageAsync(request, Value(request, "id"), Value(request, "handover"), stop));
        Post(routes, Routes.ReceiverActs, (request, stop) => Endpoint<ReceiverEndpoints>(routes).ActAsync(request, Value(request, "id"), Value(request, "handover"), stop));
        Get(routes, Routes.Keys, (request, stop) => Endpoint<RegistryEndpoints>(routes).KeysAsync(stop));
        Get(routes, Routes.Policy, (request, _) => Task.FromResult(Endpoint<RegistryEndpoints>(routes).Policy()));
        GetAlways(routes, Routes.Checkpoint, (request, stop) => Endpoint<LogEndpoints>(routes).CheckpointAsync(stop));
        Get(routes, Routes.Tile, (request, stop) => Endpoint<LogEndpoints>(routes).TileAsync(Value(request, "path"), stop));
        GetAlways(routes, Routes.Page, (request, _) => Task.FromResult(Endpoint<PageEndpoints>(routes).Index()));
        GetAlways(routes, Routes.Reference, (request, _) => Task.FromResult(Endpoint<PageEndpoints>(routes).Reference()));
        GetAlways(routes, Routes.PageAsset, (request, _) => Task.FromResult(Endpoint<PageEndpoints>(routes).Asset(Value(request, "file"))));
        GetAlways(routes, Routes.Live, (_, _) => Task.FromResult(HealthEndpoints.Live()));
        GetAlways(routes, Routes.Ready, (request, stop) => Endpoint<HealthEndpoints>(routes).ReadyAsync(stop));
        GetAlways(routes, Routes.OpenApi, (_, _) => Task.FromResult(PageEndpoints.OpenApi()));
    }

    private static void Get(IEndpointRouteBuilder routes, string template, Func<HttpRequest, CancellationToken, ValueTask<IResult>> endpoint) =>
        Map(routes, [HttpMethods.Get, HttpMethods.Head], template, endpoint, RequestClass.Question);

    private static void Get(IEndpointRouteBuilder routes, string template, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint) =>
        Map(routes, [HttpMethods.Get, HttpMethods.Head], template, endpoint, RequestClass.Question);

    private static void Post(IEndpointRouteBuilder routes, string template, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint) =>
        Map(routes, [HttpMethods.Post], template, endpoint, RequestClass.Question);

    // Health, so that a busy process is not taken for a dead one; the checkpoint, which monitors and witnesses live on; and what costs nothing.
    private static void GetAlways(IEndpointRouteBuilder routes, string template, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint) =>
        Map(routes, [HttpMethods.Get, HttpMethods.Head], template, endpoint, RequestClass.Unlimited);

    private static void Map(
        IEndpointRouteBuilder routes,
        string[] methods,
        string template,
        Func<HttpRequest, CancellationToken, Task<IResult>> endpoint,
        RequestClass requests) => Map(routes, methods, template, (request, stop) => new ValueTask<IResult>(endpoint(request, stop)), requests);

    private static void Map(
        IEndpointRouteBuilder routes,
        string[] methods,
        string template,
        Func<HttpRequest, CancellationToken, ValueTask<IResult>> endpoint,
        RequestClass requests) =>
        routes.MapMethods(template, methods, context => Endpoint<FailureResponses>(routes).AnswerAsync(context, endpoint)).WithMetadata(new RequestClassMetadata(requests));

    private static FailureResponses Failures(HttpContext context) => context.RequestServices.GetRequiredService<FailureResponses>();

    // There is one of each, and a request needs no scope of its own.
    private static T Endpoint<T>(IEndpointRouteBuilder routes)
        where T : notnull => routes.ServiceProvider.GetRequiredService<T>();

    private static string Value(HttpRequest request, string name) => request.RouteValues[name] as string ?? "";
}

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
