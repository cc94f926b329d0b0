using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<string, Func<Stream, CancellationToken, Task>> _says = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("truecopy-").FullName;
    private readonly X509Certificate2 _certificate;
    private readonly LoopbackServer _server;

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
        _server = new LoopbackServer(AnswerAsync);
    }

    /// <summary>The proxy: what <c>HTTPS_PROXY</c> names.</summary>
    public Uri Proxy => _server.Address;

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
        await _server.DisposeAsync();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AnswerAsync(NetworkStream raw, CancellationToken cancellationToken)
    {
        var connect = await LoopbackServer.ReadHeadAsync(raw, cancellationToken);
        var name = connect.Split(' ') is ["CONNECT", var target, ..] ? target.Split(':')[0] : "";
        if (!_says.TryGetValue(name, out var say))
        {
            await raw.WriteAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellationToken);
            return;
        }

        await raw.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), cancellationToken);
        await using var tls = new SslStream(raw);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, cancellationToken);
        if (await LoopbackServer.ReadHeadAsync(tls, cancellationToken) is not { Length: > 0 } head)
            return;
        Asked.Enqueue($"{name} {head}");
        await say(tls, cancellationToken);
        await tls.ShutdownAsync();
    }
}
