using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.Api;

namespace TrueCopy.App.Functions;

/// <summary>For load balancers, and the description of the API.</summary>
public sealed class HealthFunctions(HealthEndpoints health, FailureAnswers guard)
{
    /// <summary>The process runs.</summary>
    [Function("Live")]
    public Task<IResult> LiveAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Live)] HttpRequest request) =>
        guard.GuardAlwaysAsync(request, _ => Task.FromResult(HealthEndpoints.Live()));

    /// <summary>The service can answer.</summary>
    [Function("Ready")]
    public Task<IResult> ReadyAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Ready)] HttpRequest request) =>
        guard.GuardAlwaysAsync(request, health.ReadyAsync);

    /// <summary>The OpenAPI document.</summary>
    [Function("OpenApi")]
    public Task<IResult> OpenApiAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.OpenApi)] HttpRequest request) =>
        guard.GuardAlwaysAsync(request, _ => Task.FromResult(OpenApiEndpoint.Document()));
}
