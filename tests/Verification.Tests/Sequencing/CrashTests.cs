using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Verdicts;
using static TrueCopy.Verification.Tests.Samples;

namespace TrueCopy.Verification.Tests.Sequencing;

/// <summary>
/// Every operation on storage and keys of a scenario, one at a time, fails without effect, or takes effect and reports
/// failure; then the process goes on, or another one does. Whatever was uploaded ends up in the log, in effect once,
/// with a receipt.
/// </summary>
public sealed class CrashTests
{
    /// <summary>What comes after the fault.</summary>
    public enum Aftermath
    {
        /// <summary>The same process goes on with what it has in memory.</summary>
        GoesOn,

        /// <summary>What the process still has under way takes effect, then another one takes over.</summary>
        Replaced,

        /// <summary>The process does nothing more, not even cleaning up; another one takes over.</summary>
        Dead,
    }

    private const int Old = 252;

    // One batch each; the second issuer has two algorithms, so "c" is two acts.
    private static readonly (string Issuer, string[] Names)[] Batches = [("bank", ["a", "b"]), ("registry", ["c"]), ("bank", ["d", "e", "f"])];

    [Theory]
    [InlineData(Fault.Before, Aftermath.GoesOn)]
    [InlineData(Fault.Before, Aftermath.Replaced)]
    [InlineData(Fault.Before, Aftermath.Dead)]
    [InlineData(Fault.After, Aftermath.GoesOn)]
    [InlineData(Fault.After, Aftermath.Replaced)]
    [InlineData(Fault.After, Aftermath.Dead)]
    public async Task Whichever_operation_fails_nothing_is_lost_and_nothing_forks(Fault fault, Aftermath aftermath)
    {
        var clean = await PrepareAsync();
        var before = clean.Operations.Log.Count;
        await RunScenarioAsync(clean, aftermath);
        var scenario = clean.Operations.Log.Skip(before).ToArray();
        await AssertWholeAsync(clean, "nothing failed");
        Assert.Equal(4, clean.Ledger.Published.Count - 1);
        Assert.Superset(
            new HashSet<string> { "registry.get", "inbox.open", "inbox.read", "staged.add", "staged.receive", "staged.delete", "staged.peek", "lease.acquire", "lease.release", "journal.write", "sign", "head.replace", "tile.write", "checkpoint.publish", "index.add", "receipt.write", "finished.save" },
            scenario.ToHashSet());

        var struck = 0;
        for (var k = 0; k < scenario.Length; k++)
        {
            var world = await PrepareAsync();
            if (aftermath == Aftermath.Dead)
                world.Operations.CrashAt(k, fault);
            else
                world.Operations.FailAt(k, fault);
            await RunScenarioAsync(world, aftermath);
            struck += world.Operations.HasStruck ? 1 : 0;
            world.Operations.StopFailing();
            await RecoverAsync(world);
            await AssertWholeAsync(world, $"{fault} at operation {k}, {aftermath}");
        }

        // Concurrent receipts share cached tiles, so a run may read a tile less than the first.
        Assert.InRange(struck, scenario.Length - 6, scenario.Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{struck} operations failed, each in turn");
    }

    // A fault while another one is being recovered from: the recovery itself must survive every failure too.
    [Theory]
    [InlineData("head.replace", Fault.After)]
    [InlineData("tile.write", Fault.Before)]
    [InlineData("checkpoint.publish", Fault.After)]
    [InlineData("index.add", Fault.After)]
    [InlineData("receipt.write", Fault.Before)]
    public async Task A_recovery_that_fails_anywhere_is_recovered_from(string crashedIn, Fault fault)
    {
        var operations = int.MaxValue;
        for (var k = 0; k <= operations; k++)
        {
            var world = await PrepareAsync();
            world.Operations.CrashAt(await IndexOfAsync(crashedIn), fault);
            await StageAndDrainAsync(world, Batches[0]);
            Restart(world);

            var before = world.Operations.Log.Count;
            if (operations < int.MaxValue)
                world.Operations.CrashAt(k - 1, k % 2 == 0 ? Fault.Before : Fault.After);
            await RecoverAsync(world);
            if (operations == int.MaxValue)
                operations = world.Operations.Log.Count - before;
            world.Operations.StopFailing();
            await RecoverAsync(world);
            await AssertWholeAsync(world, $"after {crashedIn}, operation {k - 1} of the recovery", Batches[0]);
        }

        Assert.True(operations > 10, $"only {operations} operations");
    }

    // The log crosses from a full first tile into the second during the scenario.
    private static async Task<InMemoryWorld> PrepareAsync()
    {
        var world = new InMemoryWorld();
        world.AddIssuer("registry", "sm3");
        await using var service = world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var old = Enumerable.Range(0, Old).Select(i => new RequestedAct(ActKind.Issue, i) { Digests = [DigestOf(Bytes($"old {i}"))] });
        await world.Staged.AddAsync(Upload("old") with { Acts = [.. old] }, TestContext.Current.CancellationToken);
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);

        // What was answered before the scenario is not of interest after it.
        Assert.Equal(Old, world.Ledger.Anchors.Count);
        world.Inbox.Receipts.Clear();
        return world;
    }

    private static async Task RunScenarioAsync(InMemoryWorld world, Aftermath aftermath)
    {
        var service = world.Start();
        foreach (var (issuer, names) in Batches)
        {
            // Another process holds the lease, so the acts gather and make one batch.
            using (world.Lease.HoldElsewhere())
            {
                foreach (var message in names.Select(name => world.Upload(issuer, name, Bytes(name))).ToArray())
                {
                    if (!await TryAsync(() => service.Intake.HandleAsync(message, TestContext.Current.CancellationToken)))
                    {
                        // The queue delivers the event again.
                        service = After(world, service, aftermath);
                        await service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);
                    }
                }
            }

            if (!await TryAsync(() => service.Sequencer.DrainAsync(TestContext.Current.CancellationToken)))
                service = After(world, service, aftermath);
            Restart(world);
        }
    }

    private static async Task StageAndDrainAsync(InMemoryWorld world, (string Issuer, string[] Names) batch)
    {
        var service = world.Start();
        using (world.Lease.HoldElsewhere())
        {
            foreach (var name in batch.Names)
                await service.Intake.HandleAsync(world.Upload(batch.Issuer, name, Bytes(name)), TestContext.Current.CancellationToken);
        }

        await TryAsync(() => service.Sequencer.DrainAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<int> IndexOfAsync(string operation)
    {
        var world = await PrepareAsync();
        var before = world.Operations.Log.Count;
        await StageAndDrainAsync(world, Batches[0]);
        return world.Operations.Log.Skip(before).ToList().IndexOf(operation);
    }

    private static async Task<bool> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (InjectedFaultException)
        {
            return false;
        }
    }

    private static InMemoryService After(InMemoryWorld world, InMemoryService service, Aftermath aftermath)
    {
        if (aftermath == Aftermath.GoesOn)
            return service;
        Restart(world);
        return world.Start();
    }

    private static void Restart(InMemoryWorld world)
    {
        world.Operations.Restart();
        world.Lease.Expire();
    }

    private static async Task RecoverAsync(InMemoryWorld world)
    {
        world.Lease.Expire();
        var service = world.Start();
        for (var i = 0; i < 4; i++)
        {
            await TryAsync(() => service.Sequencer.DrainAsync(TestContext.Current.CancellationToken));
            world.Time.Advance(InMemoryStagedActs.Invisible);
        }
    }

    private static async Task AssertWholeAsync(InMemoryWorld world, string where, params (string Issuer, string[] Names)[] batches)
    {
        if (batches.Length == 0)
            batches = Batches;
        try
        {
            await Audit.RunAsync(world);
        }
        catch (AuditException exception)
        {
            Assert.Fail($"{where}: {exception.Message}");
        }

        await using var service = world.Start();
        foreach (var name in batches.SelectMany(batch => batch.Names))
            await AssertVerifiedAsync(service, DigestOf(Bytes(name)), $"{where}: {name}");
        var more = batches.Any(batch => batch.Issuer == "registry") ? 1 : 0;
        if (more == 1)
            await AssertVerifiedAsync(service, (await StreamDigest.ComputeAsync(new MemoryStream(Bytes("c")), [DigestAlgorithm.Sm3], null, default))[0], $"{where}: c by SM3");

        var receipts = batches.Sum(batch => batch.Names.Length) + more;
        Assert.True(world.Inbox.Receipts.Count == receipts, $"{where}: {world.Inbox.Receipts.Count} receipts");
        Assert.True(world.Staged.Count == 0, $"{where}: {world.Staged.Count} messages are left");
    }

    private static async Task AssertVerifiedAsync(InMemoryService service, Digest digest, string where)
    {
        var answer = await service.Verifier.VerifyAsync(digest, TestContext.Current.CancellationToken);
        Assert.True(answer.Verdict == Verdict.Verified, $"{where} is not verified");
        Assert.True(answer.Issuers[0].Result.Acts.Count == 1, $"{where} is in effect {answer.Issuers[0].Result.Acts.Count} times");
    }
}
