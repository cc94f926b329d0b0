using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api;

/// <summary>Wires the API. A host with ASP.NET routing maps it whole; the Function App calls the endpoints one by one.</summary>
public static class ApiServices
{
    /// <summary>Adds the endpoints' classes, and what a server that hosts them bears of a client.</summary>
    public static IServiceCollection AddTrueCopyApi(this IServiceCollection services) => services
        .AddSingleton<VerifyEndpoints>()
        .AddSingleton<RegistryEndpoints>()
        .AddSingleton<IssuerEndpoints>()
        .AddSingleton<LogEndpoints>()
        .AddSingleton<HealthEndpoints>()
        .AddSingleton<ApiMetrics>()
        .AddSingleton<Admission>()
        .AddSingleton<FailureAnswers>()
        .Configure<KestrelServerOptions>(HttpLimits.Apply);

    /// <summary>Maps every route.</summary>
    public static void MapTrueCopyApi(this IEndpointRouteBuilder routes)
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
        routes.MapMethods(template, methods, context => AnswerAsync(context, endpoint, guard));

    private static async Task AnswerAsync(
        HttpContext context,
        Func<HttpRequest, CancellationToken, Task<IResult>> endpoint,
        Func<FailureAnswers, Guard> guard)
    {
        var guarded = guard(context.RequestServices.GetRequiredService<FailureAnswers>());
        var answer = await guarded(context.Request, stop => endpoint(context.Request, stop));
        await answer.ExecuteAsync(context);
    }

    private static T Endpoint<T>(HttpRequest request)
        where T : notnull => request.HttpContext.RequestServices.GetRequiredService<T>();

    private static string Value(HttpRequest request, string name) => request.RouteValues[name] as string ?? "";

    private delegate Task<IResult> Guard(HttpRequest request, Func<CancellationToken, Task<IResult>> endpoint);
}
