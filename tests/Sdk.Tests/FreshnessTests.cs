using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>An answer of before that is shown again is no answer of now.</summary>
public sealed class FreshnessTests : IDisposable
{
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    public async Task An_answer_made_at_another_time_than_this_clocks_by_more_than_five_minutes_is_no_answer(int seconds, bool counts)
    {
        _service.Lie = verdict => verdict with { CheckedAt = verdict.CheckedAt.AddSeconds(seconds) };
        var answer = await Clients.AskAsync(_service);
        Assert.Equal(counts ? Verdict.Verified : null, answer.Verdict);
        if (!counts)
        {
            Assert.Equal(ReceiptFault.Time, answer.Fault!.Fault);
            Assert.StartsWith("The clocks differ", answer.Fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_smaller_log_counts_for_half_a_minute_after_a_larger_one_was_seen_whoever_gave_the_key_and_whatever_the_verdict(bool pinned, bool unknown)
    {
        var asked = unknown ? Clients.DigestOf(99) : Clients.DigestOf(0);
        using var client = Clients.Of(_service, options => options.Keys = pinned ? options.Keys : null);
        await _service.IssueAsync(Clients.Content(0));
        var before = await RecordAsync(client, asked);
        await GrowAsync(1);
        await client.VerifyAsync(Clients.DigestOf(1), Clients.Stop);

        Replay(before);
        _service.World.Time.Advance(Freshness.Lag - TimeSpan.FromSeconds(1));
        Assert.Equal(unknown ? Verdict.Unknown : Verdict.Verified, (await client.VerifyAsync(asked, Clients.Stop)).Verdict);
        _service.World.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(LogChange.Rollback, (await Assert.ThrowsAsync<LogChangedException>(() => client.VerifyAsync(asked, Clients.Stop))).Change);
    }

    [Fact]
    public async Task What_an_earlier_client_saw_holds_a_later_one_too_with_a_given_key_as_well()
    {
        await _service.IssueAsync(Clients.Content(0));
        using var first = Clients.Of(_service);
        var before = await RecordAsync(first, Clients.DigestOf(0));
        await GrowAsync(1);
        var known = await first.RenewAsync(null, [await first.VerifyAsync(Clients.DigestOf(1), Clients.Stop)], Clients.Stop);
        Replay(before);

        foreach (var keys in new[] { null, LogKeys.Pin(_service.Key) })
        {
            _service.World.Time.SetUtcNow(known.SeenAt + Freshness.Lag - TimeSpan.FromSeconds(1));
            using var soon = Clients.Of(_service, options => (options.Keys, options.Known) = (keys, known));
            Assert.Equal(Verdict.Verified, (await soon.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Verdict);
        }

        _service.World.Time.SetUtcNow(known.SeenAt + Freshness.Lag);
        foreach (var keys in new[] { null, LogKeys.Pin(_service.Key) })
        {
            using var later = Clients.Of(_service, options => (options.Keys, options.Known) = (keys, known));
            await Assert.ThrowsAsync<LogChangedException>(() => later.VerifyAsync(Clients.DigestOf(0), Clients.Stop));
        }
    }

    [Fact]
    public async Task A_clock_that_was_set_back_since_makes_no_smaller_log_count()
    {
        await _service.IssueAsync(Clients.Content(0));
        using var first = Clients.Of(_service);
        var before = await RecordAsync(first, Clients.DigestOf(0));
        await GrowAsync(1);
        var known = await first.RenewAsync(null, [await first.VerifyAsync(Clients.DigestOf(1), Clients.Stop)], Clients.Stop);
        Replay(before);
        using var client = Clients.Of(_service, options => options.Known = known with { SeenAt = known.SeenAt.AddMinutes(1) });
        await Assert.ThrowsAsync<LogChangedException>(() => client.VerifyAsync(Clients.DigestOf(0), Clients.Stop));
    }

    [Fact]
    public async Task An_answer_to_a_question_from_before_a_larger_log_was_seen_counts_however_long_it_took()
    {
        await _service.IssueAsync(Clients.Content(0));
        using var client = Clients.Of(_service);
        var before = await RecordAsync(client, Clients.DigestOf(0));
        await GrowAsync(1);
        var nested = false;
        _service.Instead = _ =>
        {
            if (nested)
                return null;
            nested = true;
            client.VerifyAsync(Clients.DigestOf(1), Clients.Stop).GetAwaiter().GetResult();
            _service.World.Time.Advance(TimeSpan.FromMinutes(1));
            Replay(before);
            return null;
        };
        Assert.Equal(Verdict.Verified, (await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Verdict);
    }

    [Fact]
    public async Task Two_logs_of_one_size_are_two_histories()
    {
        var world = new InMemoryWorld();
        world.SignWith([.. _service.World.Identity.Signers]);
        using var fork = new StubService(world);
        await _service.IssueAsync(Clients.Content(0));
        await fork.IssueAsync(Clients.Content(0));
        using var client = Clients.Of(_service);
        await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
        using var other = Clients.Of(fork);
        Replay((await other.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Document);
        Assert.Equal(LogChange.History, (await Assert.ThrowsAsync<LogChangedException>(() => client.VerifyAsync(Clients.DigestOf(0), Clients.Stop))).Change);
    }

    private async Task<VerdictDocument> RecordAsync(TrueCopyClient client, Digest digest)
    {
        VerdictDocument? said = null;
        _service.Lie = verdict => said = verdict;
        await client.VerifyAsync(digest, Clients.Stop);
        _service.Lie = verdict => verdict;
        return said!;
    }

    // An attacker states whatever time is wanted: nobody signs it.
    private void Replay(VerdictDocument before) => _service.Lie = _ => before with { CheckedAt = _service.World.Time.GetUtcNow() };

    private async Task GrowAsync(int content)
    {
        await _service.IssueAsync(Clients.Content(content));

        // The service shows the new checkpoint once it has looked again.
        _service.World.Time.Advance(TimeSpan.FromSeconds(2));
    }
}
