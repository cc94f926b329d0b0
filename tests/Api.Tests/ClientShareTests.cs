using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TrueCopy.Api.Tests;

/// <summary>One address that asks without end uses up its own share and nobody else's.</summary>
public sealed class ClientShareTests
{
    private const int Burst = 1000;
    private const string Header = "CLIENT-IP";
    private static readonly string Path = $"/v1/verify/sha-256/{ApiHost.HexOf("x")}";

    // One comes back in a day: no machine is slow enough to see it.
    private static readonly ClientShare Small = new() { Burst = Burst, PerSecond = 1, Period = TimeSpan.FromDays(1), AddressHeader = Header };

    [Fact]
    public async Task Who_has_used_up_its_share_is_told_when_to_come_back_and_others_are_answered()
    {
        await using var host = await StartAsync(Small);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Batch(Burst, "192.0.2.1"))).StatusCode);
        var refused = await host.SendAsync(Batch(Burst, "192.0.2.1"));
        var problem = await ApiHost.ProblemAsync(refused, 429, "share-used-up");
        Assert.False(problem.TryGetProperty("verdict", out _));
        Assert.Equal(Small.Period, refused.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Batch(Burst, "192.0.2.2"))).StatusCode);
        foreach (var path in (string[])["/health/live", "/health/ready", "/log/checkpoint"])
            Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Get(path, "192.0.2.1"))).StatusCode);
    }

    [Fact]
    public async Task A_batch_costs_as_much_as_its_digests()
    {
        await using var host = await StartAsync(Small);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Batch(600, "192.0.2.1"))).StatusCode);
        await ApiHost.ProblemAsync(await host.SendAsync(Batch(600, "192.0.2.1")), 429, "share-used-up");
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Batch(300, "192.0.2.1"))).StatusCode);
    }

    [Fact]
    public async Task Each_request_costs_one()
    {
        await using var host = await StartAsync(Small);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Batch(Burst - 2, "192.0.2.1"))).StatusCode);
        foreach (var status in (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests])
            Assert.Equal(status, (await host.SendAsync(Get(Path, "192.0.2.1"))).StatusCode);
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.7, 192.0.2.1", true)]
    [InlineData("192.0.2.1:1000", "192.0.2.1:2000", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("[2001:db8:0:1::1]:443", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("192.0.2.1", "192.0.2.1, 198.51.100.7", false)]
    public async Task What_stands_before_the_service_says_who_the_client_is_and_what_a_client_writes_does_not(string one, string other, bool same)
    {
        await using var host = await StartAsync(Small);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Batch(Burst, one))).StatusCode);
        Assert.Equal(same ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK, (await host.SendAsync(Batch(Burst, other))).StatusCode);
    }

    [Fact]
    public async Task Where_nothing_stands_before_the_service_a_header_makes_nobody_another()
    {
        await using var host = await StartAsync(Small with { AddressHeader = null });
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Batch(Burst, "192.0.2.1"))).StatusCode);
        await ApiHost.ProblemAsync(await host.SendAsync(Batch(Burst, "192.0.2.2")), 429, "share-used-up");
    }

    [Fact]
    public async Task A_share_comes_back()
    {
        await using var host = await StartAsync(Small with { PerSecond = Burst, Period = TimeSpan.FromSeconds(1) });
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Batch(Burst, "192.0.2.1"))).StatusCode);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Wait.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while ((await host.SendAsync(Batch(Burst, "192.0.2.1"))).StatusCode != HttpStatusCode.OK)
            await timer.WaitForNextTickAsync(patience.Token);
    }

    [Fact]
    public async Task Ten_thousand_files_of_one_machine_are_within_its_share()
    {
        await using var host = await StartAsync(new ClientShare());
        for (var round = 0; round < 3; round++)
        {
            foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.SendAsync(Batch(1000, "192.0.2.1")))))
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_answer_has_a_bound_and_one_that_is_beyond_it_says_to_ask_for_less()
    {
        await using var host = await StartAsync(new ClientShare());
        foreach (var issuer in Enumerable.Range(0, 18).Select(i => $"many-{i}"))
        {
            host.World.AddIssuer(issuer);
            await host.IssueAsync("victim", issuer);
        }

        var body = await (await host.SendAsync(Repeated("victim", 1))).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var fit = HttpLimits.MaxAnswerLength / body.Length;
        Assert.InRange(fit, 1, 900);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(Repeated("victim", fit))).StatusCode);
        var problem = await ApiHost.ProblemAsync(await host.SendAsync(Repeated("victim", 1000)), 413, "answer-too-large");
        Assert.Contains("fewer digests", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(999, 1)]
    [InlineData(1000, 0)]
    public void A_share_that_would_never_let_a_batch_in_is_refused_at_the_start(int burst, int perSecond) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RequestLimits(new ClientShare { Burst = burst, PerSecond = perSecond }));

    [Fact]
    public void The_time_of_an_answer_is_the_one_that_is_documented()
    {
        using var services = new ServiceCollection().AddLogging().AddTrueCopyApi().BuildServiceProvider();
        Assert.Equal(HttpLimits.MaxAnswerTime, services.GetRequiredService<IOptions<RequestTimeoutOptions>>().Value.DefaultPolicy!.Timeout);
    }

    private static int _written;

    private static async Task<ApiHost> StartAsync(ClientShare share)
    {
        var host = await ApiHost.StartAsync(services => services.AddSingleton(share));
        await host.BeginAsync();
        return host;
    }

    private static HttpRequestMessage Get(string path, string from) => From(new HttpRequestMessage(HttpMethod.Get, path), from);

    private static HttpRequestMessage Batch(int digests, string from) =>
        From(Post(Enumerable.Range(0, digests).Select(i => $"{i}")), from);

    private static HttpRequestMessage Repeated(string content, int times) => Post(Enumerable.Repeat(content, times));

    private static HttpRequestMessage Post(IEnumerable<string> contents) => new(HttpMethod.Post, "/v1/verify")
    {
        Content = new StringContent(
            $$"""{"digests":[{{string.Join(',', contents.Select(content => $$"""{"algorithm":"sha-256","digest":"{{ApiHost.HexOf(content)}}"}"""))}}]}""",
            Encoding.UTF8,
            "application/json"),
    };

    private static HttpRequestMessage From(HttpRequestMessage request, string from)
    {
        request.Headers.Add(Header, from);

        // What a client writes there by itself, another each time.
        request.Headers.Add("X-Forwarded-For", $"203.0.113.{Interlocked.Increment(ref _written) % 250}");
        return request;
    }
}
