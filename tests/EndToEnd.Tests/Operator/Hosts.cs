using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary>A network of several hosts: the log's own, mirrors of it, and whoever takes reports.</summary>
internal sealed class Hosts(LogOverHttp log) : HttpMessageHandler
{
    /// <summary>Copies by the host of their mirror; each is served under the path at which mirrors serve it.</summary>
    public Dictionary<string, LogOverHttp> Mirrors { get; } = [];

    /// <summary>Takes what is posted; null for 404.</summary>
    public Func<HttpRequestMessage, string, HttpResponseMessage>? Take { get; set; }

    /// <summary>Whether the log's own host cannot be reached.</summary>
    public bool IsLogGone { get; set; }

    /// <summary>Hosts that were asked.</summary>
    public HashSet<string> Asked { get; } = [];

    private static readonly string Prefix = $"/mirror/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(InMemoryWorld.Origin)))}/";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        lock (Asked)
            Asked.Add(address.Host);
        if (request.Method == HttpMethod.Post)
            return Take?.Invoke(request, await request.Content!.ReadAsStringAsync(cancellationToken)) ?? LogOverHttp.Status(404);
        if (address.Host == "log.example")
            return IsLogGone ? throw new HttpRequestException(HttpRequestError.ConnectionError, "nobody there") : await PassAsync(log, request, cancellationToken);
        if (!Mirrors.TryGetValue(address.Host, out var mirror) || !address.AbsolutePath.StartsWith(Prefix, StringComparison.Ordinal))
            return LogOverHttp.Status(404);
        using var copied = new HttpRequestMessage(HttpMethod.Get, new Uri(address, $"/log/{address.AbsolutePath[Prefix.Length..]}"));
        return await PassAsync(mirror, copied, cancellationToken);
    }

    private static Task<HttpResponseMessage> PassAsync(LogOverHttp to, HttpRequestMessage request, CancellationToken cancellationToken) =>
        new HttpMessageInvoker(to, disposeHandler: false).SendAsync(request, cancellationToken);
}
