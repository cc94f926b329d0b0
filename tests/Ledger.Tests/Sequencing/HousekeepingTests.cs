using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>What the timer sees to.</summary>
public sealed class HousekeepingTests
{
    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_crash_left_staged_is_sequenced_and_the_registry_is_recorded()
    {
        await using var service = _world.Start();
        using (_world.Lease.HoldElsewhere())
            await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), Stop);
        _world.AddIssuer("registry");
        await service.Housekeeping.RunAsync(Stop);

        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).Verdict);
        Assert.Equal(2, _world.Ledger.Tables.Rows(StorageNames.IssuersTable).Count(row => row.Partition != KeyHistory.Partition));
        await Audit.RunAsync(_world);
    }

    // The platform delivers the event of a dead host again after ten minutes, and not before.
    [Fact]
    public async Task Wherever_a_process_dies_what_it_staged_is_in_the_log_within_three_minutes_without_its_event()
    {
        var (struck, stagedOnes) = (0, 0);
        foreach (var fault in new[] { Fault.Before, Fault.After })
        {
            for (var k = 0; ; k++)
            {
                var world = new InMemoryWorld();
                await using var dying = world.Start();
                await dying.Sequencer.DrainAsync(Stop);
                var message = world.Upload("bank", "a", Bytes("a"));
                world.Operations.CrashAt(k, fault);
                await Record.ExceptionAsync(() => dying.Intake.HandleAsync(message, Stop));
                if (!world.Operations.HasStruck)
                    break;

                world.Operations.Restart();
                struck++;
                var isStaged = world.Staged.Count > 0 || world.Ledger.IndexedActs.Count > 0;
                stagedOnes += isStaged ? 1 : 0;
                world.Time.Advance(TimeSpan.FromMinutes(3));
                world.Lease.Expire();
                await using var next = world.Start();
                await next.Housekeeping.RunAsync(Stop);
                Assert.Equal(isStaged ? Verdict.Verified : Verdict.Unknown, (await next.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).Verdict);
                Assert.Equal(0, world.Staged.Count);
            }
        }

        Assert.True(stagedOnes > 10 && struck > stagedOnes, $"{stagedOnes} of {struck} crashes came after staging");
    }

    [Fact]
    public async Task The_age_of_what_waits_is_measured_also_when_draining_is_what_fails()
    {
        await using var service = _world.Start();
        var waited = await StageAndWaitAsync(service);
        using var age = new Measurements("truecopy.staged.age");
        _world.Operations.FailNext("staged.receive", Fault.Before);
        await Assert.ThrowsAsync<InjectedFaultException>(() => service.Housekeeping.RunAsync(Stop));
        Assert.Contains((waited.TotalSeconds, ""), age.Seen);
    }

    [Fact]
    public async Task The_lag_from_staging_to_the_published_log_is_measured_for_every_upload()
    {
        await using var service = _world.Start();
        var waited = await StageAndWaitAsync(service);
        using var lag = new Measurements("truecopy.sequencer.lag");
        await service.Housekeeping.RunAsync(Stop);
        Assert.Contains((waited.TotalSeconds, ""), lag.Seen);
    }

    // For a time that no other test waits: instruments are the process's.
    private async Task<TimeSpan> StageAndWaitAsync(InMemoryService service)
    {
        await service.Housekeeping.RunAsync(Stop);
        using (_world.Lease.HoldElsewhere())
            await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), Stop);
        var waited = TimeSpan.FromSeconds(Random.Shared.Next(400, 100_000));
        _world.Time.Advance(waited);
        return waited;
    }
}
