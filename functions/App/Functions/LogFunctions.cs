using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.Api;

namespace TrueCopy.App.Functions;

/// <summary>The public log.</summary>
public sealed class LogFunctions(LogEndpoints log, FailureAnswers guard)
{
    /// <summary>The signed head of the log.</summary>
    [Function("Checkpoint")]
    public Task<IResult> CheckpointAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Checkpoint)] HttpRequest request) =>
        guard.GuardAlwaysAsync(request, log.CheckpointAsync);

    /// <summary>Tiles and entry bundles.</summary>
    [Function("Tile")]
    public Task<IResult> TileAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Tile)] HttpRequest request, string path) =>
        guard.GuardAsync(request, stop => log.TileAsync(path, stop));
}
