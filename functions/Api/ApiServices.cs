using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api;

/// <summary>Wires the API: one pipeline for every host.</summary>
public static class ApiServices
{
    /// <summary>Adds what the pipeline needs.</summary>
    public static IServiceCollection AddTrueCopyApi(this IServiceCollection services) => services
        .AddSingleton<VerifyEndpoints>()
        .AddSingleton<RegistryEndpoints>()
        .AddSingleton<IssuerEndpoints>()
        .AddSingleton<LogEndpoints>()
        .AddSingleton<HealthEndpoints>()
        .AddSingleton<ApiMetrics>()
        .AddSingleton<Admission>()
        .AddSingleton<FailureAnswers>()
        .AddSingleton<ApiPipeline>()
        .AddRoutingCore();

    /// <summary>Answers every request, also those for what is not there.</summary>
    public static IApplicationBuilder UseTrueCopyApi(this IApplicationBuilder app) => app
        .UseStatusCodePages(context => Problem.ForStatus(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext))
        .UseRouting()
        .UseEndpoints(Map);

    private static void Map(IEndpointRouteBuilder routes)
    {
        Get(routes, Routes.VerifyOne, (request, stop) => Endpoint<VerifyEndpoints>(request).VerifyOneAsync(request, Value(request, "algorithm"), Value(request, "digest"), stop));
        Map(routes, [HttpMethods.Post], Routes.VerifyMany, (request, stop) => Endpoint<VerifyEndpoints>(request).VerifyManyAsync(request, stop), guard => guard.GuardBatchAsync);
        Get(routes, Routes.Issuers, (request, stop) => Endpoint<RegistryEndpoints>(request).IssuersAsync(stop));
        Get(routes, Routes.IssuerHistory, (request, stop) => Endpoint<RegistryEndpoints>(request).HistoryAsync(Value(request, "id"), stop));
        Get(routes, Routes.IssuerDocuments, (request, stop) => Endpoint<IssuerEndpoints>(request).DocumentsAsync(request, Value(request, "id"), stop));
        Get(routes, Routes.IssuerUploads, (request, stop) => Endpoint<IssuerEndpoints>(request).UploadsAsync(request, Value(request, "id"), stop));
        Get(routes, Routes.Keys, (request, stop) => Endpoint<RegistryEndpoints>(request).KeysAsync(stop));
        GetAlways(routes, Routes.Checkpoint, (request, stop) => Endpoint<LogEndpoints>(request).CheckpointAsync(stop));
        Get(routes, Routes.Tile, (request, stop) => Endpoint<LogEndpoints>(request).TileAsync(Value(request, "path"), stop));
        GetAlways(routes, Routes.Page, (_, _) => Task.FromResult(PageEndpoints.Index()));
        GetAlways(routes, Routes.PageAsset, (request, _) => Task.FromResult(PageEndpoints.Asset(Value(request, "file"))));
        GetAlways(routes, Routes.Live, (_, _) => Task.FromResult(HealthEndpoints.Live()));
        GetAlways(routes, Routes.Ready, (request, stop) => Endpoint<HealthEndpoints>(request).ReadyAsync(stop));
        GetAlways(routes, Routes.OpenApi, (_, _) => Task.FromResult(OpenApiEndpoint.Document()));
    }

    private static void Get(IEndpointRouteBuilder routes, string template, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint) =>
        Map(routes, [HttpMethods.Get, HttpMethods.Head], template, endpoint, guard => guard.GuardAsync);

    private static void GetAlways(IEndpointRouteBuilder routes, string template, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint) =>
        Map(routes, [HttpMethods.Get, HttpMethods.Head], template, endpoint, guard => guard.GuardAlwaysAsync);

    private static void Map(
        IEndpointRouteBuilder routes,
        string[] methods,
        string template,
        Func<HttpRequest, CancellationToken, Task<IResult>> endpoint,
        Func<FailureAnswers, Guard> guard) =>
        routes.MapMethods(template, methods, context => guard(context.RequestServices.GetRequiredService<FailureAnswers>())(context, endpoint));

    private static T Endpoint<T>(HttpRequest request)
        where T : notnull => request.HttpContext.RequestServices.GetRequiredService<T>();

    private static string Value(HttpRequest request, string name) => request.RouteValues[name] as string ?? "";

    private delegate Task Guard(HttpContext context, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint);
}
