using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Witnessing;

/// <summary>The log and its witnesses: what is shown when, and what of theirs can stand in its way.</summary>
public sealed class WitnessingTests : IAsyncDisposable
{
    private InMemoryWorld _world = new();
    private InMemoryService? _service;

    public static TheoryData<Conduct> EveryFailure => [.. Enum.GetValues<Conduct>().Where(conduct => conduct is not (Conduct.Signs or Conduct.IsSilent))];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private InMemoryService Service => _service ??= _world.Start();

    private PolicyResult Published => Weigh(_world.Ledger.Published.Last());

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
    }

    [Fact]
    public async Task What_is_published_and_every_receipt_carry_the_signatures_of_all_witnesses()
    {
        _ = new InMemoryWitnesses(_world, 2);
        await IssueAsync("a", "b");
        Assert.Equal(["w0", "w1"], Published.Sightings.Select(sighting => sighting.Witness.Name).Order());
        Assert.Equal(2, _world.Inbox.Receipts.Count);
        Assert.All(_world.Inbox.EveryReceipt, handed => Assert.Equal(2, Weigh(handed.Read().Receipt.Proof.Checkpoint).Sightings.Count));
        var answer = await Service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop);
        Assert.Equal(2, Weigh(answer.Checkpoint.Note).Sightings.Count);

        // The head is the log's own word, so that a change of keys is told from a cosignature.
        Assert.Equal(2, SignedNote.Parse(_world.Ledger.Head!.Note.Span).Signatures.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_batch_that_the_quorum_has_not_signed_is_shown_to_nobody_and_nothing_is_committed_on_top_of_it()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await IssueAsync("a");
        var published = _world.Ledger.Published.Count;
        witnesses[1] = Conduct.Unreachable;
        await IssueAsync("b");
        var head = _world.Ledger.Head!.Journal;
        Assert.Equal(published, _world.Ledger.Published.Count);
        Assert.True(InMemoryLedger.SizeOf(_world.Ledger.Head!.Note) > _world.Ledger.Finished);
        Assert.True(Service.Sequencer.WaitsForWitnesses);
        Assert.Equal(Verdict.Unknown, (await Service.Verifier.VerifyAsync(DigestOf(Bytes("b")), Stop)).Verdict);
        await IssueAsync("c");
        _world.Time.Advance(TimeSpan.FromMinutes(6));
        await Service.Housekeeping.RunAsync(Stop);
        Assert.Equal(head, _world.Ledger.Head!.Journal);
        Assert.Equal(published, _world.Ledger.Published.Count);
        Assert.True((await Service.Backlog.ReadRecentAsync(Stop)) is { StandsStill: true, UnpublishedFor.TotalMinutes: >= 6 });

        witnesses[1] = Conduct.Signs;
        await RecoverAsync();
        Assert.False(Service.Sequencer.WaitsForWitnesses);
        Assert.False((await Service.Backlog.ReadRecentAsync(Stop)).StandsStill);
        await AssertVerifiedAsync("a", "b", "c");
        await Audit.RunAsync(_world);
    }

    // What it would do to the log if it were an exception is shown by the second document.
    [Theory]
    [MemberData(nameof(EveryFailure))]
    public async Task Whatever_a_witness_does_other_than_to_sign_counts_as_not_seen(Conduct conduct)
    {
        using var measured = new Measurements("truecopy.witnesses.answers");
        var witnesses = new InMemoryWitnesses(_world, 2);
        await IssueAsync("a");
        var published = _world.Ledger.Published.Count;
        witnesses[1] = conduct;
        await IssueAsync("b");
        Assert.Equal(published, _world.Ledger.Published.Count);
        Assert.Contains(measured.Seen, seen => seen.Tags == $"witness=w1,outcome={OutcomeOf(conduct)}");
        witnesses[1] = Conduct.Signs;
        await RecoverAsync();
        Assert.Equal(2, Published.Sightings.Count);
        await AssertVerifiedAsync("a", "b");
        await Audit.RunAsync(_world);
    }

    [Theory]
    [MemberData(nameof(EveryFailure))]
    public async Task Where_the_log_may_go_on_without_the_quorum_it_does_and_makes_up_for_it(Conduct conduct)
    {
        var witnesses = new InMemoryWitnesses(_world, 2, failOpen: true) { [1] = conduct };
        await IssueAsync("a");
        await AssertVerifiedAsync("a");
        Assert.Equal(["w0"], Published.Sightings.Select(sighting => sighting.Witness.Name));
        witnesses[1] = Conduct.Signs;
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await Service.Housekeeping.RunAsync(Stop);
        Assert.Equal(["w0", "w1"], Published.Sightings.Select(sighting => sighting.Witness.Name).Order());
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_witness_that_the_quorum_does_not_need_is_waited_for_no_longer_than_a_moment()
    {
        _world = new InMemoryWorld(new GraceClock());
        var witnesses = new InMemoryWitnesses(_world, 3, quorum: "2") { [2] = Conduct.IsSilent };
        var from = _world.Time.GetUtcNow();
        await IssueAsync("a");

        // It is asked each time, and nothing else takes time on this clock.
        Assert.Equal(["w0", "w1"], Published.Sightings.Select(sighting => sighting.Witness.Name).Order());
        Assert.True(witnesses.AskedOf(2) >= 2);
        Assert.Equal(witnesses.AskedOf(2) * new WitnessingOptions().Grace, _world.Time.GetUtcNow() - from);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_witness_that_the_quorum_does_not_need_signs_too_if_it_is_there()
    {
        _ = new InMemoryWitnesses(_world, 3, quorum: "any");
        await IssueAsync("a");
        Assert.Equal(3, Published.Sightings.Count);
    }

    [Fact]
    public async Task Those_who_have_signed_need_not_be_there_again_when_the_others_are()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await IssueAsync("a");
        witnesses[1] = Conduct.Unreachable;
        await IssueAsync("b");
        (witnesses[0], witnesses[1]) = (Conduct.Unreachable, Conduct.Signs);
        await RecoverAsync();
        await AssertVerifiedAsync("a", "b");
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_witness_of_another_size_than_was_thought_is_asked_again_at_once_with_the_proof_from_its_own()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await IssueAsync("a");
        var asked = witnesses.AskedOf(0);
        await DisposeAsync();
        _service = null;
        await IssueAsync("b");
        Assert.Equal(asked + 2, witnesses.AskedOf(0));
        await IssueAsync("c");
        Assert.Equal(asked + 3, witnesses.AskedOf(0));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_witness_that_fails_is_left_alone_for_a_while_however_much_is_uploaded()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await IssueAsync("a");
        var (first, second) = (witnesses.AskedOf(0), witnesses.AskedOf(1));
        witnesses[1] = Conduct.Unreachable;
        foreach (var name in new[] { "b", "c", "d", "e", "f" })
            await IssueAsync(name);
        Assert.Equal((first + 1, second + 1), (witnesses.AskedOf(0), witnesses.AskedOf(1)));

        // Once a minute comes the timer, and it is never left alone for longer.
        for (var minute = 1; minute <= 8; minute++)
        {
            _world.Time.Advance(TimeSpan.FromMinutes(1));
            await Service.Housekeeping.RunAsync(Stop);
            Assert.Equal(second + 1 + minute, witnesses.AskedOf(1));
        }
    }

    [Fact]
    public async Task A_batch_that_is_published_is_finished_though_the_witnesses_are_gone_by_then()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await IssueAsync("a");
        _world.Operations.FailNext("index.insert", Fault.Before);
        await Assert.ThrowsAsync<InjectedFaultException>(() => IssueAsync("b"));
        (witnesses[0], witnesses[1]) = (Conduct.Unreachable, Conduct.Unreachable);
        await RecoverAsync();
        await AssertVerifiedAsync("a", "b");
        await Audit.RunAsync(_world);
    }

    // Nothing in the account can tell; those who stand outside it can.
    [Fact]
    public async Task A_whole_account_that_is_set_back_shows_no_other_history_to_anybody_while_witnesses_remember()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await IssueAsync("a");
        await RecoverAsync();
        var restored = _world.Copy();
        await IssueAsync("b");
        witnesses.CopyTo(restored);
        await DisposeAsync();
        (_world, _service) = (restored, null);
        var (published, cosigned) = (_world.Ledger.Published.Count, _world.Witnesses!.Cosigned.Count);
        await IssueAsync("c");
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await Service.Housekeeping.RunAsync(Stop);
        Assert.True(Service.Sequencer.WaitsForWitnesses);
        Assert.Equal((published, cosigned), (_world.Ledger.Published.Count, _world.Witnesses.Cosigned.Count));
        Assert.Equal(Verdict.Unknown, (await Service.Verifier.VerifyAsync(DigestOf(Bytes("c")), Stop)).Verdict);
    }

    [Fact]
    public async Task A_policy_whose_log_lines_are_those_of_other_keys_is_told_and_other_witnesses_still_count()
    {
        _ = new InMemoryWitnesses(_world, 1);
        await IssueAsync("a");
        _world.SignWith(InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519());
        _world.Time.Advance(RotatedKeys.Lifetime);
        await IssueAsync("b");
        await AssertVerifiedAsync("a", "b");
        Assert.Single(Published.Sightings);
    }

    private static string OutcomeOf(Conduct conduct) => conduct switch
    {
        Conduct.Unreachable => "unreachable",
        Conduct.Fails => "500",
        Conduct.IsBusy => "503",
        Conduct.KnowsOtherKeys => "403",
        Conduct.KnowsOtherLogs => "404",
        Conduct.FindsFault => "422",
        Conduct.LiesAboutItsSize => "409",
        Conduct.Redirects => "307",
        Conduct.IsLate => "late",
        Conduct.SignsByAnotherKey => "other key",
        Conduct.HasAnOldClock => "clock",
        Conduct.ClaimsToBeAhead => "ahead",
        Conduct.SignsWrongly or Conduct.Babbles or Conduct.DoesNotStop or Conduct.ConflictsWithoutASize => "malformed",
        _ => throw new ArgumentOutOfRangeException(nameof(conduct), conduct, "It signs."),
    };

    private Task IssueAsync(params string[] names) => IssueAsync(Service, names);

    private async Task IssueAsync(InMemoryService service, params string[] names)
    {
        using (_world.Lease.HoldElsewhere())
        {
            foreach (var name in names)
                await service.Intake.HandleAsync(_world.Upload("bank", name, Bytes(name)), Stop);
        }

        await service.Sequencer.DrainAsync(Stop);
    }

    private async Task RecoverAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            _world.Time.Advance(StagedActs.Invisible);
            await Service.Housekeeping.RunAsync(Stop);
            await _world.Answers.DeliverAsync(Service.Answers, Stop);
        }

        Assert.Equal(0, _world.Staged.Count);
    }

    private async Task AssertVerifiedAsync(params string[] names)
    {
        foreach (var name in names)
        {
            var answer = await Service.Verifier.VerifyAsync(DigestOf(Bytes(name)), Stop);
            Assert.Equal(Verdict.Verified, answer.Verdict);
            Assert.Single(answer.Issuers[0].Result.Acts);
        }

        Audit.RequireAnswered(_world);
    }

    /// <summary>A clock that stands still, but that a grace ends as soon as it has begun.</summary>
    private sealed class GraceClock() : Microsoft.Extensions.Time.Testing.FakeTimeProvider(InMemoryWorld.Beginning)
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == new WitnessingOptions().Grace)
                ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
            return timer;
        }
    }

    private PolicyResult Weigh(ReadOnlyMemory<byte> note) =>
        _world.Witnesses!.Policy.Trust.Weigh(SignedCheckpoint.Open(note, InMemoryWorld.Origin, _world.EveryVerifier), _world.Time.GetUtcNow());
}
