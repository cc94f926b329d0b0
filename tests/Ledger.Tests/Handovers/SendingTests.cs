using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Handovers;

/// <summary>From the announcement of a package to its entry in the log.</summary>
public sealed class SendingTests
{
    private readonly InMemoryWorld _world = new();
    private readonly Parcel _parcel = new("one");

    public SendingTests() => _world.AddReceiver("lender");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_announced_and_uploaded_is_in_the_log_and_nothing_in_it_tells_whose_or_for_whom()
    {
        await using var service = _world.Start();
        var grant = await service.Requests.AnnounceAsync(_parcel.Request, Stop);
        Assert.Equal(HandoverOptions.MaxLength, grant.MaxLength);
        Assert.EndsWith("sp=c", grant.Upload, StringComparison.Ordinal);
        Assert.Equal(HandoverState.Announced, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.State);

        Assert.Equal(IntakeOutcome.Staged, await service.Intake.HandleAsync(_parcel.Upload(_world), Stop));
        var trace = (await service.Traces.TraceAsync(_parcel.Id, Stop))!;
        Assert.Equal((HandoverState.Sent, "lender"), (trace.State, trace.Receiver));
        Assert.Equal(InMemoryWorld.Beginning.AddDays(30), trace.Expires);
        var sent = Assert.Single(trace.Events);
        var check = ReceiptCheck.Run(Receipt.Parse(Bytes(sent.Receipt)), _parcel.Digest, _world.EveryVerifier);
        Assert.Equal((ActKind.Handover, _parcel.Request.Lock, _parcel.Request.WithdrawLock), (check.Entry.Kind, check.Entry.Lock, check.Entry.WithdrawLock));
        var text = System.Text.Encoding.UTF8.GetString(check.Receipt.Entry.Span);
        foreach (var secret in (string[])["lender", "issuer", _parcel.Id, _parcel.Digest.Hex, "Ltd"])
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        await Audit.RunAsync(_world);
    }

    // The package is a document of its receipts, and no document.
    [Fact]
    public async Task A_verification_of_a_sealed_package_answers_unknown_whatever_became_of_it()
    {
        await using var service = _world.Start();
        await _parcel.SendAsync(_world, service, Stop);
        Assert.Equal(Verdict.Unknown, (await service.Verifier.VerifyAsync(_parcel.Digest, Stop)).Verdict);
        await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop);
        Assert.Equal(Verdict.Unknown, (await service.Verifier.VerifyAsync(_parcel.Digest, Stop)).Verdict);

        // Whoever issues those bytes says something of his document and nothing of the handover.
        await service.Intake.HandleAsync(_world.Upload("bank", "odd", _parcel.Sealed), Stop);
        var answer = await service.Verifier.VerifyAsync(_parcel.Digest, Stop);
        Assert.Equal((Verdict.Verified, 1), (answer.Verdict, answer.Issuers.Single().Result.Acts.Count));
        Assert.Equal(2, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task The_same_words_again_give_an_address_again_until_something_is_uploaded()
    {
        await using var service = _world.Start();
        await service.Requests.AnnounceAsync(_parcel.Request, Stop);
        await service.Requests.AnnounceAsync(_parcel.Request, Stop);
        var message = _parcel.Upload(_world);
        await RefusedAsync("sent-already", HandoverFault.Conflict, () => service.Requests.AnnounceAsync(_parcel.Request, Stop));
        await service.Intake.HandleAsync(message, Stop);
        await service.Handovers.WithdrawAsync(_parcel.Id, _parcel.WithdrawKey, Stop);
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));
        await RefusedAsync("sent-already", HandoverFault.Conflict, () => service.Requests.AnnounceAsync(_parcel.Request, Stop));
    }

    public static TheoryData<string, HandoverFault, HandoverRequestDocument> Requests
    {
        get
        {
            var good = new Parcel("one").Request;
            return new()
            {
                { "malformed-handover", HandoverFault.Malformed, good with { Id = good.Id.ToUpperInvariant() } },
                { "malformed-handover", HandoverFault.Malformed, good with { Lock = "" } },
                { "malformed-handover", HandoverFault.Malformed, good with { WithdrawLock = good.Lock } },
                { "malformed-handover", HandoverFault.Malformed, good with { Length = 0 } },
                { "package-too-long", HandoverFault.TooLong, good with { Length = HandoverOptions.MaxLength + 1 } },
                { "no-such-receiver", HandoverFault.NotFound, good with { Receiver = "nobody" } },
                { "no-such-receiver", HandoverFault.NotFound, good with { Receiver = "../bank" } },
                { "announced-otherwise", HandoverFault.Conflict, good with { Length = good.Length + 1 } },
                { "announced-otherwise", HandoverFault.Conflict, good with { Lock = new string('a', 64) } },
                { "announced-otherwise", HandoverFault.Conflict, good with { Receiver = "other" } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task What_cannot_be_announced_is_refused_by_its_cause(string cause, HandoverFault fault, HandoverRequestDocument request)
    {
        _world.AddReceiver("other");
        await using var service = _world.Start();
        await service.Requests.AnnounceAsync(_parcel.Request, Stop);
        await RefusedAsync(cause, fault, () => service.Requests.AnnounceAsync(request, Stop));
    }

    public static TheoryData<string, byte[]> Contents => new()
    {
        { "longer-than-announced", [.. PackageIntake.FirstLine, .. new byte[2_000_000]] },
        { "not-sealed", Bytes("PK a zip that nobody sealed") },
        { "not-sealed", Bytes("age") },
        { "not-sealed", [] },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task What_is_not_as_announced_is_deleted_and_the_trace_says_why(string cause, byte[] content)
    {
        await using var service = _world.Start();
        await service.Requests.AnnounceAsync(_parcel.Request, Stop);
        var message = _parcel.Upload(_world, content);
        Assert.Equal(IntakeOutcome.Rejected, await service.Intake.HandleAsync(message, Stop));
        var trace = (await service.Traces.TraceAsync(_parcel.Id, Stop))!;
        Assert.Equal((HandoverState.Refused, cause, 0), (trace.State, trace.Refused, trace.Events.Count));
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));

        // The address still takes a package, since the first is gone; one is sent under one id all the same.
        Assert.Equal(IntakeOutcome.Rejected, await service.Intake.HandleAsync(_parcel.Upload(_world), Stop));
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));
        Assert.Equal(HandoverState.Refused, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.State);
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("aa.truecopy")]
    [InlineData("unannounced")]
    [InlineData("announced to another")]
    public async Task What_nobody_announced_is_deleted(string what)
    {
        _world.AddReceiver("other");
        await using var service = _world.Start();
        if (what == "announced to another")
            await service.Requests.AnnounceAsync(new Parcel("one", "other").Request, Stop);
        var name = what.Contains('.', StringComparison.Ordinal) ? what : _parcel.Blob.Name;
        var blob = _world.Inbox.Put("receiver-lender", name, _parcel.Sealed);
        Assert.Equal(IntakeOutcome.Rejected, await service.Intake.HandleAsync(InMemoryWorld.EventOf(blob), Stop));
        Assert.False(_world.Inbox.Exists(blob));
        Assert.Empty(_world.Ledger.IndexedActs);
    }

    [Fact]
    public async Task A_second_package_under_an_id_is_deleted_and_the_first_one_stands()
    {
        await using var service = _world.Start();
        await _parcel.SendAsync(_world, service, Stop);
        _world.Inbox.Delete(_parcel.Blob.Container, _parcel.Blob.Name);
        var second = _parcel.Upload(_world, [.. _parcel.Sealed, 1]);
        Assert.Equal(IntakeOutcome.Rejected, await service.Intake.HandleAsync(second, Stop));
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));
        Assert.Single((await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events);
        await Audit.RunAsync(_world);
    }

    // Both were read before either was in the log: the sequencer decides.
    [Fact]
    public async Task Of_two_packages_that_are_staged_under_an_id_one_is_logged_and_the_other_deleted()
    {
        await using var service = _world.Start();
        await service.Requests.AnnounceAsync(_parcel.Request, Stop);
        using (_world.Lease.HoldElsewhere())
        {
            await service.Intake.HandleAsync(_parcel.Upload(_world), Stop);
            _world.Inbox.Delete(_parcel.Blob.Container, _parcel.Blob.Name);
            await service.Intake.HandleAsync(_parcel.Upload(_world, [.. PackageIntake.FirstLine, 1]), Stop);
        }

        await service.Sequencer.DrainAsync(Stop);
        Assert.Single(_world.Ledger.IndexedActs);
        Assert.False(_world.Inbox.All.ContainsKey(_parcel.Blob));
        Assert.Equal((0, 0), (_world.Staged.Count, _world.Answers.Count));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task The_same_bytes_may_be_sent_twice_and_each_handover_has_a_life_of_its_own()
    {
        await using var service = _world.Start();
        var other = new Parcel("two");
        await _parcel.SendAsync(_world, service, Stop);
        await service.Requests.AnnounceAsync(other.Request with { Length = _parcel.Sealed.Length }, Stop);
        await service.Intake.HandleAsync(other.Upload(_world, _parcel.Sealed), Stop);
        await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop);
        Assert.Equal(HandoverState.Received, (await service.Traces.TraceAsync(_parcel.Id, Stop))!.State);
        var trace = (await service.Traces.TraceAsync(other.Id, Stop))!;
        Assert.Equal((HandoverState.Sent, 1), (trace.State, trace.Events.Count));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task An_event_that_comes_again_changes_nothing()
    {
        await using var service = _world.Start();
        await service.Requests.AnnounceAsync(_parcel.Request, Stop);
        var message = _parcel.Upload(_world);
        for (var i = 0; i < 3; i++)
            await service.Intake.HandleAsync(message, Stop);
        await service.Handovers.ActAsync("lender", _parcel.Id, _parcel.Act(ActKind.Received), Stop);
        await service.Intake.HandleAsync(message, Stop);
        Assert.Equal([ActKind.Handover, ActKind.Received], (await service.Traces.TraceAsync(_parcel.Id, Stop))!.Events.Select(item => item.Act));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Nobody_is_told_of_a_handover_that_was_not_announced()
    {
        await using var service = _world.Start();
        Assert.Null(await service.Traces.TraceAsync(_parcel.Id, Stop));
        Assert.Null(await service.Traces.TraceAsync("..", Stop));
        await RefusedAsync("no-such-handover", HandoverFault.NotFound, () => service.Handovers.WithdrawAsync(_parcel.Id, _parcel.WithdrawKey, Stop));
    }

    private static async Task RefusedAsync(string cause, HandoverFault fault, Func<Task> action)
    {
        var refused = await Assert.ThrowsAsync<HandoverRefusedException>(action);
        Assert.Equal((cause, fault), (refused.Rejection.Cause, refused.Fault));
    }
}
