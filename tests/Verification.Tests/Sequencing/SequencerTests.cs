using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using static TrueCopy.Verification.Tests.Samples;

namespace TrueCopy.Verification.Tests.Sequencing;

public sealed class SequencerTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task A_log_begins_with_an_entry_that_names_it_and_its_keys()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);

        var entry = Entry.Parse(EntryBundle.Parse(_world.Ledger.Tiles[new TileId(TileId.EntriesLevel, 0, 1)], 1)[0].Span);
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
        var before = Count("sign");
        _world.Lease.Expire();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, Count("sign") - before);
        Assert.Equal(500, _world.Ledger.Anchors.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task An_idle_drain_neither_writes_nor_signs()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var before = _world.Operations.Log.Count;
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["lease.acquire", "staged.receive", "staged.peek"], _world.Operations.Log.Skip(before));
    }

    [Fact]
    public async Task An_act_staged_between_the_last_look_and_the_release_does_not_wait()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var staged = false;
        _world.Lease.BeforeRelease = async () =>
        {
            if (staged)
                return;
            staged = true;

            // Another process stages an act and finds the lease taken.
            await using var other = _world.Start();
            await other.Intake.HandleAsync(_world.Upload("bank", "late", Bytes("late")), TestContext.Current.CancellationToken);
        };
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Single(_world.Ledger.Anchors);
        Assert.Equal(0, _world.Staged.Count);
    }

    [Fact]
    public async Task While_another_holds_the_lease_a_drain_leaves_the_work_to_it()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        await using var held = await _world.Lease.TryAcquireAsync(TestContext.Current.CancellationToken);
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);
        Assert.Empty(_world.Ledger.Anchors);
        Assert.Equal(1, _world.Staged.Count);
    }

    [Fact]
    public async Task A_staged_message_that_comes_back_after_its_act_took_effect_is_not_sequenced_again()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var message = _world.Upload("bank", "a", Bytes("a"));
        _world.Operations.FailAt(await OperationOfAsync("staged.delete"), Fault.Before);
        await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
        Assert.Equal(1, _world.Staged.Count);
        var size = _world.Ledger.Published.Count;

        _world.Time.Advance(InMemoryStagedActs.Invisible);
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
        for (var round = 0; round < 40; round++)
        {
            await Task.WhenAll(services.Select(async (service, i) =>
            {
                var message = _world.Upload("bank", $"{round}/{i}", Bytes($"{round}/{i}"));
                await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
            }));
        }

        await SettleAsync(services[0]);
        Assert.Equal(120, _world.Ledger.Anchors.Count);
        Assert.True(_world.Ledger.JournalNames.Count > _world.Ledger.Published.Count, "the sequencers did not get in each other's way, so nothing was tested");
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
    public async Task A_state_that_other_keys_signed_is_refused()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var stranger = new InMemoryWorld();
        var note = _world.Ledger.Published.Last();
        Assert.Throws<TransparencyLog.LogFormatException>(() => SignedCheckpoint.Open(note, InMemoryWorld.Origin, stranger.Identity.Verifiers));
    }

    private int _staged;

    private async Task StageAsync(InMemoryService service, int count)
    {
        await using (await _world.Lease.TryAcquireAsync(TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < count; i++)
            {
                var name = $"file {_staged++}";
                await service.Intake.HandleAsync(_world.Upload("bank", name, Bytes(name)), TestContext.Current.CancellationToken);
            }
        }
    }

    private int Count(string operation) => _world.Operations.Log.Count(name => name == operation);

    // Where in one upload an operation stands, learnt from another world.
    private static async Task<int> OperationOfAsync(string name)
    {
        var world = new InMemoryWorld();
        await using var service = world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var before = world.Operations.Log.Count;
        await service.Intake.HandleAsync(world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);
        return world.Operations.Log.Skip(before).ToList().IndexOf(name);
    }

    private async Task SettleAsync(InMemoryService service)
    {
        for (var i = 0; i < 5 && _world.Staged.Count > 0; i++)
        {
            _world.Time.Advance(InMemoryStagedActs.Invisible);
            await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, _world.Staged.Count);
    }
}
