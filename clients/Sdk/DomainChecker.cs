using System.Net;
using System.Net.Sockets;

namespace TrueCopy.Client;

/// <summary>What an institution's own domain says of its being an issuer, and when it was asked.</summary>
/// <param name="Issuer">The issuer's id.</param>
/// <param name="Domain">The domain, as the registry states it; null where it states none.</param>
/// <param name="Word">What the domain says.</param>
/// <param name="CheckedAt">When, by this client's clock.</param>
/// <param name="Detail">Why it contradicts, says nothing or could not be asked; null where it confirms.</param>
public sealed record DomainCheck(string Issuer, string? Domain, DomainWord Word, DateTimeOffset CheckedAt, string? Detail = null);

/// <summary>
/// Asks institutions' own domains (<see cref="DomainStatement.Path"/>). The domain is what somebody wrote into a registry, and the
/// answer anybody's: only HTTPS to the standard port of public addresses, no redirect, no cookie, and limits of size and time.
/// Thread-safe.
/// </summary>
public sealed class DomainChecker : IDisposable
{
    /// <summary>How long one domain may take in all.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;

    /// <summary>Creates one; nothing is asked yet.</summary>
    /// <param name="network">How to reach domains, not disposed with this; null for the system's way, which refuses addresses that are not public.</param>
    /// <param name="time">Clock of the time limit; null for the system's.</param>
    public DomainChecker(HttpMessageHandler? network = null, TimeProvider? time = null)
    {
        _http = new HttpMessageInvoker(network ?? PublicNetwork.Handler(), disposeHandler: network is null);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Asks a domain whether it is an issuer's.</summary>
    /// <param name="domain">The domain, as the registry states it; null where it states none.</param>
    /// <param name="issuer">The issuer's id.</param>
    /// <param name="keys">The keys by which its log is known; at least one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What it says; a failure to answer is one of the words, and no exception.</returns>
    public async Task<DomainCheck> CheckAsync(string? domain, string issuer, IReadOnlyList<NoteVerifier> keys, CancellationToken cancellationToken = default)
    {
        DomainCheck Said(DomainWord word, string? detail) => new(issuer, domain, word, _time.GetUtcNow(), detail);
        if (domain is null)
            return Said(DomainWord.NotStated, "the registry states no domain of it");
        if (DomainName.ToAscii(domain) is not { } host)
            return Said(DomainWord.NoAnswer, "what the registry states is no domain name");
        if (DomainName.IsReserved(host))
            return Said(DomainWord.NotStated, "a domain of that kind is nobody's, and is not asked");

        using var patience = new CancellationTokenSource(Patience, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(Uri.UriSchemeHttps, host) { Path = DomainStatement.Path }.Uri);
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await _http.SendAsync(request, stop.Token);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                return Said(DomainWord.NotStated, "nothing is published there");
            if (response.StatusCode != HttpStatusCode.OK)
                return Said(DomainWord.NoAnswer, $"it answered with status {(int)response.StatusCode}{((int)response.StatusCode is >= 300 and < 400 ? ", and no redirect is followed" : "")}");
            var (word, reason) = DomainStatement.Parse((await ReadAsync(response, stop.Token)).Span).Judge(issuer, keys);
            return Said(word, word == DomainWord.NotStated ? "what is published there does not name this log" : reason);
        }
        catch (LogFormatException exception)
        {
            return Said(DomainWord.NoAnswer, exception.Message);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Said(DomainWord.NoAnswer, "it cannot be reached");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Said(DomainWord.NoAnswer, $"it did not answer within {Patience.TotalSeconds:0} seconds");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // One byte more than there may be, whatever the length that is announced.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = new byte[DomainStatement.MaxLength + 1];
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return bytes.AsMemory(0, length);
    }
}

/// <summary>The network as a stranger's name may be asked in it: nothing but public addresses.</summary>
internal static class PublicNetwork
{
    private static readonly IPNetwork[] Others =
    [
        .. new[]
        {
            // IANA's registries of special-purpose addresses: not globally reachable; and 6to4, NAT64 and Teredo, which stand for others.
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
            "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    // Of version 6 only what is given out to the public is.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    public static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 16,
        PooledConnectionIdleTimeout = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
    };

    /// <summary>Whether an address is one of the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Others.Any(network => network.Contains(plain)) && (plain.AddressFamily == AddressFamily.InterNetwork || Global6.Contains(plain));
    }

    // The address that is looked at is the one that is connected to: a name that is looked up twice may stand for two. A proxy is
    // what this machine was told to use, wherever it is, and looks names up itself; it alone is sent CONNECT.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var isProxy = context.InitialRequestMessage.Method == HttpMethod.Connect;
        IPAddress[] allowed = isProxy ? addresses : [.. addresses.Where(IsPublic)];
        if (allowed.Length == 0)
            throw new HttpRequestException("The name stands for no public address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
