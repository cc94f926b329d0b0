using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TrueCopy.Witness.Mirroring;

namespace TrueCopy.Witness.Http;

/// <summary>Wires a witness: one pipeline for every host.</summary>
public static class WitnessPipeline
{
    /// <summary>Requests that are worked on at once; each waits for storage most of the time.</summary>
    public const int MaxRequests = 32;

    /// <summary>Requests that wait for those; more are refused at once.</summary>
    public const int MaxWaiting = 64;

    /// <summary>The longest time to an answer; then it is 503.</summary>
    public static readonly TimeSpan MaxAnswerTime = TimeSpan.FromSeconds(30);

    /// <summary>Adds a witness and its mirror; the host adds <see cref="IBlobStore"/>, <see cref="WitnessOptions"/> and <see cref="OpenLog"/>.</summary>
    public static IServiceCollection AddWitness(this IServiceCollection services) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton<WitnessMetrics>()
        .AddSingleton<WitnessService>()
        .AddSingleton<Mirror>()
        .AddHostedService<MirrorFollower>()
        .AddSingleton<WitnessEndpoints>()
        .AddSingleton<WitnessResult>()
        .AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = MaxAnswerTime,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        })
        .AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;

            // Health is asked for while the witness is busy.
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, bool>(context => context.Request.Path.StartsWithSegments("/health")
                ? RateLimitPartition.GetNoLimiter(false)
                : RateLimitPartition.GetConcurrencyLimiter(true, _ => new ConcurrencyLimiterOptions { PermitLimit = MaxRequests, QueueLimit = MaxWaiting }));
        })
        .AddRoutingCore();

    /// <summary>Answers every request, also those for what is not there.</summary>
    public static IApplicationBuilder UseWitness(this IApplicationBuilder app)
    {
        var endpoints = app.ApplicationServices.GetRequiredService<WitnessEndpoints>();
        return app
            .UseStatusCodePages(context => WitnessEndpoints.AnswerStatusAsync(context.HttpContext))
            .UseRouting()
            .UseRequestTimeouts()
            .Use(FailWhatWaitedInVainAsync)
            .UseRateLimiter()
            .UseEndpoints(routes =>
            {
                routes.MapPost(AddCheckpointRequest.Path, endpoints.AddCheckpointAsync);
                Get("", endpoints.AboutAsync);
                Get("health/live", endpoints.LiveAsync);
                Get("health/ready", endpoints.ReadyAsync);
                Get("{origin:length(64)}/checkpoint", endpoints.CheckpointAsync);
                Get("mirror/{origin:length(64)}/checkpoint", endpoints.MirrorCheckpointAsync);
                Get("mirror/{origin:length(64)}/tile/{*path}", endpoints.MirrorTileAsync);

                void Get(string template, RequestDelegate answer) => routes.MapMethods(template, [HttpMethods.Get, HttpMethods.Head], answer);
            });
    }

    // The limiter lets go of a request whose time ran out while it waited, without an answer, which would be 200 and empty.
    private static async Task FailWhatWaitedInVainAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (!context.Response.HasStarted && context.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true })
            throw new OperationCanceledException();
    }
}

/// <summary>The whole pipeline as the answer to a request, for a host that routes requests by its own rules before it hands them over.</summary>
public sealed class WitnessResult : IResult
{
    private readonly RequestDelegate _pipeline;

    /// <summary>Builds it, once for all requests.</summary>
    public WitnessResult(IServiceProvider services)
    {
        var builder = new ApplicationBuilder(services);
        builder.UseWitness();
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
