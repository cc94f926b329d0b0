using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

public sealed class ResilienceTests : IDisposable
{
    private readonly StubService _service = new();
    private readonly FakeTimeProvider _time = new(new InMemoryWorld().Time.GetUtcNow()) { AutoAdvanceAmount = TimeSpan.Zero };

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_fault_that_may_pass_is_tried_again(int status)
    {
        FailTimes(2, () => Status(status, TimeSpan.Zero));
        Assert.Equal(Verdict.Verified, (await Clients.AskAsync(_service)).Verdict);
        Assert.Equal(3, _service.Requests);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(413)]
    [InlineData(500)]
    [InlineData(501)]
    public async Task A_fault_that_stays_is_told_at_once(int status)
    {
        FailTimes(int.MaxValue, () => Status(status, TimeSpan.Zero));
        Assert.Equal((HttpStatusCode)status, (await Assert.ThrowsAsync<NoAnswerException>(() => Clients.AskAsync(_service))).Status);
        Assert.Equal(1, _service.Requests);
    }

    [Fact]
    public async Task What_is_too_much_for_one_answer_is_asked_for_in_parts_and_answered_in_order()
    {
        foreach (var i in Enumerable.Range(0, 10))
            await _service.IssueAsync(Clients.Content(i));
        _service.Instead = request => CountOf(request) > 3 ? Status(413, TimeSpan.Zero) : null;
        using var client = Clients.Of(_service);
        var digests = Enumerable.Range(0, 10).Select(Clients.DigestOf).ToArray();
        var answers = await client.VerifyAsync(digests, Clients.Stop);
        Assert.Equal(digests, answers.Select(answer => answer.Digest));
        Assert.All(answers, answer => Assert.Equal(Verdict.Verified, answer.Verdict));

        // Ten, two times five, then twos and threes.
        Assert.Equal(7, _service.Requests);

        static int CountOf(HttpRequestMessage request)
        {
            using var body = request.Content!.ReadAsStream(Clients.Stop);
            using var batch = System.Text.Json.JsonDocument.Parse(body);
            return batch.RootElement.GetProperty("digests").GetArrayLength();
        }
    }

    [Fact]
    public async Task A_broken_connection_is_tried_again_and_one_that_is_refused_is_told_at_once()
    {
        FailTimes(1, () => throw new HttpRequestException(HttpRequestError.ResponseEnded));
        Assert.Equal(Verdict.Verified, (await Clients.AskAsync(_service, options => options.RetryDelay = TimeSpan.Zero)).Verdict);
        FailTimes(int.MaxValue, () => throw new HttpRequestException(HttpRequestError.ConnectionError));
        var before = _service.Requests;
        Assert.True((await Assert.ThrowsAsync<NoAnswerException>(() => Clients.AskAsync(_service))).Unreachable);
        Assert.Equal(1, _service.Requests - before);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_After_is_waited_out_to_the_second(int status)
    {
        await _service.IssueAsync(Clients.Content(0));
        FailTimes(1, () => Status(status, TimeSpan.FromSeconds(7)));
        using var client = Clients.Of(_service, time: _time);
        var answer = client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
        await UntilAsync(() => _service.Requests == 1);
        _time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.Equal(1, _service.Requests);
        while (!answer.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(0.1));
            await Task.WhenAny(answer, Task.Delay(10, Clients.Stop));
        }

        Assert.Equal(Verdict.Verified, (await answer).Verdict);
        Assert.Equal(2, _service.Requests);
    }

    [Fact]
    public async Task A_service_that_asks_for_too_long_a_wait_has_not_answered()
    {
        FailTimes(int.MaxValue, () => Status(429, TimeSpan.FromMinutes(10)));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Assert.ThrowsAsync<NoAnswerException>(() => Clients.AskAsync(_service))).Status);
        Assert.Equal(1, _service.Requests);
    }

    [Fact]
    public async Task Tries_are_counted()
    {
        FailTimes(int.MaxValue, () => Status(503, TimeSpan.Zero));
        await Assert.ThrowsAsync<NoAnswerException>(() => Clients.AskAsync(_service, options => options.MaxRetries = 2));
        Assert.Equal(3, _service.Requests);
    }

    [Fact]
    public void A_limit_that_means_nothing_is_told_when_the_client_is_made()
    {
        AssertRefused(options => options.AttemptTimeout = TimeSpan.Zero);
        AssertRefused(options => options.TotalTimeout = Timeout.InfiniteTimeSpan);
        AssertRefused(options => options.RetryDelay = TimeSpan.FromSeconds(-1));
        AssertRefused(options => options.MaxRetryDelay = TimeSpan.FromDays(2));
        AssertRefused(options => options.MaxRetries = -1);

        static void AssertRefused(Action<TrueCopyClientOptions> change)
        {
            var options = new TrueCopyClientOptions { Service = new Uri("http://service.example") };
            change(options);
            Assert.Throws<ArgumentOutOfRangeException>(() => new TrueCopyClient(options));
        }
    }

    [Fact]
    public async Task A_try_that_took_too_long_is_tried_again()
    {
        await _service.IssueAsync(Clients.Content(0));
        var time = _service.World.Time;
        using var stuck = new StuckOnce(_service);
        using var client = new TrueCopyClient(
            new TrueCopyClientOptions { Service = new Uri("http://service.example"), Keys = LogKeys.Pin(_service.World.Identity.Verifiers), RetryDelay = TimeSpan.Zero, AttemptTimeout = TimeSpan.FromSeconds(5) },
            stuck,
            time);
        var answer = client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
        await UntilAsync(() => stuck.IsStuck);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Verdict.Verified, (await answer).Verdict);
        Assert.Equal(2, client.RequestsSent);
    }

    [Fact]
    public async Task All_tries_together_take_no_longer_than_allowed()
    {
        await _service.IssueAsync(Clients.Content(0));
        using var never = new Never();
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = new Uri("http://service.example"), MaxRetries = 100, TotalTimeout = TimeSpan.FromSeconds(100) }, never, _time);
        var began = _time.GetUtcNow();
        var answer = client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
        while (!answer.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(answer, Task.Delay(5, Clients.Stop));
        }

        var exception = await Assert.ThrowsAsync<NoAnswerException>(() => answer);
        Assert.Contains("too long", exception.Message, StringComparison.Ordinal);
        Assert.InRange((_time.GetUtcNow() - began).TotalSeconds, 99, 110);
        Assert.InRange(client.RequestsSent, 2, 4);
    }

    [Fact]
    public async Task All_requests_together_take_no_longer_than_the_wait_limit_and_what_is_done_between_them_does_not_count()
    {
        // The service's clock: one that differs by minutes would be no answer either.
        var time = _service.World.Time;
        await _service.IssueAsync(Clients.Content(0));
        using var slow = new Slow(_service, time, TimeSpan.FromSeconds(25));
        using var client = new TrueCopyClient(
            new TrueCopyClientOptions { Service = new Uri("http://service.example"), Keys = LogKeys.Pin(_service.World.Identity.Verifiers), WaitLimit = TimeSpan.FromSeconds(60) },
            slow,
            time);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(Verdict.Verified, (await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Verdict);
            time.Advance(TimeSpan.FromHours(1));
        }

        var exception = await Assert.ThrowsAsync<NoAnswerException>(() => client.VerifyAsync(Clients.DigestOf(0), Clients.Stop));
        Assert.True(exception.TookTooLong);
        Assert.Contains("60 s", exception.Message, StringComparison.Ordinal);
        Assert.True((await Assert.ThrowsAsync<NoAnswerException>(() => client.VerifyAsync(Clients.DigestOf(0), Clients.Stop))).TookTooLong);
        Assert.Equal(2, _service.Requests);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_told_of_a_fault()
    {
        using var never = new Never();
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = new Uri("http://service.example") }, never);
        using var stop = new CancellationTokenSource();
        var answer = client.VerifyAsync(Clients.DigestOf(0), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    private void FailTimes(int times, Func<HttpResponseMessage> fault)
    {
        var failed = 0;
        _service.Instead = _ => failed++ < times ? fault() : null;
    }

    private static HttpResponseMessage Status(int status, TimeSpan retryAfter) =>
        new((HttpStatusCode)status) { Headers = { RetryAfter = new RetryConditionHeaderValue(retryAfter) } };

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(5, Clients.Stop);
    }

    /// <summary>A network on which every request takes its time.</summary>
    private sealed class Slow(HttpMessageHandler service, FakeTimeProvider time, TimeSpan takes) : DelegatingHandler(service)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            time.Advance(takes);
            cancellationToken.ThrowIfCancellationRequested();
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A network on which the first question is lost.</summary>
    private sealed class StuckOnce(HttpMessageHandler service) : DelegatingHandler(service)
    {
        private int _requests;

        public bool IsStuck => Volatile.Read(ref _requests) > 0;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _requests) == 1)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A network on which nothing ever comes back.</summary>
    private sealed class Never : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("The wait has no end.");
        }
    }
}
