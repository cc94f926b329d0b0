using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>The way to a domain as clients and the service go it: real sockets, TLS and HTTP, against websites that do whatever they like.</summary>
public sealed class DomainNetworkTests : IAsyncLifetime
{
    private static readonly NoteVerifier Key = new Ed25519Signer("log.example", new byte[32]).Verifier;
    private static readonly string Confirming = Statement("bank");
    private readonly DomainServer _web = new("bank.hk", "elsewhere.hk");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    public static TheoryData<string, DomainWord> Answers => new()
    {
        { Ok(Confirming), DomainWord.Confirmed },
        { Ok(Statement("bank", "sm.example")), DomainWord.NotStated },
        { Ok(Statement("other-bank")), DomainWord.Contradicted },
        { "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", DomainWord.NotStated },
        { "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", DomainWord.NoAnswer },
        { $"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.hk/\r\nContent-Length: {Confirming.Length}\r\n\r\n{Confirming}", DomainWord.NoAnswer },
        { "HTTP/1.1 301 Moved\r\nLocation: http://169.254.169.254/metadata\r\nContent-Length: 0\r\n\r\n", DomainWord.NoAnswer },
        { Ok("{"), DomainWord.NoAnswer },
        { "not HTTP at all\r\n\r\n", DomainWord.NoAnswer },
        { $"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{Confirming}", DomainWord.NoAnswer },
        { $"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 20_000)}\r\nContent-Length: {Confirming.Length}\r\n\r\n{Confirming}", DomainWord.NoAnswer },
        { "", DomainWord.NoAnswer },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Whatever_a_website_answers_is_one_of_four_words(string answer, DomainWord word)
    {
        _web.Say("bank.hk", answer);
        _web.State("elsewhere.hk", Confirming);
        Assert.Equal(word, (await CheckAsync()).Word);
        Assert.NotEmpty(_web.Asked);
        Assert.All(_web.Asked, asked => Assert.StartsWith("bank.hk GET /.well-known/truecopy.json HTTP/1.1\r\n", asked, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_without_end_is_read_to_the_limit_and_the_connection_closed()
    {
        var left = new TaskCompletionSource<long>();
        _web.Say("bank.hk", async (stream, stop) =>
        {
            var sent = 0L;
            try
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"u8.ToArray(), stop);
                while (true)
                {
                    await stream.WriteAsync(new byte[4096], stop);
                    sent += 4096;
                }
            }
            catch (IOException)
            {
                left.SetResult(sent);
            }
        });
        Assert.Equal(DomainWord.NoAnswer, (await CheckAsync()).Word);

        // What is on its way in buffers of either side was not read.
        Assert.InRange(await left.Task.WaitAsync(Stop), 1, 64 * 1024 * 1024);
    }

    // A kilobyte that unpacks to a hundred times what is read.
    [Fact]
    public async Task What_is_compressed_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(Encoding.ASCII.GetBytes(Confirming + new string(' ', 1_600_000)));
        _web.Say("bank.hk", async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"), stop);
            await stream.WriteAsync(packed.ToArray(), stop);
        });
        Assert.Equal(DomainWord.NoAnswer, (await CheckAsync()).Word);
        Assert.DoesNotContain("Accept-Encoding", Assert.Single(_web.Asked), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_website_that_does_not_go_on_is_left_after_ten_seconds()
    {
        var clock = new FakeTimeProvider();
        var reached = new TaskCompletionSource();
        _web.Say("bank.hk", async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"u8.ToArray(), stop);
            reached.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        });
        var check = CheckAsync(time: clock);
        await reached.Task.WaitAsync(Stop);
        clock.Advance(DomainChecker.Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(check.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((DomainWord.NoAnswer, "it did not answer within 10 seconds"), ((await check).Word, (await check).Detail));
    }

    [Fact]
    public async Task Who_has_no_certificate_of_that_name_is_not_asked()
    {
        _web.State("other.hk", Confirming);
        Assert.Equal(DomainWord.NoAnswer, (await CheckAsync("other.hk")).Word);
        Assert.Empty(_web.Asked);
    }

    [Fact]
    public async Task Cookies_are_neither_kept_nor_sent()
    {
        _web.Say("bank.hk", $"HTTP/1.1 200 OK\r\nSet-Cookie: seen=yes\r\nContent-Length: {Confirming.Length}\r\n\r\n{Confirming}");
        using var network = Network();
        using var checker = new DomainChecker(network);
        for (var i = 0; i < 2; i++)
            await checker.CheckAsync("bank.hk", "bank", [Key], Stop);
        Assert.All(_web.Asked, asked => Assert.DoesNotContain("Cookie", asked, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(2, _web.Asked.Count);
    }

    private static string Statement(string issuer, string origin = "log.example") =>
        $$"""{"v":1,"logs":[{"origin":"{{origin}}","issuer":"{{issuer}}","keys":["{{new Ed25519Signer(origin, new byte[32]).Verifier}}"]}]}""";

    private static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private async Task<DomainCheck> CheckAsync(string domain = "bank.hk", TimeProvider? time = null)
    {
        using var network = Network();
        using var checker = new DomainChecker(network, time);
        return await checker.CheckAsync(domain, "bank", [Key], Stop);
    }

    // The one that is used outside of tests; only who is trusted, and the way to the network, are of this test.
    private SocketsHttpHandler Network()
    {
        var network = PublicNetwork.Handler();
        network.Proxy = new WebProxy(_web.Proxy);
        network.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { _web.Certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        return network;
    }
}
