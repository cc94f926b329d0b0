using TrueCopy.Verification.Verdicts;
using static TrueCopy.Verification.Tests.Samples;

namespace TrueCopy.Verification.Tests.Sequencing;

/// <summary>
/// Every operation on storage and keys of a scenario, one at a time, fails without effect, or takes effect and reports
/// failure; then a new process goes on. Whatever was uploaded ends up in the log, in effect once, with a receipt.
/// </summary>
public sealed class CrashTests
{
    private static readonly string[] Batches = ["a b", "c", "d e f"];

    [Theory]
    [InlineData(Fault.Before)]
    [InlineData(Fault.After)]
    public async Task Whichever_operation_fails_nothing_is_lost_and_nothing_forks(Fault fault)
    {
        var clean = await PrepareAsync();
        var before = clean.Operations.Log.Count;
        await RunScenarioAsync(clean, tolerateFailure: false);
        var operations = clean.Operations.Log.Count - before;
        Assert.True(operations > 60, $"only {operations} operations");

        for (var k = 0; k < operations; k++)
        {
            var world = await PrepareAsync();
            world.Operations.FailAt(k, fault);
            await RunScenarioAsync(world, tolerateFailure: true);
            await RecoverAsync(world);
            await AssertWholeAsync(world, $"{fault} at operation {k}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{operations} operations failed, each in turn");
    }

    // The log crosses from a full first tile into the second during the scenario.
    private static async Task<InMemoryWorld> PrepareAsync()
    {
        var world = new InMemoryWorld();
        await using var service = world.Start();
        await using (await world.Lease.TryAcquireAsync(TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < 252; i++)
                await service.Intake.HandleAsync(world.Upload("bank", $"old {i}", Bytes($"old {i}")), TestContext.Current.CancellationToken);
        }

        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        return world;
    }

    private static async Task RunScenarioAsync(InMemoryWorld world, bool tolerateFailure)
    {
        var service = world.Start();
        foreach (var batch in Batches)
        {
            var messages = batch.Split(' ').Select(name => world.Upload("bank", name, Bytes(name))).ToArray();
            foreach (var message in messages)
            {
                try
                {
                    await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
                }
                catch (InjectedFaultException) when (tolerateFailure)
                {
                    // The queue would deliver the event again, to a process that may be another.
                    world.Lease.Expire();
                    service = world.Start();
                    await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
                }
            }
        }
    }

    private static async Task RecoverAsync(InMemoryWorld world)
    {
        world.Lease.Expire();
        await using var service = world.Start();
        for (var i = 0; i < 3; i++)
        {
            await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
            world.Time.Advance(InMemoryStagedActs.Invisible);
        }

        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
    }

    private static async Task AssertWholeAsync(InMemoryWorld world, string where)
    {
        try
        {
            await Audit.RunAsync(world);
        }
        catch (AuditException exception)
        {
            Assert.Fail($"{where}: {exception.Message}");
        }

        await using var service = world.Start();
        foreach (var name in Batches.SelectMany(batch => batch.Split(' ')))
        {
            var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes(name)), TestContext.Current.CancellationToken);
            Assert.True(answer.Decision.Verdict == Verdict.Verified, $"{where}: {name} is not verified");
            Assert.True(answer.Decision.Acts.Count == 1, $"{where}: {name} is in effect {answer.Decision.Acts.Count} times");
        }

        Assert.True(world.Inbox.Receipts.Count == 258, $"{where}: {world.Inbox.Receipts.Count} receipts");
        Assert.True(world.Staged.Count == 0, $"{where}: {world.Staged.Count} messages are left");
    }
}
