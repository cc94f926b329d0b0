using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TrueCopy.Api;

/// <summary>
/// What the server bears of one client, in every host. In Azure the platform's front end has limits of its own before these.
/// Kestrel itself answers what breaks them before a request is read: 400, 408, 413, 414, 431, without a body.
/// </summary>
public static class HttpLimits
{
    /// <summary>The longest body that any operation takes, in bytes.</summary>
    public const int MaxBodyLength = 256 * 1024;

    /// <summary>The longest time from a request's last header to its answer; then it is 503.</summary>
    public static readonly TimeSpan MaxAnswerTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    internal static void Apply(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        var limits = server.Limits;

        // One byte more, so that the operation itself says what its limit is.
        limits.MaxRequestBodySize = MaxBodyLength + 1;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 4 * 1024, Grace);
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 4 * 1024, Grace);
    }
}
