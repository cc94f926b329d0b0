using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using TrueCopy.Api;

namespace TrueCopy.App.Tests;

/// <summary>Every HTTP function answers through the worker's own integration.</summary>
public sealed class HttpTests(RunningApp app)
{
    private static readonly string Unknown = new('a', 64);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_function_answers_what_the_API_answers()
    {
        (string Path, HttpStatusCode Status, string ContentType)[] expected =
        [
            ($"v1/verify/sha-256/{Unknown}", HttpStatusCode.OK, "application/json"),
            ("v1/verify/sha-1/00", HttpStatusCode.BadRequest, "application/problem+json"),
            ("v1/issuers", HttpStatusCode.OK, "application/json"),
            ("v1/issuers/nobody", HttpStatusCode.NotFound, "application/problem+json"),
            ("v1/issuers/bank/documents?reference=1", HttpStatusCode.Forbidden, "application/problem+json"),
            ("v1/issuers/bank/uploads", HttpStatusCode.Forbidden, "application/problem+json"),
            ("v1/keys", HttpStatusCode.OK, "application/jwk-set+json"),
            ("v1/status", HttpStatusCode.OK, "application/json"),
            ("v1/status?since=x", HttpStatusCode.BadRequest, "application/problem+json"),
            ("v1/statuslist", HttpStatusCode.NotFound, "application/problem+json"),
            ("v1/receipts/refresh", HttpStatusCode.MethodNotAllowed, "application/problem+json"),
            ("log/checkpoint", HttpStatusCode.OK, "text/plain"),
            ("log/tile/entries/000.p/2", HttpStatusCode.OK, "application/octet-stream"),
            ("log/tile/0/x001/067", HttpStatusCode.NotFound, "application/problem+json"),
            ("", HttpStatusCode.OK, "text/html"),
            ("assets/receipt.js", HttpStatusCode.OK, "text/javascript"),
            ("assets/other.js", HttpStatusCode.NotFound, "application/problem+json"),
            ("health/live", HttpStatusCode.OK, "text/plain"),
            ("health/ready", HttpStatusCode.OK, "text/plain"),
            ("openapi/v1.json", HttpStatusCode.OK, "application/json"),
            ("docs", HttpStatusCode.OK, "text/html"),
        ];
        foreach (var (path, status, contentType) in expected)
        {
            using var response = await app.Client.GetAsync(path, Stop);
            Assert.Equal((path, status, contentType), (path, response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            using var head = await app.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Stop);
            Assert.Equal((path, status), (path, head.StatusCode));
        }
    }

    [Fact]
    public async Task What_the_platform_answers_itself_forbids_browsers_as_much_as_what_the_app_answers()
    {
        using var response = await app.Client.GetAsync(new Uri($"http://{app.Client.BaseAddress!.Authority}//v1//keys"), Stop);
        Assert.Equal((HttpStatusCode.NotFound, ""), (response.StatusCode, await response.Content.ReadAsStringAsync(Stop)));
        using var ours = await app.Client.GetAsync("v1/keys", Stop);
        foreach (var name in (string[])["X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Resource-Policy"])
            Assert.Equal(ours.Headers.GetValues(name), response.Headers.GetValues(name));
    }

    // The host writes X-Forwarded-For anew with its own peer's address, which all clients have in common.
    [Fact]
    public async Task Behind_the_host_each_client_has_its_own_share_and_what_it_writes_itself_gets_it_no_other()
    {
        var batch = $$"""{"digests":[{{string.Join(',', Enumerable.Repeat($$"""{"algorithm":"sha-256","digest":"{{Unknown}}"}""", 1000))}}]}""";
        var answered = 0;
        while (await AskAsync("192.0.2.1:4711", "203.0.113.1") is var status && status != HttpStatusCode.TooManyRequests)
        {
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.InRange(++answered, 1, 100);
        }

        Assert.InRange(answered, new ClientShare().Burst / 1000, 100);
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("192.0.2.1:4712", "203.0.113.2"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("192.0.2.2:4711", "203.0.113.1"));

        async Task<HttpStatusCode> AskAsync(string client, string written)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/verify") { Content = new StringContent(batch, Encoding.UTF8, "application/json") };
            request.Headers.Add("CLIENT-IP", client);
            request.Headers.Add("X-Forwarded-For", written);
            using var response = await app.Client.SendAsync(request, Stop);
            return response.StatusCode;
        }
    }

    // What the worker has not been told of when the client leaves, the platform's own libraries call cancelled; what it works on is not to be called failed.
    [Fact]
    public async Task A_client_that_hangs_up_fails_no_function()
    {
        var digests = string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"algorithm":"sha-256","digest":"{{i:x64}}"}"""));
        var body = $$"""{"digests":[{{digests}}]}""";
        var request = Encoding.ASCII.GetBytes($"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        for (var i = 0; i < 8; i++)
        {
            using var client = new TcpClient { ReceiveBufferSize = 4096, LingerState = new LingerOption(true, 0) };
            await client.ConnectAsync(app.Client.BaseAddress!.Host, app.Client.BaseAddress.Port, Stop);
            await client.GetStream().WriteAsync(request, Stop);
            await client.GetStream().ReadExactlyAsync(new byte[64], Stop);
        }

        using var after = await app.Client.PostAsync("v1/verify", new StringContent(body, Encoding.UTF8, "application/json"), Stop);
        Assert.True(after.IsSuccessStatusCode);
        Assert.DoesNotContain(app.Failures, failure => failure.StartsWith("Verify: Failure", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_digests_are_answered_in_one_request()
    {
        using var body = new StringContent($$"""{"digests":[{"algorithm":"sha-256","digest":"{{Unknown}}"}]}""", Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync("v1/verify", body, Stop);
        Assert.True(response.IsSuccessStatusCode);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Stop));
        Assert.Equal("unknown", answer.RootElement.GetProperty("results")[0].GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task An_issuer_who_is_signed_in_sees_its_own_documents_and_no_one_elses()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync("v1/issuers/bank/documents?reference=1", "00000000-0000-0000-0000-00000000000a"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("v1/issuers/bank/documents?reference=1", "00000000-0000-0000-0000-00000000000b"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("v1/issuers/registry/documents?reference=1", "00000000-0000-0000-0000-00000000000a"));
    }

    [Fact]
    public async Task A_receiver_who_is_signed_in_sees_its_own_packages_and_no_one_elses()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync("v1/receivers/lender/handovers", "00000000-0000-0000-0000-00000000000c"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("v1/receivers/lender/handovers", "00000000-0000-0000-0000-00000000000a"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("v1/receivers/other/handovers", "00000000-0000-0000-0000-00000000000c"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("v1/issuers/lender/documents?reference=1", "00000000-0000-0000-0000-00000000000c"));
    }

    private async Task<HttpStatusCode> AskAsync(string path, string principal)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-MS-CLIENT-PRINCIPAL-ID", principal);
        using var response = await app.Client.SendAsync(request, Stop);
        return response.StatusCode;
    }
}
