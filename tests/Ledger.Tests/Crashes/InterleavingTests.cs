using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Crashes;

/// <summary>
/// Two and three sequencers at once, for the lease is broken on purpose: whichever of them runs when, and whichever dies
/// where, the log never forks and nothing is lost. Small cases are explored to the last interleaving with so many
/// switches away from a process that could go on; larger ones at random.
/// </summary>
public sealed class InterleavingTests
{
    private static readonly Conduct[] Passing = [Conduct.Signs, Conduct.Signs, Conduct.Unreachable, Conduct.Fails, Conduct.SignsWrongly, Conduct.LiesAboutItsSize, Conduct.ClaimsToBeAhead];

    private static int Random => Extent.Of("TRUECOPY_INTERLEAVINGS", 40, 4000);

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task In_every_interleaving_of_sequencers_the_log_only_grows(int processes, int switches)
    {
        var explored = await ExploreAsync(processes, switches, death: null, Break.None);
        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings of {processes} sequencers with up to {switches} switches");
        Assert.True(explored > 50, $"{explored} interleavings");
    }

    // Each has seen the change and staged it.
    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task In_every_interleaving_of_sequencers_a_change_of_the_registry_is_recorded_once(int processes, int switches)
    {
        var explored = await SampleAsync(switches, (choose, where) => ChangeRegistryAsync(processes, choose, null, where));
        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings of {processes} sequencers with up to {switches} switches, seed {Extent.Seed}");
        Assert.True(explored > 40, $"{explored} interleavings");
    }

    // Each has asked the domain and staged what it said.
    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task In_every_interleaving_of_sequencers_what_a_domain_says_is_recorded_once(int processes, int switches)
    {
        var explored = await SampleAsync(switches, (choose, where) => AskDomainAsync(processes, choose, where));
        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings of {processes} sequencers with up to {switches} switches, seed {Extent.Seed}");
        Assert.True(explored > 40, $"{explored} interleavings");
    }

    // Each issues it on other terms, and one suspends it.
    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task In_every_interleaving_of_sequencers_one_issue_of_a_document_counts(int processes, int switches)
    {
        var explored = await SampleAsync(switches, (choose, where) => IssueAgainAsync(processes, choose, where));
        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings of {processes} sequencers with up to {switches} switches, seed {Extent.Seed}");
        Assert.True(explored > 40, $"{explored} interleavings");
    }

    [Theory]
    [InlineData(Fault.Before)]
    [InlineData(Fault.After)]
    public async Task A_sequencer_that_dies_anywhere_over_a_change_of_the_registry_loses_nothing(Fault fault)
    {
        var explored = 0;
        foreach (var operation in Extent.SampleOf([.. Enumerable.Range(0, 26)], 4))
            explored += await ExploreAsync(switches: 1, (choose, where) => ChangeRegistryAsync(2, choose, (0, operation, fault), where));
        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings in which one dies, seed {Extent.Seed}");
        Assert.True(explored > 30, $"{explored} interleavings");
    }

    [Theory]
    [InlineData(Fault.Before)]
    [InlineData(Fault.After)]
    public async Task A_sequencer_that_dies_anywhere_among_others_loses_nothing(Fault fault)
    {
        var explored = 0;
        foreach (var operation in Extent.SampleOf([.. Enumerable.Range(0, 30)], 5))
            explored += await ExploreAsync(2, switches: 1, (0, operation, fault), Break.None);
        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings in which one dies, seed {Extent.Seed}");
        Assert.True(explored > 50, $"{explored} interleavings");
    }

    // The witnesses are the same for both, and the real ones, so that two trees would be seen to be cosigned.
    [Theory]
    [InlineData(null)]
    [InlineData(Fault.Before)]
    [InlineData(Fault.After)]
    public async Task Sequencers_with_the_same_witnesses_show_nothing_that_the_quorum_has_not_signed(Fault? fault)
    {
        var explored = 0;
        var operations = fault is null ? [0] : Extent.SampleOf([.. Enumerable.Range(0, 34)], 4);
        foreach (var operation in operations)
        {
            (int, int, Fault)? death = fault is { } how ? (0, operation, how) : null;
            explored += await ExploreAsync(switches: 1, (choose, where) => RunAsync(2, documents: 1, choose, death, Break.None, where, world => _ = new InMemoryWitnesses(world, 2)));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{explored} interleavings");
        Assert.True(explored > 20, $"{explored} interleavings");
    }

    [Fact]
    public async Task Sequencers_whose_witnesses_come_and_go_at_random_lose_nothing()
    {
        var first = Extent.Seed;
        for (var seed = first; seed < first + (Random / 8); seed++)
        {
            var random = new Random(seed);
            (int, int, Fault)? death = random.Next(2) == 0 ? (random.Next(3), random.Next(40), random.Next(2) == 0 ? Fault.Before : Fault.After) : null;
            InMemoryWitnesses? witnesses = null;
            await RunAsync(
                3,
                documents: 2,
                (count, _) =>
                {
                    witnesses![random.Next(2)] = Passing[random.Next(Passing.Length)];
                    return random.Next(count);
                },
                death,
                Break.None,
                $"seed {seed}",
                world => witnesses = new InMemoryWitnesses(world, 2));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Random / 8} random interleavings from seed {first}");
    }

    [Fact]
    public async Task Three_sequencers_that_run_and_die_at_random_never_fork_the_log()
    {
        var first = Extent.Seed;
        for (var seed = first; seed < first + Random; seed++)
        {
            var random = new Random(seed);
            (int, int, Fault)? death = random.Next(2) == 0 ? (random.Next(3), random.Next(40), random.Next(2) == 0 ? Fault.Before : Fault.After) : null;
            await RunAsync(3, documents: 2, (count, _) => random.Next(count), death, Break.None, $"seed {seed}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Random} random interleavings from seed {first}");
    }

    [Theory]
    [InlineData(Break.HeadWithoutCompareAndSwap)]
    [InlineData(Break.MarksMoveBack)]
    [InlineData(Break.CheckpointBeforeTiles)]
    [InlineData(Break.IndexBeforeCommit)]
    public async Task A_protocol_that_is_broken_on_purpose_is_found_out(Break how)
    {
        var found = await Assert.ThrowsAnyAsync<Exception>(() => ExploreAsync(2, switches: 2, death: null, how));
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: {found.Message}");

        // The audit sees it, or already the next sequencer, which does not go on from what the others made of the head.
        Assert.True(found is AuditException or TransparencyLog.LogFormatException, found.ToString());
    }

    private static Task<int> ExploreAsync(int processes, int switches, (int, int, Fault)? death, Break how) =>
        ExploreAsync(switches, (choose, where) => RunAsync(processes, documents: 1, choose, death, how, where));

    /// <summary>
    /// Every sequence of choices that switches at most so often; or that without a switch, the same with the last process as the
    /// first, and fifty whose switches are anywhere.
    /// </summary>
    internal static async Task<int> SampleAsync(int switches, Func<Func<int, bool, int>, string, Task> runAsync)
    {
        if (Extent.IsExhaustive)
            return await ExploreAsync(switches, runAsync);
        var steps = 0;
        await runAsync(
            (_, _) =>
            {
                steps++;
                return 0;
            },
            "without a switch");
        await runAsync((count, canGoOn) => canGoOn ? 0 : count - 1, "without a switch, the last first");
        for (var seed = Extent.Seed; seed < Extent.Seed + 50; seed++)
        {
            var (step, random) = (0, new Random(seed));
            var switching = Enumerable.Range(0, switches).Select(_ => random.Next(steps)).ToHashSet();
            await runAsync((count, canGoOn) => switching.Contains(step++) || !canGoOn ? random.Next(canGoOn && count > 1 ? 1 : 0, count) : 0, $"seed {seed}");
        }

        return 52;
    }

    /// <summary>Depth first through every sequence of choices that switches at most so often.</summary>
    internal static async Task<int> ExploreAsync(int switches, Func<Func<int, bool, int>, string, Task> runAsync)
    {
        var explored = 0;
        var path = new List<(int Chosen, int Of)>();
        do
        {
            var (step, switched) = (0, 0);
            await runAsync(
                (count, canGoOn) =>
                {
                    var alternatives = canGoOn && switched == switches ? 1 : count;
                    if (step == path.Count)
                        path.Add((0, alternatives));
                    var (chosen, of) = path[step++];
                    Assert.True(of == alternatives, "the same choices make the same run");
                    switched += canGoOn && chosen > 0 ? 1 : 0;
                    return chosen;
                },
                $"interleaving {explored}");
            explored++;
            path.RemoveRange(step, path.Count - step);
            while (path.Count > 0 && path[^1].Chosen + 1 == path[^1].Of)
                path.RemoveAt(path.Count - 1);
            if (path.Count > 0)
                path[^1] = (path[^1].Chosen + 1, path[^1].Of);
        }
        while (path.Count > 0);

        return explored;
    }

    private static async Task RunAsync(int processes, int documents, Func<int, bool, int> choose, (int, int, Fault)? death, Break how, string where, Action<InMemoryWorld>? prepare = null)
    {
        var world = new InMemoryWorld();
        world.Lease.Broken = true;
        prepare?.Invoke(world);
        await using var first = world.Start();
        await first.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        world.BreakOnPurpose(how);

        var services = Enumerable.Range(0, processes).Select(_ => world.Start()).ToArray();
        var names = Enumerable.Range(0, processes * documents).Select(i => $"document {i}").ToArray();
        var turnstile = new Turnstile(choose);
        try
        {
            await turnstile.RunAsync(
                world,
                death,
                [.. services.Select((service, i) => (Func<Task>)(() => IssueAsync(world, service, names[(i * documents)..((i + 1) * documents)])))]);
            // Those who failed a moment ago are left alone for so long.
            if (world.Witnesses is { } witnesses)
            {
                (witnesses[0], witnesses[1]) = (Conduct.Signs, Conduct.Signs);
                world.Time.Advance(new WitnessingOptions().MaxRest);
            }

            foreach (var name in names.Where(name => !world.Inbox.Receipts.Keys.Any(key => key.Source.Path == name)))
                await first.Intake.HandleAsync(world.Upload("bank", name, Bytes(name)), TestContext.Current.CancellationToken);

            // Whoever is left picks up the rest: a process that took part if none died, so that what it remembers is put to the test.
            await SettleAsync(world, death is null ? services[0] : world.Start());
            await Audit.RunAsync(world);
            foreach (var name in names)
            {
                var answer = await first.Verifier.VerifyAsync(DigestOf(Bytes(name)), TestContext.Current.CancellationToken);
                if (answer.Verdict != Verdict.Verified)
                    throw new AuditException($"{name} is {answer.Verdict}");
            }
        }
        catch (AuditException exception)
        {
            throw new AuditException($"{where}: {exception.Message} {string.Join(", ", turnstile.Trace)}");
        }

        foreach (var service in services)
            await service.DisposeAsync();
    }

    private static async Task ChangeRegistryAsync(int processes, Func<int, bool, int> choose, (int, int, Fault)? death, string where)
    {
        var world = new InMemoryWorld();
        world.Lease.Broken = true;
        await using var first = world.Start();
        await first.Housekeeping.RunAsync(TestContext.Current.CancellationToken);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The Bank, renamed", ["jurisdiction"] = "HK" });

        var services = Enumerable.Range(0, processes).Select(_ => world.Start()).ToArray();
        var turnstile = new Turnstile(choose);
        try
        {
            await turnstile.RunAsync(world, death, [.. services.Select(service => (Func<Task>)(() => WatchAsync(service)))]);
            await SettleAsync(world, death is null ? services[0] : world.Start());
            await Audit.RunAsync(world);
            var names = (await new IssuerHistory(world.Ledger.Tables).FindAsync("bank", TestContext.Current.CancellationToken)).Select(record => record.Issuer.LegalName);
            if (!names.SequenceEqual(["The bank Ltd", "The Bank, renamed"]))
                throw new AuditException($"the log says {string.Join(", ", names)}");
        }
        catch (AuditException exception)
        {
            throw new AuditException($"{where}: {exception.Message} {string.Join(", ", turnstile.Trace)}");
        }

        foreach (var service in services)
            await service.DisposeAsync();
    }

    private static async Task AskDomainAsync(int processes, Func<int, bool, int> choose, string where)
    {
        var world = new InMemoryWorld();
        world.Lease.Broken = true;
        world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The bank Ltd", ["jurisdiction"] = "HK", ["domain"] = "bank.hk" });
        await using var first = world.Start();
        await first.Housekeeping.RunAsync(TestContext.Current.CancellationToken);
        var outcome = new DomainOutcome("bank.hk", DomainWord.Confirmed, world.Time.GetUtcNow());

        var services = Enumerable.Range(0, processes).Select(_ => world.Start()).ToArray();
        var turnstile = new Turnstile(choose);
        try
        {
            await turnstile.RunAsync(world, null, [.. services.Select((service, i) => (Func<Task>)(async () =>
            {
                await world.Staged.AddAsync(new RegistryChange(world.Inbox.IssuerOf("issuer-bank"), outcome with { At = outcome.At.AddSeconds(i) }), TestContext.Current.CancellationToken);
                await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
            }))]);
            await SettleAsync(world, services[0]);
            await Audit.RunAsync(world);
            var said = await new DomainHistory(world.Ledger.Tables).FindAsync("bank", TestContext.Current.CancellationToken);
            if (said.Count != 1)
                throw new AuditException($"the log says {said.Count} times what the domain says");
        }
        catch (AuditException exception)
        {
            throw new AuditException($"{where}: {exception.Message} {string.Join(", ", turnstile.Trace)}");
        }

        foreach (var service in services)
            await service.DisposeAsync();
    }

    private static async Task IssueAgainAsync(int processes, Func<int, bool, int> choose, string where)
    {
        var world = new InMemoryWorld();
        world.Lease.Broken = true;
        await using var first = world.Start();
        await first.Intake.HandleAsync(world.Upload("bank", "first", Bytes("document")), TestContext.Current.CancellationToken);
        var services = Enumerable.Range(0, processes).Select(_ => world.Start()).ToArray();
        var turnstile = new Turnstile(choose);
        try
        {
            await turnstile.RunAsync(world, null, [.. services.Select((service, i) => (Func<Task>)(async () =>
            {
                world.Time.Advance(TimeSpan.FromSeconds(1));
                var bank = world.Inbox.IssuerOf("issuer-bank");
                var act = new RequestedAct(i == 0 ? ActKind.Suspend : ActKind.Issue, 0) { Digests = [DigestOf(Bytes("document"))], Type = i == 0 ? null : $"{i}" };
                var upload = new StagedUpload(new BlobVersion(bank.Container, $"{i}", "0x1"), bank, world.Time.GetUtcNow(), i == 0 ? AnswerForm.OfActList : AnswerForm.OfDocument, [act]);
                await world.Staged.AddAsync(upload, TestContext.Current.CancellationToken);
                await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
            }))]);
            await SettleAsync(world, services[0]);

            // Which of the issues count depends on who came first; that one does, and as the log says, is what the audit looks at.
            await Audit.RunAsync(world);
            var answer = await first.Verifier.VerifyAsync(DigestOf(Bytes("document")), TestContext.Current.CancellationToken);
            if (answer.Verdict != Verdict.Suspended)
                throw new AuditException($"the document is {answer.Verdict}");
        }
        catch (AuditException exception)
        {
            throw new AuditException($"{where}: {exception.Message} {string.Join(", ", turnstile.Trace)}");
        }

        foreach (var service in services)
            await service.DisposeAsync();
    }

    private static async Task WatchAsync(InMemoryService service)
    {
        await service.Registry.CheckAsync(TestContext.Current.CancellationToken);
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
    }

    private static async Task IssueAsync(InMemoryWorld world, InMemoryService service, string[] names)
    {
        foreach (var name in names)
            await service.Intake.HandleAsync(world.Upload("bank", name, Bytes(name)), TestContext.Current.CancellationToken);
    }

    /// <summary>Has one process pick up the rest, and requires that nothing is left.</summary>
    internal static async Task SettleAsync(InMemoryWorld world, InMemoryService service)
    {
        for (var i = 0; i < 3; i++)
        {
            world.Time.Advance(StagedActs.Invisible);
            await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
            await world.Answers.DeliverAsync(service.Answers, TestContext.Current.CancellationToken);
        }

        if (world.Staged.Count + world.Answers.Count > 0)
            throw new AuditException($"{world.Staged.Count} messages are left, {world.Answers.Count} answers are owed");
        Audit.RequireAnswered(world);
    }
}
