using System.Net;
using Microsoft.Extensions.DependencyInjection;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

public sealed class VerifyTests : IDisposable
{
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_stream_is_hashed_and_its_answer_proven()
    {
        await _service.IssueAsync(Clients.Content(0));
        using var client = Clients.Of(_service);
        using var document = new MemoryStream(Clients.Content(0));
        var answer = await client.VerifyAsync(document, cancellationToken: Clients.Stop);
        Assert.Equal(Verdict.Verified, answer.Verdict);
        Assert.Equal("bank", Assert.Single(answer.Receipts).Entry.Issuer);
    }

    [Fact]
    public async Task Many_digests_go_a_thousand_to_a_request_and_their_answers_come_in_order()
    {
        int[] issued = [0, 999, 1000, 1500, 2499];
        await _service.IssueDigestsAsync(issued.Select(i => Clients.DigestOf(i).Hex));
        using var client = Clients.Of(_service);
        var digests = Enumerable.Range(0, 2500).Select(Clients.DigestOf).ToArray();
        var answers = await client.VerifyAsync(digests, Clients.Stop);
        Assert.Equal(digests, answers.Select(answer => answer.Digest));
        Assert.Equal(issued, answers.Index().Where(answer => answer.Item.Verdict == Verdict.Verified).Select(answer => answer.Index));
        Assert.Equal(3, client.RequestsSent);
        Assert.Equal(["/v1/verify", "/v1/verify", "/v1/verify"], _service.Asked);
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_allowed_and_hashing_does_not_run_far_ahead()
    {
        await _service.IssueAsync(Clients.Content(0));
        var (running, most, produced, answered, ahead) = (0, 0, 0, 0, 0);
        using var slow = new Slow(_service, () => most = Math.Max(most, Interlocked.Increment(ref running)), () => Interlocked.Decrement(ref running));
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = new Uri("http://service.example"), MaxParallelRequests = 2 }, slow);

        async IAsyncEnumerable<Digest> Digests()
        {
            for (var i = 0; i < 8000; i++)
            {
                ahead = Math.Max(ahead, ++produced - answered);
                yield return Clients.DigestOf(i);
            }

            await Task.CompletedTask;
        }

        await foreach (var _ in client.VerifyAsync(Digests(), Clients.Stop))
            answered++;
        Assert.Equal(8000, answered);
        Assert.Equal(2, most);
        Assert.InRange(ahead, 1, 4000);
    }

    [Fact]
    public async Task An_answer_that_its_receipt_does_not_prove_has_no_verdict()
    {
        _service.Lie = verdict => verdict with { Verdict = Verdict.Verified, Results = [] };
        var answer = await Clients.AskAsync(_service);
        Assert.Null(answer.Verdict);
        Assert.NotNull(answer.Fault);
    }

    [Fact]
    public async Task Not_even_unknown_counts_on_a_checkpoint_that_the_log_did_not_sign()
    {
        var stranger = new InMemoryWorld();
        await _service.IssueAsync(Clients.Content(0));
        using var client = Clients.Of(_service, options => options.Keys = LogKeys.Pin(stranger.Identity.Verifiers));
        Assert.Equal(LogChange.Keys, (await Assert.ThrowsAsync<LogChangedException>(() => client.VerifyAsync(Clients.DigestOf(1), Clients.Stop))).Change);
        _service.Lie = verdict => verdict with { Checkpoint = verdict.Checkpoint with { Size = verdict.Checkpoint.Size + 1 } };
        Assert.Null((await Clients.AskAsync(_service)).Verdict);
    }

    [Fact]
    public async Task One_institution_is_asked_for_alone()
    {
        var answer = await Clients.AskAsync(_service);
        Assert.Equal(Verdict.Verified, answer.OfIssuer("bank").Verdict);
        Assert.Equal(Verdict.Unknown, answer.OfIssuer("other").Verdict);
        Assert.Empty(answer.OfIssuer("other").Receipts);
    }

    [Fact]
    public async Task Without_pinned_keys_the_service_is_asked_for_its_own_once()
    {
        await _service.IssueAsync(Clients.Content(0));
        using var client = Clients.Of(_service, options => options.Keys = null);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => client.VerifyAsync(Clients.DigestOf(i), Clients.Stop)));
        Assert.Single(_service.Asked, "/v1/keys");
        Assert.False((await client.KeysAsync(Clients.Stop)).Pinned);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("{\"results\":[]}")]
    [InlineData("{\"results\":[null]}")]
    public async Task What_is_no_answer_is_an_exception_and_never_a_verdict(string body)
    {
        _service.Instead = _ => StubService.Json(body);
        await Assert.ThrowsAsync<NoAnswerException>(() => Clients.AskAsync(_service));
    }

    [Fact]
    public async Task One_request_that_fails_ends_a_long_list_with_its_reason()
    {
        var requests = 0;
        await _service.IssueAsync(Clients.Content(0));
        _service.Instead = _ => Interlocked.Increment(ref requests) == 3
            ? StubService.Json("""{"type":"urn:x","title":"Bad day","detail":"Try tomorrow."}""", HttpStatusCode.InternalServerError, "application/problem+json")
            : null;
        using var client = Clients.Of(_service);
        var exception = await Assert.ThrowsAsync<NoAnswerException>(() => client.VerifyAsync(Enumerable.Range(0, 6000).Select(Clients.DigestOf).ToArray(), Clients.Stop));
        Assert.Contains("Bad day. Try tomorrow.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, exception.Status);
    }

    [Fact]
    public void Keys_of_different_logs_or_none_are_refused()
    {
        Assert.Throws<LogFormatException>(() => LogKeys.Pin(Array.Empty<string>()));
        Assert.Throws<LogFormatException>(() => LogKeys.Pin(_service.Key, "other+00000000+AAAA"));
    }

    [Fact]
    public async Task A_container_gives_out_one_client()
    {
        await using var services = new ServiceCollection()
            .AddTrueCopyClient(new TrueCopyClientOptions { Service = new Uri("http://service.example") })
            .BuildServiceProvider();
        Assert.Same(services.GetRequiredService<TrueCopyClient>(), services.GetRequiredService<TrueCopyClient>());
    }

    /// <summary>Lets two requests meet before either is answered, if two ever do.</summary>
    private sealed class Slow(HttpMessageHandler inner, Action begin, Action end) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            begin();
            try
            {
                await Task.Yield();
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                end();
            }
        }
    }
}
