using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Api.Tests;

/// <summary>What happens when more is asked than the process takes on, and when storage does not come back.</summary>
public sealed class OverloadTests
{
    private static readonly string Path = $"/v1/verify/sha-256/{ApiHost.HexOf("x")}";

    [Fact]
    public async Task What_is_beyond_the_queue_is_refused_at_once_and_all_inside_are_answered()
    {
        using var index = new GatedIndex();
        using var limits = new RequestLimits(new ClientShare());
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton(limits));
        await host.BeginAsync();
        host.World.Operations.Hook = index.PassAsync;
        var inside = Enumerable.Range(0, RequestLimits.MaxRequests + RequestLimits.MaxWaiting).Select(_ => host.GetAsync(Path)).ToArray();
        await index.AskedAsync(RequestLimits.MaxRequests);
        await UntilAsync(() => limits.Waiting(RequestClass.Question) == RequestLimits.MaxWaiting);
        await AssertOverloadedAsync(await host.GetAsync(Path));

        // None but those with a permit have reached storage, and health and the checkpoint are answered all the same.
        Assert.Equal(RequestLimits.MaxRequests, index.Asked);
        foreach (var path in (string[])["/health/live", "/health/ready", "/log/checkpoint"])
            Assert.Equal(200, (int)(await host.GetAsync(path)).StatusCode);

        index.Open();
        foreach (var answer in await Task.WhenAll(inside))
            Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(200, (int)(await host.GetAsync(Path)).StatusCode);
    }

    [Fact]
    public async Task A_request_that_waited_costs_its_client_as_much_as_one_that_did_not()
    {
        const int Waiting = 100;
        using var index = new GatedIndex();
        var share = new ClientShare { Burst = 1000, PerSecond = 1, Period = TimeSpan.FromDays(1) };
        using var limits = new RequestLimits(share);
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton(limits));
        await host.BeginAsync();
        host.World.Operations.Hook = index.PassAsync;
        var asked = Enumerable.Range(0, RequestLimits.MaxRequests + Waiting).Select(_ => host.GetAsync(Path)).ToArray();
        await index.AskedAsync(RequestLimits.MaxRequests);
        await UntilAsync(() => limits.Waiting(RequestClass.Question) == Waiting);
        index.Open();
        foreach (var answer in await Task.WhenAll(asked))
            Assert.Equal(200, (int)answer.StatusCode);

        for (var left = share.Burst - asked.Length; left > 0; left--)
            Assert.Equal(200, (int)(await host.GetAsync(Path)).StatusCode);
        Assert.Equal(429, (int)(await host.GetAsync(Path)).StatusCode);
    }

    [Fact]
    public async Task Batches_have_room_of_their_own()
    {
        using var index = new GatedIndex();
        using var limits = new RequestLimits(new ClientShare());
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton(limits));
        await host.BeginAsync();
        host.World.Operations.Hook = index.PassAsync;
        var batches = Enumerable.Range(0, RequestLimits.MaxBatches + RequestLimits.MaxWaitingBatches).Select(_ => host.SendAsync(Batch())).ToArray();
        await index.AskedAsync(RequestLimits.MaxBatches);
        await UntilAsync(() => limits.Waiting(RequestClass.Batch) == RequestLimits.MaxWaitingBatches);
        await AssertOverloadedAsync(await host.SendAsync(Batch()));
        var single = host.GetAsync(Path);
        await index.AskedAsync(RequestLimits.MaxBatches + 1);

        index.Open();
        Assert.Equal(200, (int)(await single).StatusCode);
        foreach (var answer in await Task.WhenAll(batches))
            Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Storage_that_does_not_come_back_is_given_up_in_time_also_for_those_who_wait_behind()
    {
        using var index = new GatedIndex();
        await using var host = await ApiHost.StartAsync(services => services.PostConfigure<RequestTimeoutOptions>(
            timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromSeconds(1), TimeoutStatusCode = timeouts.DefaultPolicy!.TimeoutStatusCode }));
        await host.BeginAsync();
        host.World.Operations.Hook = index.PassAsync;
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, RequestLimits.MaxRequests + 20).Select(_ => host.GetAsync(Path))))
        {
            await ApiHost.ProblemAsync(answer, 503, "unavailable");
            Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter!.Delta);
        }
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_answer_is_cut_off_and_holds_no_place_among_the_batches()
    {
        // On the test server, which holds 64 KiB of an answer for its client; a kernel holds megabytes.
        await using var host = await ApiHost.StartAsync();
        await host.IssueManyAsync(1000);
        var digests = string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"algorithm":"sha-256","digest":"{{ApiHost.HexOf($"{i}")}}"}"""));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/verify") { Content = new StringContent($$"""{"digests":[{{digests}}]}""", Encoding.UTF8, "application/json") };
        using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);

        // The time counts from when the answer waits for its client, which may come after its headers are here.
        var ended = host.AnsweredAsync();
        await UntilAsync(() =>
        {
            host.World.Time.Advance(HttpLimits.MaxWriteTime);
            return ended.IsCompleted;
        });
        await ended;
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.DoesNotContain(host.Logged, line => line.Level >= LogLevel.Error);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    private static async Task AssertOverloadedAsync(HttpResponseMessage answer)
    {
        var problem = await ApiHost.ProblemAsync(answer, 503, "overloaded");
        Assert.False(problem.TryGetProperty("verdict", out _));
        Assert.Equal(TimeSpan.FromSeconds(2), answer.Headers.RetryAfter!.Delta);
    }

    private static HttpRequestMessage Batch() => new(HttpMethod.Post, "/v1/verify")
    {
        Content = new StringContent($$"""{"digests":[{"algorithm":"sha-256","digest":"{{ApiHost.HexOf("x")}}"}]}""", Encoding.UTF8, "application/json"),
    };

    /// <summary>An index that answers nobody until it is opened.</summary>
    private sealed class GatedIndex : IDisposable
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _changed = new(0);
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public void Open() => _open.SetResult();

        public async Task AskedAsync(int times)
        {
            while (Asked < times)
                Assert.True(await _changed.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken), $"storage was asked {Asked} times");
        }

        public async Task PassAsync(Operation operation)
        {
            if (operation is not { Name: "index.query", Moment: Fault.Before })
                return;
            Interlocked.Increment(ref _asked);
            _changed.Release();
            await _open.Task.WaitAsync(operation.Stop);
        }

        public void Dispose() => _changed.Dispose();
    }
}
