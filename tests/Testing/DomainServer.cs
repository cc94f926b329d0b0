using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TrueCopy.Testing;

/// <summary>
/// The websites of domains, over HTTPS, behind a proxy by which they are reached, so that the real way to a domain can be gone
/// without the internet: name, certificate, request and answer are as they would be there.
/// </summary>
public sealed class DomainServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Func<Stream, CancellationToken, Task>> _says = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("truecopy-").FullName;
    private readonly X509Certificate2 _certificate;
    private readonly Task _serving;

    /// <summary>Starts.</summary>
    /// <param name="certified">The names that its certificate is for.</param>
    public DomainServer(params string[] certified)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={certified[0]}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in certified)
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        CertificateFile = Path.Combine(_folder, "certificate.pem");
        File.WriteAllText(CertificateFile, _certificate.ExportCertificatePem());
        _listener.Start();
        Proxy = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _serving = ServeAsync();
    }

    /// <summary>The proxy: what <c>HTTPS_PROXY</c> names.</summary>
    public Uri Proxy { get; }

    /// <summary>The certificate in PEM, for whom to trust: what <c>SSL_CERT_FILE</c> names.</summary>
    public string CertificateFile { get; }

    /// <summary>The certificate, to trust in this process.</summary>
    public X509Certificate2 Certificate => _certificate;

    /// <summary>The requests so far, head only, each with the name that was tunnelled to in front.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Has a domain answer every request with these bytes of HTTP.</summary>
    public void Say(string domain, string answer) =>
        _says[domain] = async (stream, stop) => await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);

    /// <summary>Has a domain answer as the test does.</summary>
    public void Say(string domain, Func<Stream, CancellationToken, Task> answer) => _says[domain] = answer;

    /// <summary>Has a domain state this JSON.</summary>
    public void State(string domain, string json) =>
        Say(domain, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.Latin1.GetByteCount(json)}\r\nConnection: close\r\n\r\n{json}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _certificate.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ServeAsync()
    {
        while (true)
            _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var raw = client.GetStream();
                var connect = await ReadHeadAsync(raw);
                var name = connect.Split(' ') is ["CONNECT", var target, ..] ? target.Split(':')[0] : "";
                if (!_says.TryGetValue(name, out var say))
                {
                    await raw.WriteAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
                    return;
                }

                await raw.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
                await using var tls = new SslStream(raw);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                if (await ReadHeadAsync(tls) is not { Length: > 0 } head)
                    return;
                Asked.Enqueue($"{name} {head}");
                await say(tls, _stop.Token);
                await tls.ShutdownAsync();
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The client has left, or did not trust; or the test has ended.
            }
        }
    }

    private async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stop.Token) > 0)
            head.Append((char)one[0]);
        return head.ToString();
    }
}
