using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TrueCopy.Api;

/// <summary>
/// What a server bears of one client. Kestrel itself answers what breaks the limits of connections before a request is read:
/// 400, 408, 413, 414, 431, without a body.
/// </summary>
public static class HttpLimits
{
    /// <summary>The longest body that any operation takes, in bytes.</summary>
    public const int MaxBodyLength = 256 * 1024;

    /// <summary>
    /// The longest answer to a batch, in bytes. A thousand digests take a few MiB; of documents that have far more to be told
    /// than others, fewer are to be asked for at once.
    /// </summary>
    public const int MaxAnswerLength = 16 * 1024 * 1024;

    /// <summary>
    /// The longest status, in bytes before compression: that of 90 million entries of which every page says something. Logs in
    /// which little is taken back never come near it.
    /// </summary>
    public const int MaxStatusLength = 64 * 1024 * 1024;

    /// <summary>The longest time from a request's last header to the beginning of its answer; then it is 503.</summary>
    public static readonly TimeSpan MaxAnswerTime = TimeSpan.FromSeconds(30);

    /// <summary>The longest time from there to the end of the answer; then the connection is cut. The longest answer is a few MiB.</summary>
    public static readonly TimeSpan MaxWriteTime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>For a server that clients reach.</summary>
    public static void Apply(KestrelServerOptions server)
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

    /// <summary>
    /// For a server behind the Functions host, which has accepted a request when it forwards it: a request that the host takes
    /// and this one refuses costs a place in the host until it gives up on the function, 15 s later, and answers 500.
    /// </summary>
    public static void ApplyBehindFunctionsHost(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        var limits = server.Limits;

        // Those of the host's own Kestrel are 8 KiB, 32 KiB and 100, before it adds headers and escapes paths; the body is the operation's to limit.
        limits.MaxRequestLineSize = 32 * 1024;
        limits.MaxRequestHeadersTotalSize = 128 * 1024;
        limits.MaxRequestHeaderCount = 200;
        limits.MaxRequestBodySize = null;

        // How fast a client sends and reads is not seen from here.
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }
}
