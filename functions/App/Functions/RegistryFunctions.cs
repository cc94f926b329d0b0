using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.Api;

namespace TrueCopy.App.Functions;

/// <summary>Who issues, with which keys the log signs, and what an issuer may ask about its own documents.</summary>
public sealed class RegistryFunctions(RegistryEndpoints registry, IssuerEndpoints issuers, FailureAnswers guard)
{
    /// <summary>The registry.</summary>
    [Function("Issuers")]
    public Task<IResult> IssuersAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Issuers)] HttpRequest request) =>
        guard.GuardAsync(request, registry.IssuersAsync);

    /// <summary>Who an issuer was called, and since when.</summary>
    [Function("IssuerHistory")]
    public Task<IResult> HistoryAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.IssuerHistory)] HttpRequest request,
        string id) =>
        guard.GuardAsync(request, stop => registry.HistoryAsync(id, stop));

    /// <summary>An issuer's documents under its own reference.</summary>
    [Function("IssuerDocuments")]
    public Task<IResult> DocumentsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.IssuerDocuments)] HttpRequest request,
        string id) =>
        guard.GuardAsync(request, stop => issuers.DocumentsAsync(request, id, stop));

    /// <summary>What an issuer uploaded, and what came of it.</summary>
    [Function("IssuerUploads")]
    public Task<IResult> UploadsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.IssuerUploads)] HttpRequest request,
        string id) =>
        guard.GuardAsync(request, stop => issuers.UploadsAsync(request, id, stop));

    /// <summary>The log's keys.</summary>
    [Function("Keys")]
    public Task<IResult> KeysAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Keys)] HttpRequest request) =>
        guard.GuardAsync(request, registry.KeysAsync);
}
