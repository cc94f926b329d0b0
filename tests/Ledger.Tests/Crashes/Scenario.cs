using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Crashes;

/// <summary>How a document stands at the end.</summary>
/// <param name="Name">The document, whose content is its name.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Acts">How many acts are in effect on it.</param>
internal sealed record Standing(string Name, Verdict Verdict = Verdict.Verified, int? Acts = 1);

/// <summary>How a handover has come out at the end.</summary>
/// <param name="Name">The parcel's name.</param>
/// <param name="Acts">What the log holds of it, in order.</param>
internal sealed record Outcome(string Name, params ActKind[] Acts);

/// <summary>Something that happens to a log, and how everything stands afterwards whatever failed on the way.</summary>
/// <param name="Entries">How many entries the log has before.</param>
/// <param name="Tell">What happens.</param>
/// <param name="Standings">How it ends.</param>
internal sealed record Scenario(int Entries, Func<Story, Task> Tell, params Standing[] Standings)
{
    /// <summary>Every scenario by its name.</summary>
    public static readonly IReadOnlyDictionary<string, Scenario> All = new Dictionary<string, Scenario>
    {
        ["a new log"] = new(0, story => story.IssueAsync("bank", "a"), new Standing("a")),

        // The second issuer has two algorithms, so "c" is two acts.
        ["batches over the end of a tile"] = new(
            254,
            async story =>
            {
                await story.IssueAsync("bank", "a", "b");
                await story.IssueAsync("registry", "c");
                await story.IssueAsync("bank", "d", "e", "f");
            },
            [.. "abcdef".Select(name => new Standing(name.ToString()))]),

        ["batches that end at 254, 256 and 258"] = new(
            252,
            async story =>
            {
                foreach (var name in new[] { "a", "b", "c" })
                    await story.IssueAsync("bank", name);
            },
            [.. "abc".Select(name => new Standing(name.ToString()))]),

        ["a batch over the end of a tile of the second level"] = new(
            65_534,
            story => story.IssueAsync("bank", "a", "b", "c"),
            [.. "abc".Select(name => new Standing(name.ToString()))]),

        ["a manifest in parts"] = new(
            5,
            story => story.IssueManifestAsync(["a", "b", "c"], ["d", "e"], ["f"]),
            [.. "abcdef".Select(name => new Standing(name.ToString()))]),

        ["lists of acts"] = new(
            5,
            async story =>
            {
                await story.IssueAsync("bank", "a", "b", "c", "d");
                await story.ActAsync("bank", Line("revoke", "a"), Line("suspend", "b"), Supersede("c", "d"));
                await story.ActAsync("bank", Line("reinstate", "b"), Line("suspend", "d"));
            },
            new Standing("a", Verdict.Revoked, 2),
            new Standing("b", Verdict.Verified, 3),
            new Standing("c", Verdict.Superseded, 2),
            new Standing("d", Verdict.Suspended, 2)),

        // What is issued again meets a suspension in its batch, or one that was committed before it; how many are refused is a matter of that.
        ["documents that are issued again"] = new(
            5,
            async story =>
            {
                await story.IssueAsync("bank", "a", "b");
                await story.UploadAsync(Again("a", 1), Again("a", 2), story.World.Upload("bank", "b.acts.jsonl", Bytes(Line("suspend", "b"))), Again("b", 1));
                story.World.Time.Advance(TimeSpan.FromSeconds(1));
                await story.UploadAsync(story.World.Upload("bank", "a.acts.jsonl", Bytes(Line("suspend", "a") + "\n" + Line("reinstate", "b"))));
                await story.UploadAsync(Again("b", 2));

                byte[] Again(string name, int time) =>
                    InMemoryWorld.EventOf(story.World.Inbox.Put("issuer-bank", $"{name} again {time}", Bytes(name), new() { ["type"] = $"{time}" }));
            },
            new Standing("a", Verdict.Suspended, null),
            new Standing("b", Verdict.Verified, null)),

        ["documents that are deleted"] = new(
            5,
            async story =>
            {
                await story.IssueAsync("forgetful", "a", "b");
                await story.IssueAsync("forgetful", "c");
            },
            [.. "abc".Select(name => new Standing(name.ToString()))]),

        ["a key that gives way to another"] = new(
            5,
            async story =>
            {
                INoteSigner[] before = [.. story.World.Identity.Signers];
                var next = InMemoryWorld.NewEcdsa();
                await story.IssueAsync("bank", "a");
                Rotate(story, [next, .. before]);
                await story.IssueAsync("bank", "b");
                Rotate(story, next, before[1]);
                await story.RunTimerAsync();
                await story.IssueAsync("bank", "c");
            },
            [.. "abc".Select(name => new Standing(name.ToString()))]),

        ["an index that fails for a while"] = new(
            5,
            async story =>
            {
                story.World.Operations.Hook = operation => operation is { Name: "index.insert", Moment: Fault.Before }
                    ? Task.FromException(new InjectedFaultException(operation.Name))
                    : Task.CompletedTask;
                await story.IssueAsync("bank", "a", "b");
                await story.IssueAsync("bank", "c");
                story.World.Operations.Hook = null;
                await story.IssueAsync("bank", "d");
            },
            [.. "abcd".Select(name => new Standing(name.ToString()))]),

        ["a change of the registry"] = new(
            5,
            async story =>
            {
                await story.IssueAsync("bank", "a");
                story.World.Time.Advance(TimeSpan.FromMinutes(2));
                story.World.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The Bank, renamed", ["jurisdiction"] = "HK" });
                await story.RunTimerAsync();
                await story.IssueAsync("bank", "b");
            },
            [.. "ab".Select(name => new Standing(name.ToString()))]),

        ["a document that is overwritten twice and deleted"] = new(
            5,
            async story =>
            {
                foreach (var content in (string[])["a", "b", "a"])
                {
                    story.World.Time.Advance(TimeSpan.FromSeconds(1));
                    await story.UploadAsync(story.World.Upload("bank", "one.pdf", Bytes(content)));
                }

                story.World.Inbox.Delete("issuer-bank", "one.pdf");
            },
            [.. "ab".Select(name => new Standing(name.ToString()))]),

        ["a long list that is overwritten"] = new(
            5,
            async story =>
            {
                await story.IssueManifestAsync(["a", "b"], ["c"]);
                story.World.Time.Advance(TimeSpan.FromSeconds(1));
                await story.IssueManifestAsync(["d"], ["e", "f"]);
            },
            [.. "abcdef".Select(name => new Standing(name.ToString()))]),

        ["what domains say"] = new(
            5,
            async story =>
            {
                story.StateDomain("bank", "bank.hk", DomainWord.Confirmed);
                await story.AskDomainsAsync();
                story.StateDomain("registry", "registry.hk", DomainWord.NotStated);
                story.World.Domains["bank.hk"] = DomainWord.Contradicted;
                await story.AskDomainsAsync();
                await story.IssueAsync("bank", "a");
                await story.AskDomainsAsync();
            },
            new Standing("a")),

        ["packages that are handed over"] = new(
            5,
            async story =>
            {
                story.World.AddReceiver("lender");
                await story.RunTimerAsync();
                await story.SendAsync("a", "b", "c");
                await story.HandOverAsync("a", ActKind.Received, ActKind.Used, ActKind.Withdrawn);
                story.World.Time.Advance(TimeSpan.FromMinutes(2));
                story.World.AddReceiver("lender", new byte[32]);
                await story.RunTimerAsync();
                await story.HandOverAsync("b", ActKind.Declined);
                await story.SendAsync("d");
                await story.HandOverAsync("d", ActKind.Withdrawn);
                story.World.Time.Advance(TimeSpan.FromDays(31));
                await story.RunTimerAsync();
            })
        {
            Outcomes =
            [
                new Outcome("a", ActKind.Handover, ActKind.Received, ActKind.Used, ActKind.Withdrawn),
                new Outcome("b", ActKind.Handover, ActKind.Declined),
                new Outcome("c", ActKind.Handover, ActKind.Expired),
                new Outcome("d", ActKind.Handover, ActKind.Withdrawn),
            ],
        },

        ["changes of the registry that no upload tells of"] = new(
            5,
            async story =>
            {
                await story.RunTimerAsync();
                story.World.Time.Advance(TimeSpan.FromMinutes(2));
                story.World.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The Bank, renamed", ["jurisdiction"] = "HK" });
                await story.RunTimerAsync();
            }),
    };

    /// <summary>Two witnesses, both needed, of which the second behaves in some way over two batches and then signs.</summary>
    public static Scenario Witnessed(Conduct conduct) => new(
        5,
        async story =>
        {
            story.World.Witnesses![1] = conduct;
            await story.IssueAsync("bank", "a", "b");
            story.World.Time.Advance(new WitnessingOptions().MaxRest);
            await story.RunTimerAsync();
            await story.IssueAsync("bank", "c");
            story.World.Witnesses[1] = Conduct.Signs;
            story.World.Time.Advance(new WitnessingOptions().MaxRest);
            await story.RunTimerAsync();
            await story.IssueAsync("bank", "d");
        },
        [.. "abcd".Select(name => new Standing(name.ToString()))])
    {
        Witnesses = 2,
    };

    /// <summary>How handovers come out.</summary>
    public IReadOnlyList<Outcome> Outcomes { get; init; } = [];

    /// <summary>How many witnesses the log has, all of them needed.</summary>
    public int Witnesses { get; init; }

    /// <summary>A world with a log of <see cref="Entries"/> entries, audited.</summary>
    public async Task<InMemoryWorld> PrepareAsync()
    {
        var world = new InMemoryWorld();
        if (Witnesses > 0)
            _ = new InMemoryWitnesses(world, Witnesses);
        world.AddIssuer("registry", "sm3");
        world.Inbox.CreateContainer("issuer-forgetful", new() { ["legalname"] = "Forgetful Ltd", ["jurisdiction"] = "HK", ["retention"] = "delete" });
        if (Entries == 0)
            return world;

        // A genesis entry and its status, an entry that describes the issuer, and the rest, each batch with its status.
        await using var service = world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var batches = (Entries - 3 + Sequencer.MaxBatchActs) / (Sequencer.MaxBatchActs + 1);
        var last = 0;
        foreach (var chunk in Enumerable.Range(0, Entries - 3 - batches).Chunk(Sequencer.MaxBatchActs))
        {
            var name = $"old from {chunk[0]}";
            var acts = chunk.Select(i => new RequestedAct(ActKind.Issue, i) { Digests = [DigestOf(Bytes($"old {i}"))] });
            var upload = Samples.Upload(name) with { Answer = new AnswerForm(UploadKind.Manifest), Acts = [.. acts] };
            await world.Staged.AddAsync(upload, TestContext.Current.CancellationToken);
            await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
            last = chunk.Length + 1;
        }

        Assert.Equal(Entries, world.Ledger.Finished);

        // Nothing failed so far, as in the short ones: of a long log the index is rebuilt from the last batch alone, which takes seconds less.
        await Audit.RunAsync(world, Entries < 10_000 || Extent.IsExhaustive ? 0 : Entries - last);
        return world;
    }

    /// <summary>Fails if anything was lost, doubled, forked or left undone.</summary>
    public async Task AssertWholeAsync(InMemoryWorld world, string where)
    {
        try
        {
            await Audit.RunAsync(world, Entries);
            await using var service = world.Start();
            foreach (var standing in Standings)
            {
                var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes(standing.Name)), TestContext.Current.CancellationToken);
                Require(answer.Verdict == standing.Verdict, $"{standing.Name} is {answer.Verdict}");
                var acts = answer.Issuers[0].Result.Acts.Count;
                Require(standing.Acts is null || acts == standing.Acts, $"{acts} acts are in effect on {standing.Name}");
            }

            foreach (var outcome in Outcomes)
                await RequireOutcomeAsync(world, service, outcome);
            await RequireRegistryAsync(world);
            Require(world.Staged.Count == 0, $"{world.Staged.Count} messages are left");
            Require(world.Answers.Count == 0, $"{world.Answers.Count} answers are owed");
            Require(world.DeadLetters.Kept.Count == 0, "an answer was given up");
            Require(world.Queues.Count(StorageNames.Queues.Select(queue => queue + StorageNames.PoisonSuffix)) == 0, "a message ended as poison");
            Audit.RequireAnswered(world, Entries);
            Require(world.Inbox.Deleted.Values.All(answered => answered), "a document was deleted before it was answered");
        }
        catch (AuditException exception)
        {
            throw new AuditException($"{where}: {exception.Message}");
        }
    }

    // As its holder sees it, who checks every receipt.
    private static async Task RequireOutcomeAsync(InMemoryWorld world, InMemoryService service, Outcome outcome)
    {
        var parcel = new Parcel(outcome.Name);
        var trace = await service.Traces.TraceAsync(parcel.Id, TestContext.Current.CancellationToken);
        var acts = trace?.Events.Select(item => item.Act).ToArray() ?? [];
        Require(acts.SequenceEqual(outcome.Acts), $"the handover {outcome.Name} came to {string.Join(", ", acts)}");
        foreach (var item in trace!.Events)
            Require(ReceiptCheck.Run(Receipt.Parse(Bytes(item.Receipt)), parcel.Digest, world.EveryVerifier).Index == item.LogIndex, $"a receipt of {outcome.Name} is of another entry");
        Require(!world.Inbox.All.ContainsKey(parcel.Blob), $"the package {outcome.Name} is still there");
    }

    // The registry is not seen at every moment, but what was seen is recorded once, and what it says now last.
    private static async Task RequireRegistryAsync(InMemoryWorld world)
    {
        var history = new IssuerHistory(world.Ledger.Tables);
        await foreach (var container in world.Inbox.ListContainersAsync(IssuerContainer.Prefix, TestContext.Current.CancellationToken))
        {
            var recorded = await history.FindAsync(IssuerContainer.IdOf(container.Name), TestContext.Current.CancellationToken);
            Require(recorded.Count > 0 && recorded[^1].Issuer.Describes(world.Inbox.IssuerOf(container.Name)), $"the log does not say what the registry says of {container.Name}");
            Require(recorded.Zip(recorded.Skip(1)).All(pair => !pair.First.Issuer.Describes(pair.Second.Issuer)), $"a description of {container.Name} is recorded twice");
            await RequireDomainAsync(world, world.Inbox.IssuerOf(container.Name));
        }

        await foreach (var container in world.Inbox.ListContainersAsync(ReceiverContainer.Prefix, TestContext.Current.CancellationToken))
        {
            var id = ReceiverContainer.IdOf(container.Name);
            var recorded = await new ReceiverHistory(world.Ledger.Tables).FindAsync(id, TestContext.Current.CancellationToken);
            Require(recorded.Count > 0 && recorded[^1].Read().Describes(world.Inbox.ReceiverOf(id)), $"the log does not say what the registry says of {container.Name}");
            Require(recorded.Zip(recorded.Skip(1)).All(pair => Entry.Parse(pair.Second.Entry.Span).Replaces == pair.First.LogIndex), $"a description of {container.Name} does not replace the one before");
        }
    }

    // Likewise of what its domain says.
    private static async Task RequireDomainAsync(InMemoryWorld world, Issuer issuer)
    {
        var said = await new DomainHistory(world.Ledger.Tables).FindAsync(issuer.Id, TestContext.Current.CancellationToken);
        DomainWord? word = issuer.Domain is null ? null : world.Domains[issuer.Domain];
        Require((said.Count == 0 ? null : said[^1].Outcome.Word) == word, $"the log does not say what the domain of {issuer.Id} says");
        Require(said.Zip(said.Skip(1)).All(pair => !pair.First.Outcome.SaysSameAs(pair.Second.Outcome) && pair.First.Outcome.At < pair.Second.Outcome.At), $"what the domain of {issuer.Id} says is recorded twice");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new AuditException(otherwise);
    }

    private static void Rotate(Story story, params INoteSigner[] signers)
    {
        story.World.SignWith(signers);
        story.World.Time.Advance(RotatedKeys.Lifetime);
    }

    private static string Line(string act, string name) => $$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{DigestOf(Bytes(name)).Hex}}"}""";

    private static string Supersede(string name, string successor) =>
        $$"""{"act":"supersede","algorithm":"sha-256","digest":"{{DigestOf(Bytes(name)).Hex}}","successorAlgorithm":"sha-256","successorDigest":"{{DigestOf(Bytes(successor)).Hex}}"}""";
}
