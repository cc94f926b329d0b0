using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TrueCopy.Web;

namespace TrueCopy.Api;

/// <summary>The page for people, served from the same origin as the API so that it needs to reach nothing else.</summary>
public static class PageEndpoints
{
    /// <summary>
    /// What the page may do: run its own scripts and WebAssembly, and ask its own service. Nothing inline, nothing of third
    /// parties, no frames, and no text becomes code or markup (Trusted Types; the one policy is for the worker's address).
    /// </summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker";

    /// <summary><c>GET /</c>: the page.</summary>
    public static IResult Index() => new PageAnswer(PageFiles.Index);

    /// <summary><c>GET /assets/{file}</c>: what it loads.</summary>
    public static IResult Asset(string file) =>
        PageFiles.Assets.TryGetValue(file, out var asset) ? new PageAnswer(asset) : Problem.ForStatus(StatusCodes.Status404NotFound);

    private sealed class PageAnswer(PageFile file) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            AnswerHeaders.Set(httpContext, file.MediaType, file.IsImmutable ? CacheControl.Immutable : CacheControl.Revalidate);
            response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
            response.Headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            response.Headers.Vary = "Accept-Encoding";
            var compressed = AcceptsGzip(httpContext.Request);
            if (compressed)
                response.Headers.ContentEncoding = "gzip";
            var body = compressed ? file.Compressed : file.Content;
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }

        private static bool AcceptsGzip(HttpRequest request) =>
            StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted)
            && accepted.Any(coding => coding.Value == "gzip" && coding.Quality is null or > 0);
    }
}
