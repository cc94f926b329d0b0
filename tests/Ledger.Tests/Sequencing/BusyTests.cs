using TrueCopy.Testing.Simulation;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>How those who meet busy storage, or each other, wait.</summary>
public sealed class BusyTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task A_process_that_found_another_sequencing_twice_leaves_the_lease_alone_for_a_while()
    {
        _world.LeaseRest = new SequencerOptions().LeaseRest;
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(Stop);
        var before = Asked();
        Task draining;
        using (_world.Lease.HoldElsewhere())
        {
            // Once is no sign that another is busy for long.
            await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
            await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
            Assert.Equal(2, Asked() - before);
            draining = service.Sequencer.DrainAsync(Stop);
            _world.Time.Advance(_world.LeaseRest - TimeSpan.FromTicks(1));
            Assert.Equal((2, false), (Asked() - before, draining.IsCompleted));
        }

        // What was staged meanwhile is taken by the first that may ask again; from then on nothing is held back.
        await _world.Staged.AddAsync(Upload("a.pdf"), Stop);
        _world.Time.Advance(TimeSpan.FromTicks(1));
        await draining.WaitAsync(Wait.Limit, Stop);
        Assert.Equal((3, 0), (Asked() - before, _world.Staged.Count));
        await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        Assert.Equal(4, Asked() - before);
    }

    [Fact]
    public async Task What_was_asked_for_beside_the_lease_of_another_is_put_back_at_once()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(Stop);
        await _world.Staged.AddAsync(Upload("a.pdf"), Stop);
        using (_world.Lease.HoldElsewhere())
            await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        Assert.True(_world.Staged.HasVisible);
        Assert.Empty(_world.Ledger.IndexedActs);
        await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        Assert.Equal((0, 1), (_world.Staged.Count, _world.Ledger.IndexedActs.Count));
        await Audit.RunAsync(_world);
    }

    // More often than a message that always fails is tried.
    [Theory]
    [InlineData("issued.insert")]
    [InlineData("index.query")]
    public async Task However_often_storage_is_busy_nothing_is_held_against_what_was_staged(string busy)
    {
        await using var service = _world.Start();
        await _world.Staged.AddAsync(Upload("a.pdf"), Stop);
        await service.Sequencer.DrainAsync(Stop);

        // The rows of a document are looked at if it was issued before.
        await _world.Staged.AddAsync(Upload(busy == "index.query" ? "a.pdf" : "b.pdf") with { Source = _world.Inbox.Put("issuer-bank", "again.pdf", Bytes("a.pdf")) }, Stop);
        var failures = 0;
        _world.Operations.Hook = operation => operation.Name == busy && operation.Moment == Fault.Before && failures++ < 12 * new SequencerOptions().MaxTries
            ? Task.FromException(new StorageBusyException(TimeSpan.Zero))
            : Task.CompletedTask;
        var before = _world.Operations.Log.Count;
        await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        _world.Operations.Hook = null;

        Assert.True(failures > new SequencerOptions().MaxTries, $"{failures} refusals");
        Assert.Empty(_world.DeadLetters.Kept);
        Assert.Empty(_world.Inbox.Rejections);
        Assert.DoesNotContain("staged.hide", _world.Operations.Log.Skip(before));
        Assert.Equal(0, _world.Staged.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public void What_storage_is_too_busy_to_take_is_sent_with_what_comes_meanwhile_and_no_event_is_handled_again()
    {
        const int Files = 20;
        var time = new SimulatedTime(InMemoryWorld.Beginning);
        var world = new InMemoryWorld(time);
        world.Inbox.HandsOutAtOnce = true;
        var service = world.Start();
        time.Run(async () =>
        {
            await service.Sequencer.DrainAsync(CancellationToken.None);
            var refusals = 0;
            world.Operations.Hook = operation => operation is { Name: "staged.send", Moment: Fault.Before } && refusals < 5 && refusals++ < 5
                ? Task.FromException(new StorageBusyException(null))
                : Task.CompletedTask;
            var handling = Enumerable.Range(0, Files).Select(async i =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20 * i), time);
                return await service.Intake.HandleAsync(world.Upload("bank", $"{i}.pdf", Bytes($"{i}")), CancellationToken.None);
            });
            Assert.All(await Task.WhenAll(handling), outcome => Assert.Equal(IntakeOutcome.Staged, outcome));
            Assert.Equal(5, refusals);
            await service.Sequencer.DrainAsync(CancellationToken.None);
        });
        Assert.Equal((Files, 0), (world.Ledger.IndexedActs.Count, world.Staged.Count));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private int Asked() => _world.Operations.Log.Count(name => name == "lease.lease");
}
