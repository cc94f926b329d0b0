using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.Api;

namespace TrueCopy.App.Functions;

/// <summary>
/// HTTP requests, all answered by the one pipeline of the API. There are several functions so that the platform can tell
/// operators what is asked for without addresses, which hold digests. They take every method: the pipeline refuses those that a
/// path does not have. The platform's router goes by name, so what takes every path comes last.
/// </summary>
public sealed class HttpFunctions(ApiPipeline api)
{
    /// <summary>What the page loads.</summary>
    [Function("Assets")]
    public IResult Assets([HttpTrigger(AuthorizationLevel.Anonymous, Route = "assets/{*rest}")] HttpRequest request) => api;

    /// <summary>Packages that are announced, and what became of them.</summary>
    [Function("Handovers")]
    public IResult Handovers([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/handovers/{*rest}")] HttpRequest request) => api;

    /// <summary>For load balancers.</summary>
    [Function("Health")]
    public IResult Health([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health/{*rest}")] HttpRequest request) => api;

    /// <summary>Who issues, and what an issuer may ask about its own documents.</summary>
    [Function("Issuers")]
    public IResult Issuers([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/issuers/{*rest}")] HttpRequest request) => api;

    /// <summary>The log's keys.</summary>
    [Function("Keys")]
    public IResult Keys([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/keys/{*rest}")] HttpRequest request) => api;

    /// <summary>The public log.</summary>
    [Function("Log")]
    public IResult Log([HttpTrigger(AuthorizationLevel.Anonymous, Route = "log/{*rest}")] HttpRequest request) => api;

    /// <summary>The description of the API.</summary>
    [Function("OpenApi")]
    public IResult OpenApi([HttpTrigger(AuthorizationLevel.Anonymous, Route = "openapi/{*rest}")] HttpRequest request) => api;

    /// <summary>The page for people.</summary>
    [Function("Page")]
    public IResult Page([HttpTrigger(AuthorizationLevel.Anonymous, Route = Routes.Page)] HttpRequest request) => api;

    /// <summary>The log's witnesses.</summary>
    [Function("Policy")]
    public IResult Policy([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/policy/{*rest}")] HttpRequest request) => api;

    /// <summary>Receipts that are made fresh.</summary>
    [Function("Receipts")]
    public IResult Receipts([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/receipts/{*rest}")] HttpRequest request) => api;

    /// <summary>Who takes packages, and what a receiver does with its own.</summary>
    [Function("Receivers")]
    public IResult Receivers([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/receivers/{*rest}")] HttpRequest request) => api;

    /// <summary>The description of the API, to be read.</summary>
    [Function("Reference")]
    public IResult Reference([HttpTrigger(AuthorizationLevel.Anonymous, Route = Routes.Reference)] HttpRequest request) => api;

    /// <summary>How all documents stand.</summary>
    [Function("Status")]
    public IResult Status([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/status/{*rest}")] HttpRequest request) => api;

    /// <summary>The same for verifiers of credentials.</summary>
    [Function("StatusList")]
    public IResult StatusList([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/statuslist/{*rest}")] HttpRequest request) => api;

    /// <summary>Verification requests.</summary>
    [Function("Verify")]
    public IResult Verify([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/verify/{*rest}")] HttpRequest request) => api;

    /// <summary>What is not there is told as everywhere.</summary>
    [Function("WrongPath")]
    public IResult WrongPath([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) => api;
}
