using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Answering;

/// <summary>Answering is a step of its own: the log goes on whatever becomes of it, and no answer is lost.</summary>
public sealed class AnsweringTests
{
    private static readonly AnswerOptions Options = new();
    private readonly InMemoryWorld _world = new();

    public AnsweringTests() => _world.AddIssuer("hostile");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_that_cannot_be_written_stops_nothing()
    {
        await using var service = _world.Start();
        FailOn("receipt.write");
        await IssueAsync(service, "bank", "a");
        _world.Operations.Hook = null;
        await IssueAsync(service, "bank", "b");
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(Bytes("b")), Stop)).Verdict);
        Assert.Equal(0, _world.Staged.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task While_no_answer_can_be_written_the_log_goes_on()
    {
        await using var service = _world.Start();
        FailOn("receipt.write");
        foreach (var name in new[] { "a", "b", "c" })
            await IssueAsync(service, "bank", name);
        foreach (var name in new[] { "a", "b", "c" })
            Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(Bytes(name)), Stop)).Verdict);
        Assert.Equal(0, _world.Staged.Count);
    }

    [Fact]
    public async Task An_issuer_who_cannot_be_answered_keeps_no_other_waiting_and_gets_every_answer_later()
    {
        await using var service = _world.Start();
        _world.Inbox.Unanswerable["issuer-hostile"] = true;
        BlobVersion[] hostile =
        [
            await IssueAsync(service, "hostile", "a.pdf"),
            await IssueAsync(service, "hostile", "SHA256SUMS", $"{DigestOf(Bytes("listed")).Hex}  listed\n"),
            await IssueAsync(service, "hostile", "x.acts.jsonl", $$"""{"act":"revoke","algorithm":"sha-256","digest":"{{DigestOf(Bytes("a.pdf")).Hex}}"}"""),
            await IssueAsync(service, "hostile", "bad.manifest.jsonl", "nonsense"),
        ];
        var other = await IssueAsync(service, "bank", "b.pdf");
        Assert.True(_world.Inbox.Receipts.ContainsKey((other, "sha-256")));
        Assert.Equal(4, _world.Answers.Count);
        Assert.All(_world.Answers.Owed, owed => Assert.Equal(1, owed.Tries));

        _world.Inbox.Unanswerable.Clear();
        _world.Time.Advance(Options.FirstDelay);
        Assert.Equal(4, await _world.Answers.DeliverAsync(service.Answers, Stop));
        Assert.Equal(0, _world.Answers.Count);
        Assert.True(_world.Inbox.Receipts.ContainsKey((hostile[0], "sha-256")));
        Assert.Contains(DigestOf(Bytes("listed")).Hex, _world.Inbox.ManifestReceipts[hostile[1]], StringComparison.Ordinal);
        Assert.Contains("\"act\":\"revoke\"", _world.Inbox.ActReceipts[hostile[2]], StringComparison.Ordinal);
        Assert.Equal("malformed-manifest", _world.Inbox.Rejections[hostile[3]].Cause);
        await Audit.RunAsync(_world);
        Audit.RequireAnswered(_world);
    }

    [Fact]
    public async Task An_answer_is_tried_at_growing_distances_a_bounded_number_of_times_then_kept_once_and_the_doctor_brings_it()
    {
        await using var service = _world.Start();
        using var givenUp = new Measurements("truecopy.answers.given_up");
        _world.Inbox.Unanswerable["issuer-hostile"] = true;
        var upload = await IssueAsync(service, "hostile", "a.pdf");
        var (tries, waited) = (1, TimeSpan.Zero);
        while (_world.Answers.Count > 0)
        {
            var delay = Options.DelayAfter(Assert.Single(_world.Answers.Owed).Tries);
            Assert.InRange(delay, Options.FirstDelay, Options.MaxDelay);
            _world.Time.Advance(delay - TimeSpan.FromTicks(1));
            Assert.Equal(0, await _world.Answers.DeliverAsync(service.Answers, Stop));
            _world.Time.Advance(TimeSpan.FromTicks(1));
            Assert.Equal(1, await _world.Answers.DeliverAsync(service.Answers, Stop));
            (tries, waited) = (tries + 1, waited + delay);
        }

        Assert.Equal(Options.MaxTries, tries);
        Assert.InRange(waited, TimeSpan.FromHours(1.5), TimeSpan.FromHours(2.5));
        Assert.Contains((1, ""), givenUp.Seen);
        Assert.Equal(AnswerAttempts.DeadLetters, Assert.Single(_world.DeadLetters.Kept).Key.Queue);

        // The doctor says so while it cannot be written, and writes it as soon as it can.
        Assert.False((await DoctorAsync()).IsHealthy);
        Assert.Single(_world.DeadLetters.Kept);
        _world.Inbox.Unanswerable.Clear();
        Assert.True((await DoctorAsync()).IsHealthy);
        Assert.Empty(_world.DeadLetters.Kept);
        Assert.True(_world.Inbox.Receipts.ContainsKey((upload, "sha-256")));
        Assert.Empty((await DoctorAsync()).Findings);
    }

    [Fact]
    public async Task Whoever_dies_before_answering_has_finished_nothing_and_who_finishes_it_answers()
    {
        await using var service = await StageThreeAsync();

        // From its first answer on the process does nothing more.
        var dead = false;
        _world.Operations.Hook = operation => (dead |= operation.Name is "receipt.write" or "lines.write")
            ? Task.FromException(new InjectedFaultException(operation.Name))
            : Task.CompletedTask;
        await using (var dies = _world.Start())
            await Assert.ThrowsAsync<InjectedFaultException>(() => dies.Sequencer.DrainAsync(Stop));
        _world.Operations.Hook = null;
        Assert.Equal((0, 0), (_world.Inbox.Receipts.Count, _world.Answers.Count));
        Assert.True(_world.Ledger.Finished < InMemoryLedger.SizeOf(_world.Ledger.Published.Last()));

        _world.Lease.Expire();
        await service.Sequencer.DrainAsync(Stop);
        await AssertThreeAreAnsweredAsync(service);
    }

    [Fact]
    public async Task Answers_that_take_long_are_owed_and_whoever_dies_over_them_is_answered_for_after_its_head_start()
    {
        await using var service = await StageThreeAsync();
        var (dead, hangs) = (false, new TaskCompletionSource());
        _world.Operations.Hook = operation => operation.Name is "receipt.write" or "lines.write" ? hangs.Task
            : dead ? Task.FromException(new InjectedFaultException(operation.Name))
            : Task.CompletedTask;
        await using (var dies = _world.Start())
        {
            var draining = dies.Sequencer.DrainAsync(Stop);
            var size = InMemoryLedger.SizeOf(_world.Ledger.Published.Last());
            while (_world.Ledger.Finished <= size)
            {
                await Task.Yield();
                Stop.ThrowIfCancellationRequested();

                // Each of the three has begun.
                if (_world.Operations.Log.Count(name => name is "receipt.write" or "lines.write") >= 3)
                    _world.Time.Advance(Options.Patience / 100);
            }

            dead = true;
            hangs.SetException(new InjectedFaultException("receipt.write"));
            await Assert.ThrowsAsync<InjectedFaultException>(() => draining);
        }

        _world.Operations.Hook = null;
        Assert.Empty(_world.Inbox.Receipts);
        Assert.IsType<BatchAnswers>(Assert.Single(_world.Answers.Owed));

        Assert.Equal(0, await _world.Answers.DeliverAsync(service.Answers, Stop));
        _world.Time.Advance(Options.HeadStart);
        await _world.Answers.DeliverAsync(service.Answers, Stop);
        await AssertThreeAreAnsweredAsync(service);
    }

    // Of issuers with two algorithms, with a rule to delete, and with a list.
    private async Task<InMemoryService> StageThreeAsync()
    {
        _world.AddIssuer("registry", "sm3");
        _world.Inbox.CreateContainer("issuer-forgetful", new() { ["legalname"] = "Forgetful Ltd", ["jurisdiction"] = "HK", ["retention"] = "delete" });
        var service = _world.Start();
        await service.Sequencer.DrainAsync(Stop);
        using (_world.Lease.HoldElsewhere())
        {
            await IssueAsync(service, "registry", "two.pdf");
            await IssueAsync(service, "forgetful", "gone.pdf");
            await IssueAsync(service, "bank", "SHA256SUMS", $"{DigestOf(Bytes("listed")).Hex}  listed\n");
        }

        return service;
    }

    private async Task AssertThreeAreAnsweredAsync(InMemoryService service)
    {
        _world.Lease.Expire();
        _world.Time.Advance(StagedActs.Invisible);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(0, _world.Answers.Count);
        Assert.Equal(3, _world.Inbox.Receipts.Count);
        Assert.True(Assert.Single(_world.Inbox.Deleted).Value);
        await Audit.RunAsync(_world);
        Audit.RequireAnswered(_world);
    }

    [Fact]
    public async Task Answers_that_hang_hold_the_log_up_for_no_longer_than_its_patience_and_are_left_to_others_when_they_pile_up()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(Stop);
        var hanging = new TaskCompletionSource();
        _world.Operations.Hook = operation => operation is { Name: "receipt.write", Moment: Fault.Before } ? hanging.Task : Task.CompletedTask;
        var drains = new List<Task>();
        for (var i = 0; i < 6; i++)
        {
            drains.Add(IssueAsync(service, "bank", $"{i}"));
            while (_world.Ledger.IndexedActs.Count <= i || _world.Staged.Count > 0)
            {
                await Task.Yield();
                _world.Time.Advance(Options.Patience);
            }
        }

        // All are owed, and the last are there for whoever comes.
        Assert.Equal(6, _world.Answers.Count);
        Assert.True(_world.Queues.HasVisible(StorageNames.AnswersQueue));
        hanging.SetResult();
        await Task.WhenAll(drains);
        _world.Operations.Hook = null;
        await _world.Answers.DeliverAsync(service.Answers, Stop);
        _world.Time.Advance(Options.HeadStart);
        await _world.Answers.DeliverAsync(service.Answers, Stop);
        Assert.Equal(6, _world.Inbox.Receipts.Count);
        Assert.Equal(0, _world.Answers.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task The_process_that_finished_a_batch_answers_it_at_once_without_another_look_at_any_queue()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "bank", "a");
        var before = _world.Operations.Log.Count;
        await IssueAsync(service, "bank", "b");
        var log = _world.Operations.Log.Skip(before).ToList();
        var made = log[(log.IndexOf("head.write") + 1)..(log.IndexOf("staged.delete") + 1)];
        Assert.Equal(["checkpoint.write", "index.insert", "receipt.write", "finished.write", "staged.delete"], made.SkipWhile(name => name is "tile.write" or "status.write"));
    }

    [Fact]
    public async Task A_refusal_that_cannot_be_written_is_owed_and_its_upload_is_not_read_again()
    {
        await using var service = _world.Start();
        _world.Inbox.Unanswerable["issuer-hostile"] = true;
        var upload = _world.Inbox.Put("issuer-hostile", "bad.manifest.jsonl", Bytes("nonsense"));
        Assert.Equal(IntakeOutcome.Rejected, await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop));
        Assert.Equal(upload, Assert.IsType<RefusalAnswer>(Assert.Single(_world.Answers.Owed)).Source);
    }

    [Fact]
    public async Task A_message_that_owes_nothing_is_a_bug_of_ours_that_no_retry_mends()
    {
        await using var service = _world.Start();
        Assert.Equal(AnswerOutcome.Unreadable, await service.Answers.HandleAsync(Bytes("nonsense"), Stop));
    }

    private void FailOn(string name) => _world.Operations.Hook = operation => operation.Name == name && operation.Moment == Fault.Before
        ? Task.FromException(new InjectedFaultException(operation.Name))
        : Task.CompletedTask;

    private async Task<BlobVersion> IssueAsync(InMemoryService service, string issuer, string path, string? content = null)
    {
        var upload = _world.Inbox.Put("issuer-" + issuer, path, Bytes(content ?? path));
        await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop);
        return upload;
    }

    private Task<RecoveryReport> DoctorAsync() => _world.Doctor().RunAsync(new DoctorOptions(Apply: true, Receipts: true), null, Stop);
}
