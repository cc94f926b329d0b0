namespace TrueCopy.Ledger.Tests.Crashes;

/// <summary>Several sequencers at once over one handover, with the lease broken on purpose.</summary>
public sealed class HandoverInterleavingTests
{
    // Each was asked for by somebody who saw the package wait: the receiver accepts it, the holder takes it back, and its time is over.
    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task In_every_interleaving_of_sequencers_one_act_ends_the_waiting_of_a_package(int processes, int switches)
    {
        var outcomes = new HashSet<string>();
        var explored = await InterleavingTests.SampleAsync(switches, async (choose, where) => outcomes.Add(await HandOverAsync(processes, choose, null, where)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings of {processes} sequencers with up to {switches} switches, which came to {string.Join("; ", outcomes.Order())}; seed {Extent.Seed}");
        Assert.True(explored > 50, $"{explored} interleavings");
        Assert.True(outcomes.Count > 1, string.Join("; ", outcomes));
    }

    [Theory]
    [InlineData(Fault.Before)]
    [InlineData(Fault.After)]
    public async Task A_sequencer_that_dies_anywhere_over_a_handover_loses_nothing(Fault fault)
    {
        var explored = 0;
        foreach (var operation in Extent.SampleOf([.. Enumerable.Range(0, 26)], 4))
            explored += await InterleavingTests.ExploreAsync(switches: 1, (choose, where) => HandOverAsync(2, choose, (0, operation, fault), where));
        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings in which one dies, seed {Extent.Seed}");
        Assert.True(explored > 30, $"{explored} interleavings");
    }

    [Fact]
    public async Task A_head_that_is_replaced_without_comparison_is_found_out()
    {
        var found = await Assert.ThrowsAnyAsync<Exception>(() => InterleavingTests.ExploreAsync(switches: 2, (choose, where) => HandOverAsync(2, choose, null, where, Break.HeadWithoutCompareAndSwap)));
        TestContext.Current.TestOutputHelper?.WriteLine(found.Message);
        Assert.True(found is AuditException or TransparencyLog.LogFormatException, found.ToString());
    }

    /// <returns>What the log holds of the handover.</returns>
    private static async Task<string> HandOverAsync(int processes, Func<int, bool, int> choose, (int, int, Fault)? death, string where, Break how = Break.None)
    {
        ActKind[] asked = [ActKind.Received, ActKind.Withdrawn, ActKind.Expired];
        var world = new InMemoryWorld();
        world.Lease.Broken = true;
        world.AddReceiver("lender");
        var parcel = new Parcel("one");
        await using var first = world.Start();
        await parcel.SendAsync(world, first, TestContext.Current.CancellationToken);
        world.BreakOnPurpose(how);
        var staged = asked.Select(kind => parcel.Staged(world, kind)).ToArray();
        var services = Enumerable.Range(0, processes).Select(_ => world.Start()).ToArray();
        var turnstile = new Turnstile(choose);
        string came;
        try
        {
            await turnstile.RunAsync(world, death, [.. services.Select((service, i) => (Func<Task>)(async () =>
            {
                await world.Staged.AddAsync(staged[i], TestContext.Current.CancellationToken);
                await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
            }))]);
            await InterleavingTests.SettleAsync(world, death is null ? services[0] : world.Start());
            await Audit.RunAsync(world);
            var trace = (await first.Traces.TraceAsync(parcel.Id, TestContext.Current.CancellationToken))!;
            came = string.Join(", ", trace.Events.Skip(1).Select(item => item.Act));
            if (death is null && (trace.State == HandoverState.Sent || world.Inbox.All.ContainsKey(parcel.Blob)))
                throw new AuditException($"the package is {trace.State}, and there: {world.Inbox.All.ContainsKey(parcel.Blob)}");
        }
        catch (AuditException exception)
        {
            throw new AuditException($"{where}: {exception.Message} {string.Join(", ", turnstile.Trace)}");
        }

        foreach (var service in services)
            await service.DisposeAsync();
        return came;
    }
}
