using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.Azure.WebJobs.Extensions.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrueCopy.FunctionsHost.Protocol;
using Yarp.ReverseProxy.Forwarder;

namespace TrueCopy.FunctionsHost;

/// <summary>
/// What stands between clients and the worker: the platform's own router in the order of the functions' names, the forwarder
/// that it uses, and what it answers by itself.
/// </summary>
internal sealed class HttpFront : IWebJobsRouteHandler, IAsyncDisposable
{
    private const string InvocationHeader = "x-ms-invocation-id";
    private static readonly object Executed = new();
    private static readonly ForwarderRequestConfig Patience = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    private readonly WebApplication _app;
    private readonly Invoker _invoker;
    private readonly Uri _worker;
    private readonly Dictionary<string, DeclaredFunction> _functions;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly IHttpForwarder _forwarder;

    private HttpFront(WebApplication app, Invoker invoker, Uri worker, IReadOnlyList<DeclaredFunction> functions)
    {
        (_app, _invoker, _worker) = (app, invoker, worker);
        _functions = functions.ToDictionary(function => function.Name);
        _forwarder = app.Services.GetRequiredService<IHttpForwarder>();
    }

    public string Address => _app.Urls.Single();

    public static async Task<HttpFront> StartAsync(
        Invoker invoker,
        Uri worker,
        IReadOnlyList<DeclaredFunction> functions,
        HostJson hostJson,
        CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = 104857600;
        });
        var app = builder.Build();
        var front = new HttpFront(app, invoker, worker, functions);
        var router = front.Router(hostJson.RoutePrefix);
        var headers = hostJson.CustomHeaders;
        app.Run(async context =>
        {
            context.Response.OnStarting(() =>
            {
                foreach (var (name, value) in headers)
                    context.Response.Headers.TryAdd(name, value);
                return Task.CompletedTask;
            });
            await AnswerAsync(context, router);
        });
        await app.StartAsync(cancellationToken);
        return front;
    }

    /// <summary>The route handler of the platform's router.</summary>
    public async Task InvokeAsync(HttpContext context, string functionName)
    {
        context.Items[Executed] = Executed;
        var function = _functions[functionName];
        var id = Guid.NewGuid().ToString();
        context.Request.Headers.TryAdd(InvocationHeader, id);
        var forwarding = _forwarder.SendAsync(context, _worker.ToString(), _client, Patience).AsTask();
        try
        {
            await _invoker.RunAsync(function, id, new TypedData { Http = new RpcHttp() }, context.RequestAborted);
            var error = await forwarding;
            if (error != ForwarderError.None)
                throw _invoker.Failed(function, $"the request was not proxied: {error}");
        }
        catch (InvocationException) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
        catch (InvocationException)
        {
            context.Abort();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private WebJobsRouter Router(string prefix)
    {
        var router = new WebJobsRouter(new DefaultInlineConstraintResolver(Options.Create(new RouteOptions()), _app.Services));
        var routes = router.CreateBuilder(this, prefix);
        foreach (var (name, function) in _functions.OrderBy(function => function.Key, StringComparer.OrdinalIgnoreCase))
        {
            var constraints = new RouteValueDictionary();
            if (function.Trigger.TryGetProperty("methods", out var methods))
                constraints["httpMethod"] = new HttpMethodRouteConstraint([.. methods.EnumerateArray().Select(method => method.GetString()!)]);
            routes.MapFunctionRoute(name, function.TriggerPart("route") is { Length: > 0 } route ? route : name, constraints, name);
        }

        router.AddFunctionRoutes(routes.Build(), null);
        return router;
    }

    private static async Task AnswerAsync(HttpContext context, WebJobsRouter router)
    {
        var routing = new RouteContext(context);
        routing.RouteData.Routers.Add(router);
        await router.RouteAsync(routing);
        if (routing.Handler is { } handler)
            await handler(context);
        if (context.Items.ContainsKey(Executed))
            return;

        // The home page is switched off, which makes the root an answer without content.
        context.Response.StatusCode = context.Request.Path == "/" ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
    }
}
