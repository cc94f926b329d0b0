using Microsoft.AspNetCore.Http;
using TrueCopy.Web;

namespace TrueCopy.Api;

/// <summary>The page for people, served from the same origin as the API so that it needs to reach nothing else, and the API's description for people and tools.</summary>
public sealed class PageEndpoints(IBlobAddresses addresses)
{
    /// <summary>
    /// What the page may do: run its own scripts and WebAssembly, ask its own service, and put sealed packages into the storage that
    /// the service names, or get them there. Nothing inline, nothing of third parties, no frames, and no text becomes code or markup
    /// (Trusted Types; the one policy is for the worker's address).
    /// </summary>
    internal string ContentSecurityPolicy { get; } =
        $"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {addresses.Origin}; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker";

    /// <summary>The page for people.</summary>
    /// <remarks>
    /// Hashes files in the browser, asks this API about the digests, and checks the receipts itself. What follows <c>#</c> in
    /// its address stays in the browser: <c>digest=&lt;algorithm&gt;:&lt;hex&gt;</c> asks about a digest,
    /// <c>key=&lt;verifier key&gt;</c> holds the log to that key, <c>view=handover</c>, <c>view=receive</c>, <c>view=issuer</c>
    /// and <c>view=log</c> open the other tabs, and <c>trace=&lt;secret&gt;</c> shows what became of a package.
    /// </remarks>
    /// <response code="200">The page.</response>
    [Operation(Routes.Page, "getPage", "page", CacheControl = CacheControl.Revalidate)]
    [Answers("text/html")]
    public IResult Index() => new PageAnswer(PageFiles.Index, ContentSecurityPolicy);

    /// <summary>This description, to be read.</summary>
    /// <response code="200">The same as <c>/openapi/v1.json</c>, as a page without scripts.</response>
    [Operation(Routes.Reference, "getReference", "page", CacheControl = CacheControl.Revalidate)]
    [Answers("text/html")]
    public IResult Reference() => new PageAnswer(PageFiles.Reference, ContentSecurityPolicy);

    /// <summary>This document.</summary>
    /// <response code="200">OpenAPI 3.1.</response>
    [Operation(Routes.OpenApi, "getOpenApi", "service", CacheControl = CacheControl.Minute)]
    [Answers("application/json")]
    public static IResult OpenApi()
    {
        // A snapshot of what the code says (OperationAttribute), so that no start makes it anew; a test keeps it true.
        using var resource = typeof(PageEndpoints).Assembly.GetManifestResourceStream("openapi.json")
            ?? throw new InvalidOperationException("The OpenAPI document is not embedded.");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return new Response(bytes.ToArray(), "application/json", CacheControl.Minute);
    }

    /// <summary>What the pages load.</summary>
    /// <remarks>
    /// <c>receipt.js</c> keeps its name: a module with the checks of the page (<c>checkReceipt</c>, <c>judgeAnswer</c>,
    /// <c>walkKeys</c>), for any JavaScript that has WebCrypto. <c>offline.js</c> keeps its name too: it lets the page be opened without
    /// the network, where its user wants that. All other names change with their content.
    /// </remarks>
    /// <param name="file" example="receipt.js">The file's name.</param>
    /// <response code="200">The file; in gzip where that is accepted.</response>
    [Operation(Routes.PageAsset, "getPageAsset", "page", Failures = ["NoSuchResource"])]
    [Answers("text/javascript")]
    [Answers("text/css")]
    [Answers("image/svg+xml")]
    public IResult Asset(string file) =>
        PageFiles.Assets.TryGetValue(file, out var asset) ? new PageAnswer(asset, ContentSecurityPolicy) : Problem.ForStatus(StatusCodes.Status404NotFound);

    private sealed class PageAnswer(PageFile file, string policy) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            ResponseHeaders.Set(httpContext, file.MediaType, file.IsImmutable ? CacheControl.Immutable : CacheControl.Revalidate);
            if (file.MayServePage)
                response.Headers["Service-Worker-Allowed"] = "/";
            response.Headers.ContentSecurityPolicy = policy;
            response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
            response.Headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            var coding = ContentCoding.Choose(httpContext.Request, ContentCoding.Gzip);
            ContentCoding.Set(response, coding);
            var body = coding is null ? file.Content : file.Compressed;
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
