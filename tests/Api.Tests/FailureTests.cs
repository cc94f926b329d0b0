using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;

namespace TrueCopy.Api.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task Storage_that_fails_is_no_verdict_and_tells_nothing_of_the_inside()
    {
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton<IAnchorIndex, BrokenIndex>());
        var response = await host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("x")}");
        var problem = await ApiHost.ProblemAsync(response, 503, "unavailable");
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(host.Logged, line => line.Level == LogLevel.Error);
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

    [Fact]
    public async Task What_does_not_exist_and_what_is_not_allowed_are_problems_too()
    {
        await using var host = await ApiHost.StartAsync();
        await ApiHost.ProblemAsync(await host.GetAsync("/api/v1/verify"), 404, "no-such-resource");
        await ApiHost.ProblemAsync(await host.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/v1/keys")), 405, "method-not-allowed");
    }

    [Fact]
    public async Task HEAD_answers_like_GET_without_the_body()
    {
        await using var host = await ApiHost.StartAsync();
        await host.BeginAsync();
        var response = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/log/checkpoint"), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.True(response.Content.Headers.ContentLength > 0);
    }

    [Fact]
    public async Task No_digest_and_no_file_name_reaches_the_log_file()
    {
        await using var host = await ApiHost.StartAsync();
        var hex = await host.IssueAsync("confidential-name");
        await host.GetAsync($"/v1/verify/sha-256/{hex}");
        await host.GetAsync($"/v1/verify/sha-256/{hex}x");
        await host.GetAsync($"/v1/verify/md5/{hex}");
        Assert.NotEmpty(host.Logged);
        Assert.DoesNotContain(host.Logged, line => line.Message.Contains(hex[..16], StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(host.Logged, line => line.Message.Contains("confidential-name", StringComparison.OrdinalIgnoreCase));
    }

    private sealed class BrokenIndex : IAnchorIndex
    {
        public Task<IReadOnlyList<Anchor>> FindAsync(Digest digest, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("secret connection string");

        public Task<IReadOnlyList<Anchor>> AddAsync(IReadOnlyList<Anchor> anchors, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("secret connection string");
    }
}
