using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Api.Tests;

public sealed class FailureTests
{
    private const string Inside = "AccountKey=c2VjcmV0";

    public static TheoryData<string, bool> FailingRequests()
    {
        var requests = new TheoryData<string, bool>();
        foreach (var path in (string[])[$"/v1/verify/sha-256/{ApiHost.HexOf("x")}", $"/v1/verify/sha-256/{ApiHost.HexOf("x")}/receipt", "POST", "/v1/issuers", "/log/checkpoint", "/log/tile/0/000", "/health/ready"])
        {
            requests.Add(path, true);
            requests.Add(path, false);
        }

        return requests;
    }

    [Theory]
    [MemberData(nameof(FailingRequests))]
    public async Task Storage_that_fails_is_no_verdict_and_tells_nothing_of_the_inside(string path, bool expected)
    {
        await using var host = await ApiHost.StartAsync();
        host.World.Operations.Hook = _ => throw (expected ? new LogUnavailableException(Inside) : new InvalidOperationException(Inside));
        var response = path == "POST" ? await host.SendAsync(Batch(ApiHost.HexOf("x"))) : await host.GetAsync(path);
        var problem = await ApiHost.ProblemAsync(response, 503, "unavailable");
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.DoesNotContain(Inside, problem.GetRawText() + response.Headers, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", problem.GetRawText() + response.Headers, StringComparison.Ordinal);
        Assert.False(problem.TryGetProperty("verdict", out _));
        Assert.Equal(expected ? LogLevel.Warning : LogLevel.Error, Assert.Single(host.Logged).Level);
    }

    [Theory]
    [InlineData(400, 400, "malformed-request")]
    [InlineData(408, 400, "malformed-request")]
    [InlineData(413, 413, "request-too-large")]
    public async Task A_request_that_the_server_cannot_read_is_answered_as_documented(int thrown, int status, string cause)
    {
        await using var host = await ApiHost.StartAsync();
        host.World.Operations.Hook = _ => throw new BadHttpRequestException(Inside, thrown);
        var problem = await ApiHost.ProblemAsync(await host.SendAsync(Batch(ApiHost.HexOf("x"))), status, cause);
        Assert.DoesNotContain(Inside, problem.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(host.Logged);
    }

    [Fact]
    public async Task A_body_that_is_not_chunked_as_it_says_is_malformed()
    {
        await using var host = await ApiHost.StartAsync(onKestrel: true);
        var answer = await Wire.ExchangeAsync(
            host.Address,
            "POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nZZ\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("urn:truecopy:problem:malformed-request", answer, StringComparison.Ordinal);
        Assert.Empty(host.Logged);
    }

    [Fact]
    public async Task An_act_whose_tile_is_missing_is_a_failure_and_not_unknown()
    {
        await using var host = await ApiHost.StartAsync();
        var hex = await host.IssueAsync("document");
        host.World.Ledger.Tiles.Clear();
        await ApiHost.ProblemAsync(await host.GetAsync($"/v1/verify/sha-256/{hex}"), 503, "unavailable");
    }

    [Fact]
    public async Task A_checkpoint_that_the_keys_did_not_sign_is_a_failure_and_not_unknown()
    {
        await using var other = await ApiHost.StartAsync();
        await other.IssueAsync("document");
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton<IBlobStore>(other.World.Ledger));
        await ApiHost.ProblemAsync(await host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("document")}"), 503, "unavailable");
        await ApiHost.ProblemAsync(await host.GetAsync("/health/ready"), 503, "unavailable");
    }

    [Fact]
    public async Task A_log_that_has_not_begun_is_not_ready_but_the_process_lives()
    {
        await using var host = await ApiHost.StartAsync();
        Assert.Equal(200, (int)(await host.GetAsync("/health/live")).StatusCode);
        await ApiHost.ProblemAsync(await host.GetAsync("/health/ready"), 503, "unavailable");
        await ApiHost.ProblemAsync(await host.GetAsync("/log/checkpoint"), 503, "unavailable");
        await ApiHost.ProblemAsync(await host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("x")}"), 503, "unavailable");
        await host.BeginAsync();
        Assert.Equal(200, (int)(await host.GetAsync("/health/ready")).StatusCode);
    }

    /// <summary>Uploads a document, with every request of one name failing from now on.</summary>
    private static async Task UploadWhileFailingAsync(ApiHost host, string name)
    {
        host.World.Operations.Hook = operation => operation.Name == name && operation.Moment == Fault.Before
            ? Task.FromException(new InjectedFaultException(operation.Name))
            : Task.CompletedTask;
        await host.UploadAsync("a.pdf", "a");
        host.World.Staged.LetGo();
    }

    [Fact]
    public async Task A_log_that_stands_still_is_not_ready_until_it_goes_on()
    {
        await using var host = await ApiHost.StartAsync();
        await host.BeginAsync();
        await UploadWhileFailingAsync(host, "journal.write");

        // Waiting alone is no standstill: a log that was idle for long has had no time yet.
        Assert.Equal("ready\n", await (await host.GetAsync("/health/ready")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        host.World.Time.Advance(WaitingWork.Patience + TimeSpan.FromSeconds(1));
        await ApiHost.ProblemAsync(await host.GetAsync("/health/ready"), 503, "log-stands-still");

        host.World.Operations.Hook = null;
        await host.IssueAsync("b");
        host.World.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("ready\n", await (await host.GetAsync("/health/ready")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_log_that_does_not_publish_what_it_committed_is_not_ready_and_says_so()
    {
        await using var host = await ApiHost.StartAsync();
        await host.BeginAsync();
        await UploadWhileFailingAsync(host, "checkpoint.write");
        host.World.Time.Advance(WaitingWork.Patience + TimeSpan.FromSeconds(1));
        await ApiHost.ProblemAsync(await host.GetAsync("/health/ready"), 503, "batch-unpublished");
    }

    [Fact]
    public async Task A_log_whose_head_was_set_back_is_not_ready_and_whoever_runs_it_is_told_what_to_do()
    {
        await using var host = await ApiHost.StartAsync();
        await host.BeginAsync();
        var genesis = host.World.Ledger.Head;
        await host.IssueAsync("a");
        var head = host.World.Ledger.Head;
        Assert.Equal("ready\n", await (await host.GetAsync("/health/ready")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        host.World.Time.Advance(TimeSpan.FromSeconds(20));
        using var refused = new Measurements("truecopy.log.head_refused");
        host.World.Ledger.SetHead(genesis);
        await ApiHost.ProblemAsync(await host.GetAsync("/health/ready"), 503, "head-refused");
        Assert.Contains((1, ""), refused.Seen);
        var told = Assert.Single(host.Logged, line => line.Level == LogLevel.Critical).Message;
        Assert.Contains("the published checkpoint has 5 entries, and the head only 2: the head was set back", told, StringComparison.Ordinal);
        Assert.Contains("truecopy-admin doctor", told, StringComparison.Ordinal);

        // What is asked of it is answered meanwhile, for what was published stands.
        Assert.Equal(200, (int)(await host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("a")}")).StatusCode);
        host.World.Ledger.SetHead(head);
        Assert.Equal("ready\n", await (await host.GetAsync("/health/ready")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_backlog_of_answers_is_told_by_a_service_that_is_ready()
    {
        await using var host = await ApiHost.StartAsync();
        await host.BeginAsync();
        host.World.Inbox.Unanswerable["issuer-bank"] = true;
        await host.IssueManyAsync(WaitingWork.ManyAnswers + 1);
        Assert.Equal($"ready\nanswers waiting: {WaitingWork.ManyAnswers + 1}\n", await (await host.GetAsync("/health/ready")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/index.html")]
    [InlineData("/api/v1/verify")]
    [InlineData("/v1")]
    [InlineData("/v1/verify/sha-256")]
    [InlineData("/v1/verify/sha-256/00/00")]
    [InlineData("/log")]
    [InlineData("/openapi.json")]
    public async Task What_does_not_exist_is_a_problem_too(string path) =>
        await ApiHost.ProblemAsync(await GetFromNewHostAsync(path), 404, "no-such-resource");

    [Theory]
    [InlineData("DELETE", "/v1/keys", "GET, HEAD")]
    [InlineData("POST", "/log/checkpoint", "GET, HEAD")]
    [InlineData("PUT", "/log/tile/0/000", "GET, HEAD")]
    [InlineData("POST", "/v1/verify/sha-256/00", "GET, HEAD")]
    [InlineData("GET", "/v1/verify", "POST")]
    [InlineData("PUT", "/v1/verify", "POST")]
    public async Task What_is_not_allowed_is_a_problem_that_names_what_is(string method, string path, string allowed)
    {
        await using var host = await ApiHost.StartAsync();
        var response = await host.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await ApiHost.ProblemAsync(response, 405, "method-not-allowed");
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task HEAD_answers_like_GET_without_the_body()
    {
        await using var host = await ApiHost.StartAsync(onKestrel: true);
        var hex = await host.IssueAsync("document");
        foreach (var path in (string[])[$"/v1/verify/sha-256/{hex}", "/v1/issuers", "/v1/keys", "/log/checkpoint", "/log/tile/0/000.p/5", "/v1/issuers/bank", "/health/live", "/health/ready", "/openapi/v1.json"])
        {
            var get = await host.GetAsync(path);
            var head = await host.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
            Assert.Equal((200, get.Content.Headers.ContentLength), ((int)head.StatusCode, head.Content.Headers.ContentLength));
            Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(404, (int)(await host.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/log/tile/0/000.p/4"))).StatusCode);
    }

    [Fact]
    public async Task No_digest_and_no_file_name_reaches_the_log_file()
    {
        await using var host = await ApiHost.StartAsync();
        var hex = await host.IssueAsync("confidential-name");
        foreach (var path in (string[])[$"sha-256/{hex}", $"sha-256/{hex}/receipt", $"sha-256/{hex}x", $"md5/{hex}", $"sha-256/{ApiHost.HexOf("other")}"])
            await host.GetAsync($"/v1/verify/{path}");
        await host.SendAsync(Batch(hex));
        await host.SendAsync(Batch(hex + "x"));
        await host.SendAsync(Batch(hex + "\", oops"));
        foreach (var path in (string[])["/v1/issuers", "/v1/keys", "/log/checkpoint", "/log/tile/0/000.p/2", "/log/tile/" + hex, "/health/live", "/health/ready", "/openapi/v1.json", "/" + hex])
            await host.GetAsync(path);
        host.World.Operations.FailAt(0, Testing.InMemory.Fault.Before);
        await ApiHost.ProblemAsync(await host.GetAsync($"/v1/verify/sha-256/{hex}"), 503, "unavailable");
        host.World.Ledger.Tiles.Clear();
        await host.GetAsync($"/v1/verify/sha-256/{hex}");

        Assert.Contains(host.Logged, line => line.Level == LogLevel.Information);
        Assert.Contains(host.Logged, line => line.Level == LogLevel.Error);
        Assert.DoesNotContain(host.Logged, line => line.Message.Contains(hex[..8], StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(host.Logged, line => line.Message.Contains("confidential-name", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<HttpResponseMessage> GetFromNewHostAsync(string path)
    {
        await using var host = await ApiHost.StartAsync();
        return await host.GetAsync(path);
    }

    private static HttpRequestMessage Batch(string hex) => new(HttpMethod.Post, "/v1/verify")
    {
        Content = new StringContent($$"""{"digests":[{"algorithm":"sha-256","digest":"{{hex}}"}]}""", Encoding.UTF8, "application/json"),
    };
}
