using System.Text;

namespace TrueCopy.Api.Tests;

/// <summary>What an answer tells, and what it costs, beyond the verdict.</summary>
public sealed class HardeningTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_forbids_browsers_to_run_frame_guess_or_tell_on_anything()
    {
        await using var host = await ApiHost.StartAsync();
        var hex = await host.IssueAsync("document");
        foreach (var path in (string[])[$"/v1/verify/sha-256/{hex}", $"/v1/verify/sha-256/{hex}/receipt", "/v1/verify/md5/00", "/v1/issuers", "/v1/issuers/bank/documents?reference=1", "/v1/keys", "/log/checkpoint", "/log/tile/0/000.p/3", "/log/tile/0/001", "/health/live", "/openapi/v1.json", "/docs", "/nothing"])
        {
            var answer = await host.GetAsync(path);
            Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
            Assert.StartsWith("default-src 'none';", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
            Assert.Equal("same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
            Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Over_https_browsers_are_told_to_stay_with_it()
    {
        await using var host = await ApiHost.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add("X-Forwarded-Proto", "https");
        Assert.Equal("max-age=31536000", Header(await host.SendAsync(request), "Strict-Transport-Security"));
    }

    [Fact]
    public async Task Pages_of_other_origins_read_nothing_here()
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var method in (string[])["GET", "OPTIONS"])
        {
            var request = new HttpRequestMessage(new HttpMethod(method), "/v1/keys");
            request.Headers.Add("Origin", "https://elsewhere.example");
            request.Headers.Add("Access-Control-Request-Method", "GET");
            var answer = await host.SendAsync(request);
            Assert.Equal(method == "GET" ? 200 : 405, (int)answer.StatusCode);
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        }
    }

    // What a digest comes to is in the answer. How much work it was tells no more, and least of all to who only sees the
    // traffic: one query, known or unknown, once the tiles are in memory. A document that was replaced costs a second one,
    // for its successor, whose digest the answer names.
    [Fact]
    public async Task A_digest_costs_one_query_of_the_index_whatever_the_verdict()
    {
        await using var host = await ApiHost.StartAsync();
        string[] issued = [await host.IssueAsync("stands"), await host.IssueAsync("revoked"), await host.IssueAsync("suspended"), await host.IssueAsync("replaced")];
        await host.UploadAsync("all.acts.jsonl", string.Concat(
            Act("revoke", issued[1]),
            Act("suspend", issued[2]),
            $$"""{"act":"supersede","algorithm":"sha-256","digest":"{{issued[3]}}","successorAlgorithm":"sha-256","successorDigest":"{{issued[0]}}"}""" + "\n"));
        (string Digest, string Verdict, int Queries)[] expected =
        [
            (issued[0], "verified", 1),
            (issued[1], "revoked", 1),
            (issued[2], "suspended", 1),
            (issued[3], "superseded", 2),
            (ApiHost.HexOf("never issued"), "unknown", 1),
        ];
        foreach (var (digest, _, _) in expected)
            await host.GetAsync($"/v1/verify/sha-256/{digest}");
        foreach (var (digest, verdict, queries) in expected)
        {
            var before = host.World.Operations.Log.Count;
            var answer = await (await host.GetAsync($"/v1/verify/sha-256/{digest}")).Content.ReadAsStringAsync(Stop);
            Assert.Contains($"\"verdict\":\"{verdict}\"", answer, StringComparison.Ordinal);
            Assert.Equal(Enumerable.Repeat("index.query", queries), host.World.Operations.Log.Skip(before));
        }
    }

    [Fact]
    public async Task Who_may_not_ask_about_references_learns_nothing_of_them_and_costs_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadAsync("document", "document", metadata: new() { ["reference"] = "loan-1" });
        var answers = new List<string>();
        var before = host.World.Operations.Log.Count;
        foreach (var path in (string[])["bank/documents?reference=loan-1", "bank/documents?reference=loan-2", "bank/documents", "nobody/documents?reference=loan-1"])
            answers.Add(await (await host.GetAsync($"/v1/issuers/{path}")).Content.ReadAsStringAsync(Stop));
        Assert.Single(answers.Distinct());
        Assert.Equal(before, host.World.Operations.Log.Count);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused_before_it_is_read_whole_whether_or_not_its_length_is_told()
    {
        await using var host = await ApiHost.StartAsync(onKestrel: true);
        const string Post = "POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        Assert.StartsWith("HTTP/1.1 413 ", await Wire.ExchangeAsync(host.Address, Post + "Content-Length: 1000000000\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        var chunk = new string(' ', 64 * 1024);
        var chunks = new StringBuilder(Post + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        for (var i = 0; i < 5; i++)
            chunks.Append("10000\r\n").Append(chunk).Append("\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", await Wire.ExchangeAsync(host.Address, chunks.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_are_too_long_or_too_many_are_refused()
    {
        await using var host = await ApiHost.StartAsync(onKestrel: true);
        const string Get = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        Assert.StartsWith("HTTP/1.1 200 ", await Wire.ExchangeAsync(host.Address, Get + "\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await Wire.ExchangeAsync(host.Address, Get + $"X: {new string('x', 20_000)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await Wire.ExchangeAsync(host.Address, Get + string.Concat(Enumerable.Range(0, 100).Select(i => $"X{i}: x\r\n")) + "\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await Wire.ExchangeAsync(host.Address, $"GET /{new string('x', 10_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    private static string Act(string act, string hex) => $$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{hex}}"}""" + "\n";

    private static string Header(HttpResponseMessage answer, string name) =>
        string.Join(", ", answer.Headers.TryGetValues(name, out var values) ? values : []);
}
