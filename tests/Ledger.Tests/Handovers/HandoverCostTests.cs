namespace TrueCopy.Ledger.Tests.Handovers;

/// <summary>What a handover costs in requests to storage: counted, so the same on every machine.</summary>
public sealed class HandoverCostTests
{
    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handover_that_is_sent_traced_received_and_used_costs_so_many_requests_by_itself()
    {
        _world.AddReceiver("lender");
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        await new Parcel("first").SendAsync(_world, service, Stop);
        var parcel = new Parcel("one");

        // To begin with whether the receiver is there, once in half a minute.
        await CostAsync(() => service.Requests.AnnounceAsync(parcel.Request, Stop), most: 2, "handovers.insert");
        var message = parcel.Upload(_world);
        await CostAsync(() => service.Intake.HandleAsync(message, Stop), most: 45, "handovers.query", "package.open", "inbox.read", "staged.send", "handovers.upsert", "index.insert", "sign");
        await CostAsync(() => service.Traces.TraceAsync(parcel.Id, Stop), most: 5, "handovers.query", "index.query");
        await CostAsync(() => service.Receivers.GetPackageAsync("lender", parcel.Id, Stop), most: 3, "handovers.query", "index.query", "package.find");
        await CostAsync(() => service.Handovers.ActAsync("lender", parcel.Id, parcel.Act(ActKind.Received), Stop), most: 45, "handovers.query", "index.query", "staged.send", "package.delete", "sign");
        await CostAsync(() => service.Handovers.ActAsync("lender", parcel.Id, parcel.Act(ActKind.Used), Stop), most: 42, "handovers.query", "index.query", "staged.send", "sign");
    }

    // The log's own cost is shared by all that one batch holds.
    [Fact]
    public async Task In_a_batch_of_many_a_handover_costs_seven_requests_and_an_act_five()
    {
        _world.AddReceiver("lender");
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        var parcels = Enumerable.Range(0, 30).Select(i => new Parcel($"{i}")).ToArray();
        using (_world.Lease.HoldElsewhere())
        {
            foreach (var parcel in parcels)
                await parcel.SendAsync(_world, service, Stop);
        }

        var names = await DrainAsync(service);

        // Looked up, twice noted, a row of the index, and the message; what the partitions of the index share is less than one each.
        Assert.Equal((30, 60, 30), (names["handovers.query"], names["handovers.upsert"], names["staged.delete"]));
        Assert.InRange(names.Values.Sum(), 120, (7 * 30) + 30);
        foreach (var parcel in parcels)
            await _world.Staged.AddAsync(parcel.Staged(_world, ActKind.Received), Stop);
        names = await DrainAsync(service);
        Assert.Equal((30, 30, 30, 30), (names["handovers.query"], names["index.query"], names["staged.delete"], names["package.delete"]));
        Assert.InRange(names.Values.Sum(), 120, (5 * 30) + 30);
        await Audit.RunAsync(_world);
    }

    private async Task CostAsync(Func<Task> action, int most, params string[] expected)
    {
        var before = _world.Operations.Log.Count;
        await action();
        var names = _world.Operations.Log.Skip(before).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"{names.Length}: {string.Join(", ", names.GroupBy(name => name).Select(name => $"{name.Count()} {name.Key}"))}");
        Assert.True(names.Length <= most, $"{names.Length} requests: {string.Join(", ", names)}");
        Assert.Subset(names.ToHashSet(), expected.ToHashSet());
    }

    private async Task<Dictionary<string, int>> DrainAsync(InMemoryService service)
    {
        var before = _world.Operations.Log.Count;
        await service.Sequencer.DrainAsync(Stop);
        var names = _world.Operations.Log.Skip(before).GroupBy(name => name).ToDictionary(name => name.Key, name => name.Count());
        TestContext.Current.TestOutputHelper?.WriteLine($"{names.Values.Sum()}: {string.Join(", ", names.Select(name => $"{name.Value} {name.Key}"))}");
        return names;
    }
}
