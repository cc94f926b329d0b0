using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TrueCopy.Api;

/// <summary>An answer of bytes.</summary>
internal sealed class Response(ReadOnlyMemory<byte> body, string contentType, string cacheControl, int status = StatusCodes.Status200OK, int? retryAfterSeconds = null) : IResult
{
    /// <summary>Names the content, without quotes, so that who has it already is told so (304); null where it is asked for once.</summary>
    public string? Tag { get; init; }

    /// <summary>The body for clients that take it compressed; null where that is not worth it.</summary>
    public ContentCoding.Body? Coded { get; init; }

    /// <summary>Where the body is, to be given back once it is sent; null where nobody waits for it.</summary>
    public PooledBody? Pooled { get; init; }

    /// <summary>Where what was asked for is told once it is there; null where this is it.</summary>
    public string? Location { get; init; }

    /// <summary>An answer in JSON, written by source-generated code, whatever JSON options the host has.</summary>
    public static Response Json<T>(T value, JsonTypeInfo<T> type, string cacheControl, string contentType = "application/json", int status = StatusCodes.Status200OK, int? retryAfterSeconds = null) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type), contentType, cacheControl, status, retryAfterSeconds);

    /// <summary>An answer in JSON that was written already.</summary>
    public static Response Json(PooledBody body, string cacheControl) => new(body.Written, "application/json", cacheControl) { Pooled = body };

    /// <summary>What became of an act: its receipt, or, where that takes longer, where it will be told.</summary>
    public static Response OfAct(string handover, HandoverEventDocument? done) => done is not null
        ? Json(done, DocumentJson.Instance.HandoverEventDocument, CacheControl.None)
        : new Response("{}"u8.ToArray(), "application/json", CacheControl.None, StatusCodes.Status202Accepted) { Location = "/" + Routes.Handover.Replace("{id}", handover, StringComparison.Ordinal) };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        ResponseHeaders.Set(httpContext, contentType, cacheControl);
        if (Location is not null)
            response.Headers.Location = Location;
        if (retryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var coding = Coded is null ? null : ContentCoding.Choose(httpContext.Request, ContentCoding.Brotli, ContentCoding.Gzip);
        if (Coded is not null)
            ContentCoding.Set(response, coding);
        if (Tag is not null && IsUnchanged(httpContext))
            return;
        var sent = Coded?.In(coding) ?? body;
        response.ContentLength = sent.Length;
        await response.BodyWriter.WriteAsync(sent, httpContext.RequestAborted);

        // Not where that failed: somebody may be sending it still.
        Pooled?.Dispose();
    }

    // Weak, since the same content has other bytes in another coding.
    private bool IsUnchanged(HttpContext context)
    {
        var tag = new EntityTagHeaderValue($"\"{Tag}\"", isWeak: Coded is not null);
        context.Response.Headers.ETag = tag.ToString();
        if (!EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known)
            || !known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: false)))
            return false;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        context.Response.Headers.ContentType = default;
        context.Response.Headers.ContentEncoding = default;
        return true;
    }
}

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

/// <summary>Values of the Cache-Control header.</summary>
internal static class CacheControl
{
    /// <summary>Verdicts and problems change with the log and the clock.</summary>
    public const string None = "no-store";

    /// <summary>A few seconds, as tlog-tiles asks of checkpoints.</summary>
    public const string Moment = "public, max-age=2";

    /// <summary>Keys and issuers change rarely.</summary>
    public const string Minute = "public, max-age=60";

    /// <summary>A policy changes when the operator deploys another.</summary>
    public const string Minutes = "public, max-age=300";

    /// <summary>The page names the assets of its own version, so it must not be older than they are.</summary>
    public const string Revalidate = "no-cache";

    /// <summary>Tiles never change.</summary>
    public const string Immutable = "public, max-age=31536000, immutable";
}
