using System.Collections.Concurrent;

namespace TrueCopy.Ledger.Tests.Crashes;

/// <summary>
/// Every request to storage and keys of a scenario, one at a time, fails without effect, or takes effect and reports failure;
/// then the process goes on, is replaced, or is dead at once. Or its answer is lost and it is sent again, as the SDK does. Whatever was uploaded ends up in the log, in effect
/// once, with a receipt, and everything that was ever handed out still holds.
/// </summary>
public sealed class CrashTests
{
    // To make a log of 65,000 entries takes seconds, and every run begins with a copy.
    private static readonly ConcurrentDictionary<Scenario, Lazy<Task<InMemoryWorld>>> Prepared = new(ReferenceEqualityComparer.Instance);

    public static TheoryData<string, Fault, Aftermath> EveryScenario => new(
        from name in Scenario.All.Keys
        where name.Contains(Extent.Part("TRUECOPY_SCENARIO"), StringComparison.Ordinal)
        from fault in Enum.GetValues<Fault>()
        from aftermath in Enum.GetValues<Aftermath>()
        where fault != Fault.Again || aftermath == Aftermath.GoesOn
        where Scenario.All[name].Entries < 10_000 || (fault, aftermath) == (Fault.After, Aftermath.Dead) || Extent.IsExhaustive
        select new TheoryDataRow<string, Fault, Aftermath>(name, fault, aftermath));

    [Theory]
    [MemberData(nameof(EveryScenario))]
    public async Task Whichever_operation_fails_nothing_is_lost_doubled_or_forked(string scenario, Fault fault, Aftermath aftermath)
    {
        var struck = await StrikeEverywhereAsync(Scenario.All[scenario], fault, aftermath, Break.None);
        TestContext.Current.TestOutputHelper?.WriteLine($"{struck} operations failed, each in turn; seed {Extent.Seed}");
    }

    // The recovery itself must survive every failure too.
    [Theory]
    [InlineData("head.write", Fault.After)]
    [InlineData("tile.write", Fault.Before)]
    [InlineData("checkpoint.write", Fault.After)]
    [InlineData("index.insert", Fault.After)]
    [InlineData("receipt.write", Fault.After)]
    [InlineData("finished.write", Fault.After)]
    [InlineData("receipt.write", Fault.Before)]
    public async Task A_recovery_that_fails_anywhere_is_recovered_from(string crashedIn, Fault fault)
    {
        var scenario = Scenario.All["batches over the end of a tile"];
        scenario = scenario with { Tell = story => story.IssueAsync("bank", "a", "b"), Standings = scenario.Standings[..2] };
        var prepared = await scenario.PrepareAsync();
        var clean = prepared.Copy();
        await scenario.Tell(new Story(clean, Aftermath.Dead));
        var at = clean.Operations.Log.ToList().IndexOf(crashedIn);

        var operations = await RecoverAsync(null);
        var victims = Extent.SampleOf([.. Enumerable.Range(0, operations)], 8);
        foreach (var k in victims)
            await RecoverAsync(k);
        Assert.True(operations > 10, $"only {operations} operations");
        TestContext.Current.TestOutputHelper?.WriteLine($"{victims.Count} of {operations} operations of the recovery failed, each in turn; seed {Extent.Seed}");

        async Task<int> RecoverAsync(int? failing)
        {
            var world = prepared.Copy();
            world.Operations.CrashAt(at, fault);
            await scenario.Tell(new Story(world, Aftermath.Dead));
            world.Operations.Restart();

            var before = world.Operations.Log.Count;
            if (failing is { } k)
                world.Operations.CrashAt(k, k % 2 == 0 ? Fault.Before : Fault.After);
            await Story.RecoverAsync(world);
            var made = world.Operations.Log.Count - before;
            world.Operations.StopFailing();
            await Story.RecoverAsync(world);
            await scenario.AssertWholeAsync(world, $"after {crashedIn}, operation {failing} of the recovery");
            return made;
        }
    }

    /// <summary>What witnesses do while operations fail: the second of them, until everything is picked up.</summary>
    public static TheoryData<Conduct, Aftermath> WitnessStories => new MatrixTheoryData<Conduct, Aftermath>(
        [Conduct.Signs, Conduct.Unreachable, Conduct.IsLate, Conduct.SignsWrongly, Conduct.Fails, Conduct.LiesAboutItsSize],
        [Aftermath.GoesOn, Aftermath.Dead]);

    [Theory]
    [MemberData(nameof(WitnessStories))]
    public async Task Whichever_operation_fails_nothing_is_shown_that_the_quorum_has_not_signed(Conduct conduct, Aftermath aftermath)
    {
        var scenario = Scenario.Witnessed(conduct);
        foreach (var fault in Enum.GetValues<Fault>().Where(fault => fault != Fault.Again || aftermath == Aftermath.GoesOn))
            await StrikeEverywhereAsync(scenario, fault, aftermath, Break.None);
    }

    // A log that goes on without its witnesses, held to the rule of one that does not.
    [Fact]
    public async Task Publishing_without_the_quorum_is_found_out()
    {
        var scenario = Scenario.Witnessed(Conduct.Unreachable);
        var world = (await scenario.PrepareAsync()).Copy();
        _ = new InMemoryWitnesses(world, 2, failOpen: true) { [1] = Conduct.Unreachable };
        await new Story(world, Aftermath.GoesOn).IssueAsync("bank", "a");
        await Story.RecoverAsync(world);
        await Audit.RunAsync(world);
        _ = new InMemoryWitnesses(world, 2);
        var found = await Assert.ThrowsAsync<AuditException>(() => Audit.RunAsync(world));
        Assert.Contains("the quorum has not signed", found.Message, StringComparison.Ordinal);
    }

    // What a crash test is worth shows when the protocol is wrong.
    [Theory]
    [InlineData(Break.CheckpointBeforeTiles)]
    [InlineData(Break.IndexBeforeCommit)]
    [InlineData(Break.DeleteBeforePublish)]
    [InlineData(Break.NothingIsFinishedLater)]
    [InlineData(Break.AnswersAreNotQueued)]
    public async Task A_protocol_that_is_broken_on_purpose_is_found_out(Break how)
    {
        var scenario = Scenario.All["batches over the end of a tile"];

        // Who is dead owes nothing by itself; who goes on does.
        var (fault, aftermath) = how == Break.AnswersAreNotQueued ? (Fault.Before, Aftermath.GoesOn) : (Fault.After, Aftermath.Dead);
        var found = await Assert.ThrowsAnyAsync<Exception>(() => StrikeEverywhereAsync(scenario, fault, aftermath, how));
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: {found.Message}");
        Assert.True(found is AuditException or TileNotFoundException, found.ToString());
    }

    // A package that nobody deletes once that has failed.
    [Fact]
    public async Task A_deletion_that_is_not_owed_is_found_out()
    {
        var scenario = Scenario.All["packages that are handed over"] with
        {
            Tell = async story =>
            {
                story.World.AddReceiver("lender");
                await story.RunTimerAsync();
                await story.SendAsync("b");
                await story.HandOverAsync("b", ActKind.Declined);
            },
            Outcomes = [new Outcome("b", ActKind.Handover, ActKind.Declined)],
        };
        var found = await Assert.ThrowsAsync<AuditException>(() => StrikeEverywhereAsync(scenario, Fault.Before, Aftermath.GoesOn, Break.AnswersAreNotQueued));
        Assert.Contains("the package b is still there", found.Message, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(found.Message);
    }

    private static async Task<int> StrikeEverywhereAsync(Scenario scenario, Fault fault, Aftermath aftermath, Break how)
    {
        var prepared = await Prepared.GetOrAdd(scenario, each => new(each.PrepareAsync)).Value;
        var clean = prepared.Copy();
        clean.BreakOnPurpose(how);
        await scenario.Tell(new Story(clean, aftermath));
        var operations = clean.Operations.Log.Count;
        await Story.RecoverAsync(clean);
        await scenario.AssertWholeAsync(clean, "nothing failed");

        // What is broken on purpose has to be found in any case.
        var sample = how != Break.None ? operations : 3;
        var victims = Extent.SampleOf([.. Enumerable.Range(0, operations)], sample, salt: (int)fault + (3 * (int)aftermath));
        var struck = 0;
        foreach (var k in victims)
        {
            var world = prepared.Copy();
            world.BreakOnPurpose(how);
            if (aftermath == Aftermath.Dead)
                world.Operations.CrashAt(k, fault);
            else
                world.Operations.FailAt(k, fault);
            await scenario.Tell(new Story(world, aftermath));
            struck += world.Operations.HasStruck ? 1 : 0;
            world.Operations.StopFailing();
            await Story.RecoverAsync(world);
            await scenario.AssertWholeAsync(world, $"{fault} at operation {k} ({clean.Operations.Log[k]}), {aftermath}");
        }

        // Concurrent receipts share cached tiles, so a run may read a tile or two less than the first.
        Assert.InRange(struck, victims.Count == operations ? Math.Max(Math.Min(10, operations), operations - 8) : victims.Count / 2, victims.Count);
        return struck;
    }
}
