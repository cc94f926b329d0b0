namespace TrueCopy.Ledger.Tests.Handovers;

/// <summary>
/// The life of handovers against a small model that shares no code with the service: whatever is asked for, in any order, twice, late and
/// at the same time, the log holds what the model allows, and whoever asked was told so.
/// </summary>
public sealed class HandoverModelTests
{
    private const int Handovers = 3;

    private static readonly string[] Steps =
    [
        "announce", "upload", "deliver", "deliver", "again", "receive", "receive", "receive", "decline", "use", "use", "use twice", "withdraw", "forge", "forge withdrawal",
        "second upload", "drop", "day", "month", "drain", "restart", "hold", "let go", "let go",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_life_of_a_handover_is_that_of_the_model_whatever_is_asked_for_in_any_order()
    {
        var lives = Extent.Of("TRUECOPY_HANDOVERS", 40, 3000);
        var acts = 0;
        for (var seed = Extent.Seed; seed < Extent.Seed + lives; seed++)
            acts += await RunAsync(seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"{lives} histories with {acts} acts in the log, from seed {Extent.Seed}");
        Assert.True(acts > lives, $"only {acts} acts");
    }

    // What a property is worth shows when what it is held to is wrong.
    [Fact]
    public void The_model_tells_apart_what_it_is_to_tell_apart()
    {
        Assert.False(Model.Allows("waits", "used"));
        Assert.True(Model.Allows("received", "used"));
        Assert.False(Model.Allows("declined", "withdrawn"));
        Assert.False(Model.Allows("withdrawn", "used"));
        Assert.False(Model.Allows("received", "expired"));
    }

    private static async Task<int> RunAsync(int seed)
    {
        var random = new Random(seed);
        var world = new InMemoryWorld();
        world.AddReceiver("lender");
        var models = Enumerable.Range(0, Handovers).Select(i => new Model(new Parcel($"{seed} {i}"))).ToArray();
        var service = world.Start();
        await service.Housekeeping.RunAsync(Stop);
        var trace = new List<string>();
        try
        {
            // Most are sent; what comes before that is tried with the others.
            foreach (var model in models.Skip(1))
            {
                await model.AnnounceAsync(service);
                model.Events.Add(model.Parcel.Upload(world));
                if (random.Next(2) == 0)
                    await StepAsync(world, service, model, "deliver", random);
            }

            for (var step = 0; step < 40; step++)
            {
                var model = models[random.Next(Handovers)];
                var what = Steps[random.Next(Steps.Length)];
                trace.Add($"{Array.IndexOf(models, model)} {what}");
                if (what == "restart")
                    service = world.Start();
                else
                    await StepAsync(world, service, model, what, random);
            }

            world.Staged.LetGo();
            for (var i = 0; i < 3; i++)
            {
                world.Time.Advance(StagedActs.Invisible);
                await service.Housekeeping.RunAsync(Stop);
                await world.Answers.DeliverAsync(service.Answers, Stop);
            }

            foreach (var model in models)
                await model.CheckAsync(world, service);
            await Audit.RunAsync(world);
            if (world.Staged.Count + world.Answers.Count > 0)
                throw new AuditException($"{world.Staged.Count} messages are left, {world.Answers.Count} answers are owed");
        }
        catch (Exception exception) when (exception is AuditException or HandoverRefusedException)
        {
            throw new AuditException($"seed {seed}: {exception.Message} {string.Join(", ", trace)}");
        }

        return models.Sum(model => model.Log.Count);
    }

    private static async Task StepAsync(InMemoryWorld world, InMemoryService service, Model model, string what, Random random)
    {
        var parcel = model.Parcel;
        switch (what)
        {
            case "announce":
                await model.AnnounceAsync(service);
                break;
            case "upload" when model.IsAnnounced && !world.Inbox.All.ContainsKey(parcel.Blob):
                model.Events.Add(parcel.Upload(world));
                break;

            // Storage lets the address write once more when the blob is gone.
            case "second upload" when model.IsAnnounced && !world.Inbox.All.ContainsKey(parcel.Blob):
                model.Events.Add(parcel.Upload(world, [.. parcel.Sealed, (byte)random.Next(256)]));
                break;
            case "deliver" or "again" when model.Events.Count > 0:
                await service.Intake.HandleAsync(model.Events[what == "again" ? random.Next(model.Events.Count) : ^1], Stop);
                break;
            case "receive":
                await model.AskAsync(world, service, "received", () => service.Handovers.ActAsync("lender", parcel.Id, parcel.Act(ActKind.Received), Stop));
                break;
            case "decline":
                await model.AskAsync(world, service, "declined", () => service.Handovers.ActAsync("lender", parcel.Id, parcel.Act(ActKind.Declined), Stop));
                break;
            case "use":
                await UseAsync(random.Next(4));
                break;
            case "use twice":
                await Task.WhenAll(UseAsync(random.Next(4)), UseAsync(random.Next(4)));
                break;
            case "withdraw":
                await model.AskAsync(world, service, "withdrawn", () => service.Handovers.WithdrawAsync(parcel.Id, parcel.WithdrawKey, Stop));
                break;
            case "forge":
                await Model.AskInVainAsync(() => service.Handovers.ActAsync("lender", parcel.Id, parcel.Act(ActKind.Received) with { Proof = parcel.WithdrawKey }, Stop));
                break;
            case "forge withdrawal":
                await Model.AskInVainAsync(() => service.Handovers.WithdrawAsync(parcel.Id, parcel.ConsentProof, Stop));
                break;

            // Acts that were admitted by whoever looked before the others were in the log, in any order.
            case "drop" when world.Inbox.All.ContainsKey(parcel.Blob) && model.State == "waits":
                ActKind[] kinds = [ActKind.Received, ActKind.Declined, ActKind.Withdrawn, ActKind.Received];
                random.Shuffle(kinds);
                foreach (var kind in kinds)
                    await world.Staged.AddAsync(parcel.Staged(world, kind), Stop);
                break;
            case "day":
                world.Time.Advance(TimeSpan.FromDays(1));
                await service.Housekeeping.RunAsync(Stop);
                break;
            case "month" when random.Next(4) == 0:
                world.Time.Advance(TimeSpan.FromDays(31));
                await service.Housekeeping.RunAsync(Stop);
                break;
            case "drain":
                await service.Sequencer.DrainAsync(Stop);
                break;
            case "hold":
                world.Staged.Hold();
                break;
            case "let go":
                world.Staged.LetGo();
                break;
        }

        await model.FollowAsync(world);

        Task UseAsync(int use) => model.AskAsync(world, service, "used", () => service.Handovers.ActAsync("lender", parcel.Id, parcel.Act(ActKind.Used, use), Stop));
    }

    /// <summary>What the rules of the design say in a table, and what the log came to.</summary>
    private sealed class Model(Parcel parcel)
    {
        private readonly HashSet<string> _told = [];

        public Parcel Parcel => parcel;

        public List<byte[]> Events { get; } = [];

        public bool IsAnnounced { get; private set; }

        public string State { get; private set; } = "nothing";

        /// <summary>The acts of the handover in the log, in its order.</summary>
        public List<string> Log { get; } = [];

        public static bool Allows(string state, string act) => (state, act) switch
        {
            ("nothing", "handover") => true,
            ("waits", "received" or "declined" or "withdrawn" or "expired") => true,
            ("received", "used" or "withdrawn") => true,
            _ => false,
        };

        public async Task AnnounceAsync(InMemoryService service)
        {
            try
            {
                await service.Requests.AnnounceAsync(parcel.Request, Stop);
                IsAnnounced = true;
            }
            catch (HandoverRefusedException refused) when (refused.Fault == HandoverFault.Conflict && Events.Count > 0)
            {
                // Something was uploaded.
            }
        }

        /// <summary>Asks for what may be refused; whoever is told that it is recorded finds it in the log for ever.</summary>
        public async Task AskAsync(InMemoryWorld world, InMemoryService service, string act, Func<Task<HandoverEventDocument?>> ask)
        {
            var before = State;
            try
            {
                if (await ask() is { } recorded)
                    _told.Add($"{WireName.Of(recorded.Act)} {recorded.LogIndex}");
            }
            catch (HandoverRefusedException refused)
            {
                // Refused is only what the state before, or what it came to meanwhile, does not allow.
                await FollowAsync(world);
                if (Allows(before, act) && Allows(State, act))
                    throw new AuditException($"{act} after {before} was refused: {refused.Rejection.Cause}");
            }
        }

        public static async Task AskInVainAsync(Func<Task<HandoverEventDocument?>> ask)
        {
            try
            {
                await ask();
            }
            catch (HandoverRefusedException)
            {
                return;
            }

            throw new AuditException("a forged proof was taken");
        }

        /// <summary>Goes on with what the log has come to since.</summary>
        public Task FollowAsync(InMemoryWorld world)
        {
            var rows = world.Ledger.IndexedActs.Where(row => row.Unpublished.Reference == parcel.Id).OrderBy(row => row.LogIndex).ToArray();
            foreach (var row in rows.Skip(Log.Count))
            {
                var act = WireName.Of(row.Entry.Kind);
                if (!Allows(State, act))
                    throw new AuditException($"{act} came after {State}");
                State = act switch { "handover" => "waits", "used" => State, _ => act };
                Log.Add($"{act} {row.LogIndex}");
            }

            return Task.CompletedTask;
        }

        public async Task CheckAsync(InMemoryWorld world, InMemoryService service)
        {
            await FollowAsync(world);
            if (!_told.IsSubsetOf(Log))
                throw new AuditException("somebody was told of an act that the log does not hold");
            var trace = await service.Traces.TraceAsync(parcel.Id, Stop);
            var expected = State switch { "nothing" => IsAnnounced ? "announced" : null, "waits" => "sent", _ => State };
            if ((trace is null ? null : WireName.Of(trace.State)) != expected && !(expected == "announced" && trace!.State == HandoverState.Refused))
                throw new AuditException($"the trace says {trace?.State} of what is {expected}");
            if (trace is not null && !trace.Events.Select(item => $"{WireName.Of(item.Act)} {item.LogIndex}").SequenceEqual(Log))
                throw new AuditException("the trace does not tell what the log holds");
            if (State is not ("nothing" or "waits") && world.Inbox.All.TryGetValue(parcel.Blob, out var blob) && Events.Count == 1)
                throw new AuditException($"the package is there, {blob.ETag}, though its handover is {State}");
        }
    }
}
