using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Handovers;

/// <summary>What becomes of a handover that is in the log.</summary>
public sealed class LifeTests
{
    private readonly InMemoryWorld _world = new();
    private readonly Parcel _parcel = new("one");

    public LifeTests() => _world.AddReceiver("lender");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_received_is_proven_used_and_withdrawn_and_the_ciphertext_goes_when_it_is_received()
    {
        await using var service = await SentAsync();
        Assert.True(_world.Inbox.All.ContainsKey(_parcel.Blob));
        var received = await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop);
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));
        var used = await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Used, 1), Stop);
        await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Used, 2), Stop);
        await service.Handovers.WithdrawAsync(_parcel.Id, _parcel.WithdrawKey, Stop);

        var trace = (await service.Traces.TraceAsync(_parcel.Id, Stop))!;
        Assert.Equal(HandoverState.Withdrawn, trace.State);
        Assert.Null(trace.Expires);
        Assert.Equal([ActKind.Handover, ActKind.Received, ActKind.Used, ActKind.Used, ActKind.Withdrawn], trace.Events.Select(item => item.Act));
        var checks = trace.Events.Select(item => ReceiptCheck.Run(Receipt.Parse(Bytes(item.Receipt)), _parcel.Digest, _world.EveryVerifier)).ToArray();
        Assert.All(checks[1..], check => Assert.Equal(checks[0].Index, check.Entry.Target));
        Assert.Equal((_parcel.ConsentProof, _parcel.WithdrawKey), (checks[1].Entry.Proof, checks[4].Entry.Proof));
        Assert.Equal(HandoverPurpose.Credit, HandoverNote.Parse(checks[2].Receipt.Note!).Purpose);
        Assert.Equal((checks[1].Index, checks[2].Index), (received!.LogIndex, used!.LogIndex));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task What_is_declined_says_why_to_the_parties_alone()
    {
        await using var service = await SentAsync();
        var declined = await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Declined) with { Proof = _parcel.ConsentProof }, Stop);
        var receipt = Receipt.Parse(Bytes(declined!.Receipt));
        Assert.Equal(new HandoverNote(DeclineReason.NotVerified, "nothing verifies"), HandoverNote.Parse(receipt.Note!));
        Assert.DoesNotContain("notVerified", System.Text.Encoding.UTF8.GetString(receipt.Entry.Span), StringComparison.Ordinal);
        Assert.Equal(HandoverState.Declined, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.State);
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Asking_again_comes_to_the_same_act()
    {
        await using var service = await SentAsync();
        foreach (var act in (HandoverActDocument[])[_parcel.Act(ActKind.Received), _parcel.Act(ActKind.Used, 7)])
        {
            var first = await service.Handovers.ActAsync("lender", _parcel.Id, act, Stop);
            var again = await service.Handovers.ActAsync("lender", _parcel.Id, act, Stop);
            Assert.Equal(first!.LogIndex, again!.LogIndex);
        }

        var withdrawn = await service.Handovers.WithdrawAsync(_parcel.Id, _parcel.WithdrawKey, Stop);
        Assert.Equal(withdrawn!.LogIndex, (await service.Handovers.WithdrawAsync(_parcel.Id, _parcel.WithdrawKey, Stop))!.LogIndex);
        Assert.Equal(4, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Nobody_accepts_without_the_opened_consent_or_withdraws_without_the_holders_secret()
    {
        await using var service = await SentAsync();
        foreach (var proof in (string?[])[null, _parcel.WithdrawKey, new string('0', 64), _parcel.Request.Lock])
            await RefusedAsync("consent-not-opened", () => service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received) with { Proof = proof }, Stop));
        await RefusedAsync("consent-not-opened", () => service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Declined) with { Proof = new string('0', 64) }, Stop));
        foreach (var proof in (string[])["", "zz", _parcel.ConsentProof, _parcel.Request.WithdrawLock, _parcel.Id])
            await RefusedAsync("not-the-holder", () => service.Handovers.WithdrawAsync(_parcel.Id, proof, Stop));
        Assert.Single((await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events);

        // Whatever is staged, the sequencer looks again.
        foreach (var kind in (ActKind[])[ActKind.Received, ActKind.Withdrawn])
            await _world.Staged.AddAsync(_parcel.Staged(_world, kind) with { Proof = new string('0', 64) }, Stop);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Single((await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Nobody_acts_on_a_handover_to_another_receiver()
    {
        _world.AddReceiver("other");
        await using var service = await SentAsync();
        await RefusedAsync("no-such-handover", () => service.Handovers.ActAsync("other", _parcel.Id, _parcel.Act(ActKind.Received), Stop));
        await RefusedAsync("no-such-handover", () => service.Receivers.GetPackageAsync("other", _parcel.Id, Stop));
        Assert.Empty((await service.Receivers.ListAsync("other", 0, 10, Stop)).Handovers);
    }

    public static TheoryData<HandoverActDocument> Malformed
    {
        get
        {
            var parcel = new Parcel("one");
            var (received, declined, used) = (parcel.Act(ActKind.Received), parcel.Act(ActKind.Declined), parcel.Act(ActKind.Used));
            return new(
                received with { Act = ActKind.Expired },
                received with { Act = ActKind.Withdrawn },
                received with { Act = ActKind.Issue },
                received with { Proof = "AB" },
                received with { Reason = "other" },
                received with { Use = used.Use },
                received with { Use = "ab" },
                declined with { Use = "" },
                declined with { Reason = null },
                declined with { Reason = "dislike" },
                declined with { Text = new string('x', 1001) },
                declined with { Text = "\u202e" },
                declined with { Purpose = "credit" },
                used with { Purpose = null },
                used with { Purpose = "marketing" },
                used with { Use = null },
                used with { Use = new string('A', 32) },
                used with { Text = "x" });
        }
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_malformed_is_refused_before_anything_is_staged(HandoverActDocument act)
    {
        await using var service = await SentAsync();
        await RefusedAsync("malformed-handover", () => service.Handovers.ActAsync("lender", _parcel.Id, act, Stop));
        Assert.Equal(0, _world.Staged.Count);
    }

    [Fact]
    public async Task A_handover_has_so_many_uses_and_can_still_be_withdrawn()
    {
        await using var service = await SentAsync();
        await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop);
        for (var use = 0; use < HandoverRule.MaxUses; use++)
            await _world.Staged.AddAsync(_parcel.Staged(_world, ActKind.Used, use), Stop);
        await service.Sequencer.DrainAsync(Stop);
        await RefusedAsync("used-too-often", () => service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Used, 1000), Stop));
        await service.Handovers.WithdrawAsync(_parcel.Id, _parcel.WithdrawKey, Stop);
        Assert.Equal(HandoverRule.MaxUses + 3, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events.Count);
        await Audit.RunAsync(_world);
    }

    // As when a sequencer dies between index and deletion, or two who asked again were both in time.
    [Fact]
    public async Task What_is_staged_twice_is_in_the_log_once_in_one_batch_and_in_two()
    {
        await using var service = await SentAsync();
        await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop);
        for (var batch = 0; batch < 2; batch++)
        {
            for (var i = 0; i < 2; i++)
                await _world.Staged.AddAsync(_parcel.Staged(_world, ActKind.Used, 1), Stop);
            await service.Sequencer.DrainAsync(Stop);
        }

        Assert.Equal([ActKind.Handover, ActKind.Received, ActKind.Used], (await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events.Select(item => item.Act));
        await Audit.RunAsync(_world);
    }

    // In one batch the order of the log decides.
    [Fact]
    public async Task Of_acts_that_meet_in_a_batch_the_first_ends_the_waiting()
    {
        await using var service = await SentAsync();
        foreach (var kind in (ActKind[])[ActKind.Declined, ActKind.Received, ActKind.Expired, ActKind.Withdrawn])
            await _world.Staged.AddAsync(_parcel.Staged(_world, kind), Stop);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal([ActKind.Handover, ActKind.Declined], (await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events.Select(item => item.Act));
        Assert.Equal(0, _world.Staged.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Whoever_asks_waits_for_the_sequencer_of_another_process_and_for_no_longer_than_the_limit()
    {
        await using var service = await SentAsync();
        _world.Patience = TimeSpan.FromSeconds(20);
        await using var waiting = _world.Start();
        Task<HandoverEventDocument?> asked;
        using (_world.Lease.HoldElsewhere())
        {
            asked = waiting.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop);
            await WhileAsync(() => _world.Staged.Count == 0);
        }

        // The lease is free, and the other process comes.
        await service.Sequencer.DrainAsync(Stop);
        await WhileAsync(() => !asked.IsCompleted);
        Assert.Equal(ActKind.Received, (await asked)!.Act);

        using (_world.Lease.HoldElsewhere())
        {
            var from = _world.Time.GetUtcNow();
            asked = waiting.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Used), Stop);
            await WhileAsync(() => !asked.IsCompleted);
            Assert.Null(await asked);
            Assert.True(_world.Time.GetUtcNow() - from >= _world.Patience);
        }

        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(3, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events.Count);
    }

    [Fact]
    public async Task A_sequencer_that_fails_leaves_the_act_staged_and_the_trace_tells_it_later()
    {
        await using var service = await SentAsync();
        _world.Operations.FailNext("head.write", Fault.Before);
        Assert.Null(await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop));
        _world.Time.Advance(StagedActs.Invisible);
        await service.Housekeeping.RunAsync(Stop);
        Assert.Equal(HandoverState.Received, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.State);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_package_that_cannot_be_deleted_at_once_is_deleted_later()
    {
        await using var service = await SentAsync();
        using (_world.Inbox.HoldLease(_parcel.Blob))
            await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop);
        Assert.True(_world.Inbox.All.ContainsKey(_parcel.Blob));
        Assert.Equal(1, _world.Answers.Count);
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await _world.Answers.DeliverAsync(service.Answers, Stop);
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));
        Assert.Equal(0, _world.Answers.Count);
    }

    [Fact]
    public async Task What_nobody_takes_expires_after_its_days_and_is_deleted()
    {
        await using var service = await SentAsync();
        _world.Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        await service.Housekeeping.RunAsync(Stop);
        Assert.Equal(HandoverState.Sent, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.State);
        _world.Time.Advance(new HandoverOptions().SweepEvery);
        await service.Housekeeping.RunAsync(Stop);
        var trace = (await service.Traces.TraceAsync(_parcel.Id, Stop))!;
        Assert.Equal((HandoverState.Expired, 2), (trace.State, trace.Events.Count));
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));
        await RefusedAsync("expired-already", () => service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop));
        await Audit.RunAsync(_world);
    }

    // Neither is in the log as waiting.
    [Fact]
    public async Task The_sweep_takes_what_waits_for_nobody()
    {
        await using var service = await SentAsync();
        _world.Operations.Hook = operation => operation is { Name: "package.delete", Moment: Fault.Before } ? Task.FromException(new IOException("503")) : Task.CompletedTask;
        await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Declined), Stop);
        _world.Operations.Hook = null;
        var stray = _world.Inbox.Put("receiver-lender", "stray", [1]);
        await service.Housekeeping.RunAsync(Stop);
        Assert.True(_world.Inbox.Exists(stray) && _world.Inbox.All.ContainsKey(_parcel.Blob));
        _world.Time.Advance(TimeSpan.FromDays(31));

        // One that cannot be deleted keeps neither the others nor the log waiting.
        var other = new Parcel("two");
        await other.SendAsync(_world, service, Stop);
        await _world.Staged.AddAsync(other.Staged(_world, ActKind.Received), Stop);
        using (_world.Inbox.HoldLease(new BlobAddress("receiver-lender", "stray")))
            await service.Housekeeping.RunAsync(Stop);
        Assert.Equal((true, false), (_world.Inbox.Exists(stray), _world.Inbox.All.ContainsKey(_parcel.Blob)));
        Assert.Equal(HandoverState.Received, (await service.Traces.TraceAsync(other.Id, Stop))!.State);
        await service.Housekeeping.RunAsync(Stop);
        Assert.False(_world.Inbox.Exists(stray) || _world.Inbox.All.ContainsKey(_parcel.Blob));
        Assert.Equal(HandoverState.Declined, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.State);
    }

    private static async Task RefusedAsync(string cause, Func<Task> action) =>
        Assert.Equal(cause, (await Assert.ThrowsAsync<HandoverRefusedException>(action)).Rejection.Cause);

    private async Task<InMemoryService> SentAsync()
    {
        var service = _world.Start();
        await _parcel.SendAsync(_world, service, Stop);
        return service;
    }

    private async Task WhileAsync(Func<bool> condition)
    {
        while (condition())
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
            _world.Time.Advance(TimeSpan.FromMilliseconds(10));
        }
    }
}
