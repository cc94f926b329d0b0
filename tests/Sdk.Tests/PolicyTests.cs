using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>A client counts what the witnesses of its policy have seen, and says who has.</summary>
public sealed class PolicyTests : IDisposable
{
    private readonly StubService _service = new();
    private readonly BothSides _witnesses;

    public PolicyTests() => _witnesses = new BothSides(_service.World.Time);

    public void Dispose()
    {
        _witnesses.Dispose();
        _service.Dispose();
    }

    [Fact]
    public async Task What_both_sides_have_seen_counts_and_the_answer_says_who_saw_it_and_when()
    {
        _service.Cosign = _witnesses.Cosign;
        var answer = await AskAsync();
        Assert.Equal(Verdict.Verified, answer.Verdict);
        Assert.Equal(["hongkong", "shenzhen"], answer.Witnesses!.Sightings.Select(sighting => sighting.Witness.Name));
        Assert.All(answer.Witnesses.Sightings, sighting => Assert.Equal(_service.World.Time.GetUtcNow().ToUnixTimeSeconds(), sighting.At.ToUnixTimeSeconds()));
        Assert.DoesNotContain("/v1/policy", _service.Asked);
    }

    [Fact]
    public async Task What_one_side_alone_has_seen_is_refused_and_the_refusal_says_who_is_missing()
    {
        _service.Cosign = note => BothSides.Cosign(note, _witnesses.HongKong);
        var answer = await AskAsync();
        Assert.Null(answer.Verdict);
        Assert.Equal(ReceiptFault.Witnesses, answer.Fault!.Fault);
        Assert.Equal("shenzhen", Assert.Single(answer.Fault.Witnesses!.Missing).Name);
        Assert.Matches(@"was seen by 1 of 2: hongkong \S+ \S+Z; not by shenzhen\. The policy asks for all of hongkong, shenzhen\.", answer.Fault.Message);
    }

    [Fact]
    public async Task What_nobody_has_seen_is_refused()
    {
        var answer = await AskAsync();
        Assert.Equal(ReceiptFault.Witnesses, answer.Fault!.Fault);
        Assert.Contains("seen by none of 2: not by hongkong, shenzhen", answer.Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_one_of_them_is_enough_one_of_them_is_enough()
    {
        _service.Cosign = note => BothSides.Cosign(note, _witnesses.Shenzhen);
        var answer = await AskAsync(options => options.Policy = PolicyOf("any hongkong shenzhen"));
        Assert.Equal(Verdict.Verified, answer.Verdict);
        Assert.Equal("shenzhen", Assert.Single(answer.Witnesses!.Sightings).Witness.Name);
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("another name")]
    [InlineData("another time")]
    [InlineData("another tree")]
    [InlineData("another log")]
    public async Task A_false_cosignature_is_refused(string what)
    {
        _service.Cosign = note => what switch
        {
            "another key" => With(note, Stranger("witness.example/shenzhen")),
            "another name" => Renamed(note),
            "another time" => Altered(note),
            "another tree" => Moved(note, text => text.Replace("\n5\n", "\n4\n", StringComparison.Ordinal)),
            _ => Moved(note, text => $"other.example/log\n{text.Split('\n', 2)[1]}"),
        };
        var answer = await AskAsync();
        Assert.Null(answer.Verdict);
        Assert.Equal(ReceiptFault.Witnesses, answer.Fault!.Fault);
    }

    [Fact]
    public async Task A_cosignature_of_the_future_counts_for_nothing()
    {
        using var ahead = new BothSides(new AheadBy(_service.World.Time, TrustPolicy.MaxAhead + TimeSpan.FromSeconds(2)));
        _service.Cosign = ahead.Cosign;
        Assert.Contains("seen by none of 2", (await AskAsync()).Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_answer_that_is_shown_again_stays_as_old_as_its_cosignatures_whatever_time_it_states()
    {
        await _service.IssueAsync(Clients.Content(0));
        VerdictDocument? before = null;
        _service.Cosign = _witnesses.Cosign;
        _service.Lie = verdict => before = verdict;
        await VerifyAsync();
        _service.World.Time.Advance(TimeSpan.FromHours(25));
        _service.Lie = _ => before! with { CheckedAt = _service.World.Time.GetUtcNow() };
        var answer = await VerifyAsync();
        Assert.Equal(ReceiptFault.Witnesses, answer.Fault!.Fault);
        Assert.Contains("longer ago than the 60 minutes that count", answer.Fault.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Verified, (await VerifyAsync(options => options.MaxSightingAge = TimeSpan.FromHours(26))).Verdict);
    }

    [Fact]
    public async Task A_receipt_that_too_few_have_seen_is_refused_though_the_answer_is_witnessed()
    {
        _service.Cosign = _witnesses.Cosign;
        _service.Lie = verdict => verdict with
        {
            Results = [.. verdict.Results.Select(result => result with { Receipt = result.Receipt[..result.Receipt.IndexOf("— witness.example/shenzhen", StringComparison.Ordinal)] })],
        };
        Assert.Contains("not by shenzhen", (await AskAsync()).Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_of_another_log_says_nothing_of_this_one()
    {
        _service.Cosign = _witnesses.Cosign;
        var other = _witnesses.PolicyOf([new Ed25519Signer("other.example/log", new byte[32]).Verifier]);
        var refused = await Assert.ThrowsAsync<LogChangedException>(() => AskAsync(options => options.Policy = LogPolicy.Pin(System.Text.Encoding.UTF8.GetBytes(other))));
        Assert.Equal(LogChange.Policy, refused.Change);
    }

    [Fact]
    public async Task The_services_policy_is_taken_at_first_use_and_held_to_from_then_on()
    {
        Serve();
        var known = await MeetAsync(null);
        Assert.Equal(_service.Policy, System.Text.Encoding.UTF8.GetString(known.Policy!.File.Span));
        _service.Cosign = note => BothSides.Cosign(note, _witnesses.HongKong);
        Assert.Equal(ReceiptFault.Witnesses, (await VerifyAsync(options => (options.Policy, options.Keys, options.Known) = (null, null, known))).Fault!.Fault);
        _service.Cosign = _witnesses.Cosign;
        Assert.Equal(known.Policy.File.ToArray(), (await MeetAsync(known)).Policy!.File.ToArray());
    }

    [Fact]
    public async Task Another_policy_later_is_told_and_does_not_count()
    {
        Serve();
        var known = await MeetAsync(null);
        _service.Policy = _witnesses.PolicyOf(_service.World.Identity.Verifiers, "any hongkong shenzhen");
        _service.Cosign = note => BothSides.Cosign(note, _witnesses.HongKong);
        using var client = Clients.Of(_service, options => (options.Keys, options.Known) = (null, known));
        Assert.Equal(ReceiptFault.Witnesses, (await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Fault!.Fault);
        Assert.Equal("one of hongkong, shenzhen", client.OfferedPolicy!.Rules.Describe());
        Assert.Equal("all of hongkong, shenzhen", client.Policy!.Rules.Describe());
    }

    [Fact]
    public async Task A_policy_that_is_known_is_compared_while_the_answer_is_on_its_way()
    {
        Serve();
        var known = await MeetAsync(null);
        using var asking = new AnswersOncePolicyIsAsked(_service);
        var options = new TrueCopyClientOptions { Service = new Uri("http://service.example"), Known = known };
        using var client = new TrueCopyClient(options, asking, _service.Clock);
        Assert.Equal(Verdict.Verified, (await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Verdict);
    }

    [Fact]
    public async Task Who_gives_up_a_question_leaves_the_comparison_of_policies_to_who_asks_next()
    {
        Serve();
        var known = await MeetAsync(null);
        using var given = new CancellationTokenSource();
        using var asking = new GivenUpBy(given, _service);
        var options = new TrueCopyClientOptions { Service = new Uri("http://service.example"), Known = known };
        using var client = new TrueCopyClient(options, asking, _service.Clock);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.VerifyAsync(Clients.DigestOf(0), given.Token));
        _service.Policy = _witnesses.PolicyOf(_service.World.Identity.Verifiers, "any hongkong shenzhen");
        Assert.Equal(Verdict.Verified, (await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Verdict);
        Assert.NotNull(client.OfferedPolicy);
    }

    [Fact]
    public async Task A_comparison_of_policies_that_failed_with_its_question_is_made_anew_with_the_next()
    {
        Serve();
        var known = await MeetAsync(null);
        _service.Instead = _ => new HttpResponseMessage(System.Net.HttpStatusCode.Forbidden);
        using var client = Clients.Of(_service, options => (options.Keys, options.Known) = (null, known));
        await Assert.ThrowsAsync<NoAnswerException>(() => client.VerifyAsync(Clients.DigestOf(0), Clients.Stop));
        _service.Instead = _ => null;
        Assert.Equal(Verdict.Verified, (await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Verdict);
    }

    [Fact]
    public async Task Words_that_mean_the_same_are_no_other_policy()
    {
        Serve();
        var known = await MeetAsync(null);
        _service.Policy = $"# of today\n{_service.Policy!.Replace("all hongkong shenzhen", "2 shenzhen hongkong", StringComparison.Ordinal)}";
        using var client = Clients.Of(_service, options => (options.Keys, options.Known) = (null, known));
        Assert.Equal(Verdict.Verified, (await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop)).Verdict);
        Assert.Null(client.OfferedPolicy);
    }

    [Fact]
    public async Task A_service_that_had_a_policy_and_shows_none_is_refused()
    {
        Serve();
        var known = await MeetAsync(null);
        _service.Policy = null;
        Assert.Equal(LogChange.Policy, (await Assert.ThrowsAsync<LogChangedException>(() => MeetAsync(known))).Change);
    }

    [Fact]
    public async Task A_policy_of_the_service_with_a_mistake_is_no_answer_and_tells_the_line()
    {
        Serve();
        _service.Policy = "witness a\nquorum a\n";
        Assert.Contains("policy: line 1", (await Assert.ThrowsAsync<NoAnswerException>(() => MeetAsync(null))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_names_witnesses_only_later_is_not_believed_by_itself()
    {
        var known = await MeetAsync(null);
        Assert.Null(known.Policy);
        Serve();
        using var client = Clients.Of(_service, options => (options.Keys, options.Known) = (null, known));
        var answer = await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
        Assert.Equal(Verdict.Verified, answer.Verdict);
        Assert.Null(answer.Witnesses);
        Assert.Null(client.Policy);
        Assert.NotNull(client.OfferedPolicy);
        Assert.Null((await client.RenewAsync(known, [answer], Clients.Stop)).Policy);
    }

    [Fact]
    public async Task A_service_without_witnesses_is_asked_for_a_policy_once()
    {
        var known = await MeetAsync(null);
        Assert.Null(known.Policy);
        Assert.Single(_service.Asked, "/v1/policy");
        await MeetAsync(known);
        Assert.Single(_service.Asked, "/v1/policy");
    }

    [Fact]
    public async Task On_first_contact_the_services_policy_counts_though_nobody_has_cosigned()
    {
        await _service.IssueAsync(Clients.Content(0));
        _service.Policy = _witnesses.PolicyOf(_service.World.Identity.Verifiers);
        Assert.Equal(ReceiptFault.Witnesses, (await VerifyAsync(options => (options.Policy, options.Keys) = (null, null))).Fault!.Fault);
    }

    [Fact]
    public async Task What_the_witnesses_have_not_seen_is_compared_and_not_remembered()
    {
        Serve();
        var known = await MeetAsync(null);
        _service.Cosign = note => note;
        Assert.Same(known.Checkpoint, (await MeetAsync(known)).Checkpoint);
        var world = new InMemoryWorld();
        world.SignWith([.. _service.World.Identity.Signers]);
        using var fork = new StubService(world) { Policy = _service.Policy };
        for (var i = 0; i < 4; i++)
            await fork.IssueAsync(Clients.Content(100 + i));
        Assert.Equal(LogChange.History, (await Assert.ThrowsAsync<LogChangedException>(() => MeetAsync(known, fork))).Change);
    }

    [Fact]
    public async Task On_first_contact_nothing_is_remembered_that_the_witnesses_have_not_seen()
    {
        Serve();
        _service.Cosign = note => BothSides.Cosign(note, _witnesses.HongKong);
        Assert.Equal(ReceiptFault.Witnesses, (await Assert.ThrowsAsync<ReceiptException>(() => MeetAsync(null))).Fault);
    }

    [Fact]
    public async Task Keys_that_stolen_keys_announce_where_no_witness_has_looked_are_not_learned()
    {
        Serve();
        var known = await MeetAsync(null);
        var (old, second, next) = (_service.World.Identity.Signers[0], _service.World.Identity.Signers[1], InMemoryWorld.NewEcdsa());
        _service.Cosign = note => note;
        await _service.RotateAsync(old, next, second);
        await _service.RotateAsync(next, second);
        var after = await MeetAsync(known);
        Assert.Equal(known.Keys.Verifiers.Select(key => key.ToString()), after.Keys.Verifiers.Select(key => key.ToString()));

        // The same with the witnesses' eyes on it.
        _service.Cosign = _witnesses.Cosign;
        Assert.Contains(next.Verifier.ToString(), (await MeetAsync(known)).Keys.Verifiers.Select(key => key.ToString()));
    }

    [Fact]
    public async Task A_receipt_holds_offline_if_the_policys_witnesses_have_seen_it_and_says_who()
    {
        _service.Cosign = _witnesses.Cosign;
        var receipt = Assert.Single((await AskAsync()).Receipts).Receipt;
        var offline = OfflineCheck.Run(receipt, Clients.DigestOf(0), _service.World.Identity.Verifiers, policy: PolicyOf(), time: _service.Clock);
        Assert.Equal(["hongkong", "shenzhen"], offline.Witnesses!.Sightings.Select(sighting => sighting.Witness.Name));
    }

    [Fact]
    public async Task A_receipt_of_before_the_witnesses_is_not_covered()
    {
        var receipt = Assert.Single((await AskAsync(options => options.Policy = null)).Receipts).Receipt;
        var refused = Assert.Throws<ReceiptException>(() => OfflineCheck.Run(receipt, Clients.DigestOf(0), _service.World.Identity.Verifiers, policy: PolicyOf(), time: _service.Clock));
        Assert.Equal(ReceiptFault.Witnesses, refused.Fault);
        Assert.Empty(refused.Witnesses!.Sightings);
    }

    [Fact]
    public async Task A_receipt_without_cosignatures_holds_where_its_checkpoint_was_seen_with_them()
    {
        var receipt = Assert.Single((await AskAsync(options => options.Policy = null)).Receipts).Receipt;
        _service.Cosign = _witnesses.Cosign;
        var seen = Assert.Single((await VerifyAsync()).Receipts).Checkpoint;
        var offline = OfflineCheck.Run(receipt, Clients.DigestOf(0), _service.World.Identity.Verifiers, seen, PolicyOf(), _service.Clock);
        Assert.True(offline.Seen);
        Assert.True(offline.Witnesses!.IsMet);
    }

    private LogPolicy PolicyOf(string group = "all hongkong shenzhen") => LogPolicy.Pin(System.Text.Encoding.UTF8.GetBytes(_witnesses.PolicyOf(_service.World.Identity.Verifiers, group)));

    private void Serve()
    {
        _service.Policy = _witnesses.PolicyOf(_service.World.Identity.Verifiers);
        _service.Cosign = _witnesses.Cosign;
    }

    private async Task<CheckedAnswer> AskAsync(Action<TrueCopyClientOptions>? change = null)
    {
        await _service.IssueAsync(Clients.Content(0));
        return await VerifyAsync(change);
    }

    private async Task<CheckedAnswer> VerifyAsync(Action<TrueCopyClientOptions>? change = null)
    {
        using var client = Clients.Of(_service, options =>
        {
            options.Policy = PolicyOf();
            change?.Invoke(options);
        });
        return await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
    }

    // One document more is issued each time, and asked about.
    private async Task<TrustedLog> MeetAsync(TrustedLog? known, StubService? other = null)
    {
        var service = other ?? _service;
        var content = Guid.NewGuid().ToByteArray();
        await service.IssueAsync(content);
        await service.IssueAsync(Clients.Content(0));
        service.World.Time.Advance(TimeSpan.FromSeconds(1));
        using var client = Clients.Of(service, options => (options.Keys, options.Known) = (null, known));
        return await client.RenewAsync(known, [await client.VerifyAsync(Clients.DigestOf(content), Clients.Stop)], Clients.Stop);
    }

    private string With(string note, Cosigner stranger)
    {
        using (stranger)
            return BothSides.Cosign(note, _witnesses.HongKong, stranger);
    }

    private Ed25519Cosigner Stranger(string name) => new(name, new byte[32], _service.World.Time);

    // The signature of one under the name and id of the other.
    private string Renamed(string note)
    {
        var signed = SignedNote.Parse(System.Text.Encoding.UTF8.GetBytes(BothSides.Cosign(note, _witnesses.HongKong)));
        var (key, line) = (_witnesses.Shenzhen.Verifier, signed.Signatures[^1]);
        return System.Text.Encoding.UTF8.GetString((signed with { Signatures = [.. signed.Signatures, line with { Name = key.Name, KeyId = key.KeyId }] }).Encode());
    }

    private string Altered(string note)
    {
        var signed = SignedNote.Parse(System.Text.Encoding.UTF8.GetBytes(_witnesses.Cosign(note)));
        var line = signed.Signatures[^1];
        var value = line.Value.ToArray();
        value[7]++;
        return System.Text.Encoding.UTF8.GetString((signed with { Signatures = [.. signed.Signatures.SkipLast(1), line with { Value = value }] }).Encode());
    }

    // True cosignatures of another text, put under this one.
    private string Moved(string note, Func<string, string> change)
    {
        var signed = SignedNote.Parse(System.Text.Encoding.UTF8.GetBytes(note));
        var other = change(signed.Text);
        Assert.NotEqual(signed.Text, other);
        var lines = SignedNote.Parse(System.Text.Encoding.UTF8.GetBytes(_witnesses.Cosign($"{other}\n{note[(note.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]}"))).Signatures.TakeLast(2);
        return System.Text.Encoding.UTF8.GetString((signed with { Signatures = [.. signed.Signatures, .. lines] }).Encode());
    }

    private sealed class AheadBy(TimeProvider time, TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + by;
    }

    /// <summary>A service that answers about documents once it was asked for its policy.</summary>
    private sealed class AnswersOncePolicyIsAsked(HttpMessageHandler service) : DelegatingHandler(service)
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == "/v1/policy")
                _asked.SetResult();
            await _asked.Task.WaitAsync(cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A service whose first asker gives up while both questions are under way.</summary>
    private sealed class GivenUpBy(CancellationTokenSource asker, HttpMessageHandler service) : DelegatingHandler(service)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!asker.IsCancellationRequested)
            {
                if (request.RequestUri!.AbsolutePath == "/v1/policy")
                    await asker.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
