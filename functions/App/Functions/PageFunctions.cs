using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.Api;

namespace TrueCopy.App.Functions;

/// <summary>The page for people.</summary>
public sealed class PageFunctions(FailureAnswers guard)
{
    /// <summary>The page.</summary>
    [Function("Page")]
    public Task<IResult> IndexAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Page)] HttpRequest request) =>
        guard.GuardAlwaysAsync(request, _ => Task.FromResult(PageEndpoints.Index()));

    /// <summary>What it loads.</summary>
    [Function("PageAsset")]
    public Task<IResult> AssetAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.PageAsset)] HttpRequest request, string file) =>
        guard.GuardAlwaysAsync(request, _ => Task.FromResult(PageEndpoints.Asset(file)));
}
