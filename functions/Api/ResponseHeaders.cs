using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>
/// The headers of every answer. None is a page: nothing in it is to be run, framed, or guessed to be another type. The
/// addresses of requests hold digests, so no referrer tells them on.
/// </summary>
/// <remarks>
/// There is no <c>Access-Control-Allow-Origin</c>: pages of other origins cannot read answers. The service's own page needs
/// none, and another site asks from its server, or reads a mirror of the log.
/// </remarks>
internal static class ResponseHeaders
{
    private const string Policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // RFC 6797 section 7.2: only over a secure transport, which in Azure ends before the function.
    private const string ForwardedScheme = "X-Forwarded-Proto";
    private const string OneYear = "max-age=31536000";

    public static void Set(HttpContext context, string contentType, string cacheControl)
    {
        var headers = context.Response.Headers;
        headers.ContentType = contentType;
        headers.CacheControl = cacheControl;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.IsHttps || context.Request.Headers[ForwardedScheme] == "https")
            headers.StrictTransportSecurity = OneYear;
    }
}
