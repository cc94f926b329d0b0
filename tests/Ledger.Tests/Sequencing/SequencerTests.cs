using CsCheck;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Sequencing;

public sealed class SequencerTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task A_log_begins_with_an_entry_that_names_it_and_its_keys()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);

        var entry = Entry.Parse(EntryBundle.Parse(_world.Ledger.Tiles[new TileId(TileId.EntriesLevel, 0, 2)], 2)[0].Span);
        Assert.Equal(ActKind.Genesis, entry.Kind);
        Assert.Equal(InMemoryWorld.Origin, entry.Origin);
        Assert.Equal(_world.Identity.Verifiers.Select(key => key.ToString()), entry.Keys);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_whole_batch_costs_one_checkpoint_however_many_acts_it_has()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        await StageAsync(service, 500);
        var (before, published) = (Count("sign"), _world.Ledger.Published.Count);
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, Count("sign") - before);
        Assert.Equal(1, _world.Ledger.Published.Count - published);
        Assert.Equal(500, _world.Ledger.IndexedActs.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task An_idle_drain_neither_writes_nor_signs()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var before = _world.Operations.Log.Count;
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var made = _world.Operations.Log.Skip(before).ToList();
        Assert.Equal(["lease.lease", "staged.receive"], made[..2].Order(StringComparer.Ordinal));
        Assert.Equal(["bulk.receive", "lease.release", "staged.peek", "bulk.peek"], made[2..]);
    }

    [Fact]
    public async Task An_act_staged_between_the_last_look_and_the_release_does_not_wait()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var staged = false;
        _world.Operations.Hook = async operation =>
        {
            if (staged || operation is not { Name: "lease.release", Moment: Fault.Before })
                return;
            staged = true;

            // Another process stages an act and finds the lease taken.
            await using var other = _world.Start();
            await other.Intake.HandleAsync(_world.Upload("bank", "late", Bytes("late")), TestContext.Current.CancellationToken);
            Assert.Empty(_world.Ledger.IndexedActs);
        };
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Single(_world.Ledger.IndexedActs);
        Assert.Equal(0, _world.Staged.Count);
    }

    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task While_another_holds_the_lease_a_drain_leaves_the_work_to_it()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        using var held = _world.Lease.HoldElsewhere();
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);
        Assert.Empty(_world.Ledger.IndexedActs);
        Assert.Equal(1, _world.Staged.Count);
    }

    [Fact]
    public async Task A_staged_message_that_comes_back_after_its_act_took_effect_is_not_sequenced_again()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var message = _world.Upload("bank", "a", Bytes("a"));
        _world.Operations.Hook = operation => operation.Name == "staged.delete" && operation.Moment == Fault.Before ? Task.FromException(new InjectedFaultException(operation.Name)) : Task.CompletedTask;
        await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
        _world.Operations.Hook = null;
        Assert.Equal(1, _world.Staged.Count);
        var size = _world.Ledger.Published.Count;

        _world.Time.Advance(StagedActs.Invisible);
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _world.Staged.Count);
        Assert.Equal(size, _world.Ledger.Published.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Sequencers_that_all_hold_the_lease_never_fork_the_log()
    {
        _world.Lease.Broken = true;
        var services = Enumerable.Range(0, 3).Select(_ => _world.Start()).ToArray();

        // On to where they get in each other's way: one wrote a batch that another's commit made void.
        var rounds = 0;
        while (rounds < 40 || (rounds < 4000 && _world.Ledger.Journal.Count <= _world.Ledger.Published.Count))
        {
            var round = rounds++;
            await Task.WhenAll(services.Select((service, i) => Task.Run(
                () => service.Intake.HandleAsync(_world.Upload("bank", $"{round}/{i}", Bytes($"{round}/{i}")), TestContext.Current.CancellationToken))));
        }

        await SettleAsync(services[0]);
        Assert.Equal(3 * rounds, _world.Ledger.IndexedActs.Count);
        Assert.True(_world.Ledger.Journal.Count > _world.Ledger.Published.Count, "the sequencers did not get in each other's way, so nothing was tested");
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_log_across_the_boundaries_of_tiles_keeps_every_receipt_valid()
    {
        await using var service = _world.Start();
        foreach (var count in new[] { 254, 1, 1, 300 })
        {
            await StageAsync(service, count);
            await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(556, _world.Inbox.Receipts.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_state_that_other_keys_signed_is_refused_and_left_alone()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var stranger = new InMemoryWorld().Identity;
        var forged = await SignedCheckpoint.SignAsync(
            SignedCheckpoint.Open(_world.Ledger.Published.Last(), InMemoryWorld.Origin, _world.Identity.Verifiers).Checkpoint,
            stranger.Signers,
            TestContext.Current.CancellationToken);
        var stored = await _world.Ledger.State.LoadHeadAsync(TestContext.Current.CancellationToken);
        await _world.Ledger.State.TryReplaceHeadAsync(stored!.Head with { Note = forged.Note }, stored.Version, TestContext.Current.CancellationToken);
        await StageAsync(service, 1);

        await using var other = _world.Start();
        await Assert.ThrowsAsync<LogFormatException>(() => other.Sequencer.DrainAsync(TestContext.Current.CancellationToken));
        Assert.Single(_world.Ledger.Published);
        Assert.Equal(1, _world.Staged.Count);
    }

    [Fact]
    public async Task Tiles_that_are_not_those_of_the_committed_checkpoint_stop_the_sequencer()
    {
        await using var service = _world.Start();
        await StageAsync(service, 3);
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var tile = TileId.At(0, 0, 7);
        var bytes = _world.Ledger.Tiles[tile].ToArray();
        bytes[0] ^= 1;
        _world.Ledger.Tiles[tile] = bytes;
        await StageAsync(service, 1);

        await using var other = _world.Start();
        await Assert.ThrowsAsync<LogFormatException>(() => other.Sequencer.DrainAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, _world.Ledger.IndexedActs.Count);
    }

    [Fact]
    public async Task An_event_that_was_staged_twice_is_in_effect_once_also_across_batches()
    {
        await using var service = _world.Start();
        var message = _world.Upload("bank", "a", Bytes("a"));
        using (_world.Lease.HoldElsewhere())
        {
            await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
            await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
        }

        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(5, InMemoryLedger.SizeOf(_world.Ledger.Published.Last()));

        // Known by the act's id to be answered.
        Assert.Equal(IntakeOutcome.Staged, await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken));
        Assert.Equal(5, InMemoryLedger.SizeOf(_world.Ledger.Published.Last()));
        Assert.Equal(3, Assert.Single(_world.Ledger.IndexedActs).LogIndex);
        Assert.Equal(3, Receipt.Parse(Assert.Single(_world.Inbox.Receipts).Value).Proof.Index);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_sequencer_whose_head_is_stale_finishes_what_the_other_left_and_loses_nothing()
    {
        await using var stale = _world.Start();
        await stale.Sequencer.DrainAsync(TestContext.Current.CancellationToken);

        // Another process commits and dies before anything is visible.
        var dying = _world.Start();
        await StageAsync(dying, 2);
        _world.Operations.Hook = operation => operation is { Name: "head.write", Moment: Fault.After }
            ? Task.FromException(new InjectedFaultException("a process that dies"))
            : Task.CompletedTask;
        await Assert.ThrowsAsync<InjectedFaultException>(() => dying.Sequencer.DrainAsync(TestContext.Current.CancellationToken));
        _world.Operations.Hook = null;
        _world.Lease.Expire();
        Assert.Empty(_world.Ledger.IndexedActs);

        await StageAsync(stale, 1);
        await stale.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, _world.Ledger.IndexedActs.Count);
        await SettleAsync(stale);
        Assert.Equal(8, InMemoryLedger.SizeOf(_world.Ledger.Published.Last()));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public Task Sequencers_that_race_and_fail_at_random_never_fork_the_log() => Gen.Int[0, 1_000_000].SampleAsync(
        async seed =>
        {
            var random = new Random(seed);
            var world = new InMemoryWorld();
            world.Lease.Broken = true;
            world.Operations.Hook = async operation =>
            {
                bool fails;
                int yields;
                lock (random)
                    (fails, yields) = (random.Next(60) == 0 && operation.Name is not ("registry.get" or "inbox.open" or "inbox.read" or "staged.send"), random.Next(6));
                for (var i = 0; i < yields; i++)
                    await Task.Yield();
                if (fails)
                    throw new InjectedFaultException(operation.Name);
            };
            var services = Enumerable.Range(0, 2).Select(_ => world.Start()).ToArray();
            for (var round = 0; round < 8; round++)
            {
                await Task.WhenAll(services.Select((service, i) =>
                    DeliverAsync(service, world.Upload("bank", $"{round}/{i}", Bytes($"{round}/{i}")))));
            }

            world.Operations.Hook = null;
            await SettleAsync(services[0], world);
            Assert.Equal(16, world.Ledger.IndexedActs.Count);
            Assert.Equal(16, world.Inbox.Receipts.Count);
            await Audit.RunAsync(world);
        },
        iter: 40,
        threads: 1);

    [Fact]
    public async Task A_smaller_checkpoint_never_replaces_a_larger_one()
    {
        await using var service = _world.Start();
        await StageAsync(service, 1);
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        await _world.Ledger.Log.PublishCheckpointAsync(_world.Ledger.Published.First(), 1, TestContext.Current.CancellationToken);
        var note = await _world.Ledger.Log.ReadCheckpointAsync(TestContext.Current.CancellationToken);
        Assert.Equal(5, InMemoryLedger.SizeOf(note!.Value));
    }

    [Fact]
    public async Task A_sequencer_that_finishes_late_does_not_take_back_what_another_has_finished_since()
    {
        _world.Lease.Broken = true;
        await using var slow = _world.Start();
        await using var fast = _world.Start();
        await slow.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _world.Operations.Hook = operation =>
            operation is { Name: "finished.write", Moment: Fault.Before } && reached.TrySetResult() ? goOn.Task : Task.CompletedTask;

        var late = slow.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);
        await reached.Task.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
        await fast.Intake.HandleAsync(_world.Upload("bank", "b", Bytes("b")), TestContext.Current.CancellationToken);
        var finished = _world.Ledger.Finished;
        goOn.SetResult();
        await late;

        Assert.Equal(finished, _world.Ledger.Finished);
        await SettleAsync(fast);
        await Audit.RunAsync(_world);
    }

    // As the queue does: an event whose handling fails comes again.
    private static async Task DeliverAsync(InMemoryService service, byte[] message)
    {
        while (true)
        {
            try
            {
                await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
                return;
            }
            catch (InjectedFaultException)
            {
                // Delivered again.
            }
        }
    }

    private int _staged;

    private async Task StageAsync(InMemoryService service, int count)
    {
        using (_world.Lease.HoldElsewhere())
        {
            for (var i = 0; i < count; i++)
            {
                var name = $"file {_staged++}";
                await service.Intake.HandleAsync(_world.Upload("bank", name, Bytes(name)), TestContext.Current.CancellationToken);
            }
        }
    }

    private int Count(string operation) => _world.Operations.Log.Count(name => name == operation);

    private Task SettleAsync(InMemoryService service) => SettleAsync(service, _world);

    private static async Task SettleAsync(InMemoryService service, InMemoryWorld world)
    {
        // Once without a message: what was committed last may still have to be finished.
        for (var i = 0; i < 5; i++)
        {
            world.Time.Advance(StagedActs.Invisible);
            await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
            await world.Answers.DeliverAsync(service.Answers, TestContext.Current.CancellationToken);
        }

        Assert.Equal((0, 0), (world.Staged.Count, world.Answers.Count));
    }
}
