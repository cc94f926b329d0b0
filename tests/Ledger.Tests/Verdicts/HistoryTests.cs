using CsCheck;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Verdicts;

/// <summary>
/// Random histories of several issuers, delivered as the queue may: twice, in any order, with other processes taking
/// part. The verdict is what a small model says that looks only at what was uploaded, and when.
/// </summary>
public sealed class HistoryTests
{
    private static readonly string[] Issuers = ["bank", "registry"];
    private static readonly string[] Documents = ["a", "b", "c"];
    private static readonly ActKind[] Kinds = [ActKind.Issue, ActKind.Revoke, ActKind.Suspend, ActKind.Reinstate, ActKind.Supersede];

    // Kind, issuer, document, days of validity (0 for none), by reference or by digest, in a manifest or as a document.
    private static readonly Gen<Step[]> Histories = Gen.Select(
        Gen.Frequency((4, Gen.Const(0)), (4, Gen.Int[1, 4])),
        Gen.Int[0, 1],
        Gen.Int[0, 2],
        Gen.Int[0, 3],
        Gen.Bool,
        (kind, issuer, document, days, other) => new Step(Kinds[kind], Issuers[issuer], Documents[document], days, other)).Array[1, 14];

    [Fact]
    public Task The_verdict_is_that_of_the_model_whatever_way_the_history_is_delivered() => Gen.Select(Histories, Gen.Int[0, 1_000_000]).SampleAsync(
        async (history, seed) =>
        {
            var random = new Random(seed);
            var world = new InMemoryWorld();
            world.AddIssuer("registry");
            world.Queues.Shuffle = random;
            var uploads = new List<byte[]>();
            foreach (var (i, step) in history.Index())
            {
                uploads.Add(Upload(world, step, i));

                // Sometimes within the same second: then the position and the log decide, which the model leaves to one act a moment.
                world.Time.Advance(TimeSpan.FromSeconds(1));
            }

            await DeliverAsync(world, uploads, random, shuffles: !GoesBack(history));
            await Audit.RunAsync(world);
            Assert.Equal(0, world.Staged.Count);
            await using var service = world.Start();
            foreach (var document in Documents)
            {
                foreach (var day in new[] { 0, 1.5, 2.5, 30 })
                {
                    world.Time.SetUtcNow(Day(day) > world.Time.GetUtcNow() ? Day(day) : world.Time.GetUtcNow());
                    var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes(document)), TestContext.Current.CancellationToken);
                    var expected = Issuers.Select(issuer => (Issuer: issuer, Verdicts: Model(history, issuer, document, world.Time.GetUtcNow()))).Where(item => item.Verdicts.Count > 0).ToArray();
                    Assert.Equal(expected.Select(item => item.Issuer), answer.Issuers.Select(item => item.Result.Issue.Entry.Issuer!).Order());
                    Assert.All(answer.Issuers, item => Assert.Contains(item.Result.Verdict, expected.Single(one => one.Issuer == item.Result.Issue.Entry.Issuer).Verdicts));
                    Assert.Equal(
                        answer.Issuers.Select(item => item.Result.Verdict).Distinct().ToArray() switch { [] => Verdict.Unknown, [var common] => common, _ => Verdict.Conflicting },
                        answer.Verdict);
                    Assert.All(answer.Issuers, item => AssertRests(item, answer));
                    VerdictJsonTests.AssertAsRecord(answer);
                }
            }
        },
        iter: Extent.IsExhaustive ? 3_000 : 60,
        threads: 1);

    // Both receipts hold, and the act is about the issue beside it.
    private static void AssertRests(ProvenResult issuer, ProvenVerdict answer)
    {
        var keys = answer.Checkpoint.Signers;
        var deciding = ReceiptCheck.Run(issuer.Receipt, answer.Digest, keys);
        Assert.Equal(issuer.Result.Deciding.Entry.Kind, deciding.Entry.Kind);
        Assert.Equal(deciding.Entry.Kind == ActKind.Issue, issuer.IssueReceipt is null);
        if (issuer.IssueReceipt is null)
            return;
        var issue = ReceiptCheck.Run(issuer.IssueReceipt, answer.Digest, keys);
        Assert.Equal((ActKind.Issue, deciding.Entry.Issuer, deciding.Entry.Target), (issue.Entry.Kind, issue.Entry.Issuer, issue.Index));
    }

    // The model: what an issuer did to a document, in the order in which it was uploaded. An act counts if the issuer
    // issued the document at all; once revoked nothing else counts, and a successor must have been issued too. What does not stand
    // is not issued again; whether an issue came before a suspension is then a matter of the order of delivery, and either is right.
    private static IReadOnlyList<Verdict> Model(Step[] history, string issuer, string document, DateTimeOffset now)
    {
        var own = history.Where(step => step.Issuer == issuer).ToArray();
        var acts = own.Where(step => step.Document == document).ToArray();
        var issues = acts.Where(step => step.Kind == ActKind.Issue).ToArray();
        if (issues.Length == 0)
            return [];
        if (acts.Any(step => step.Kind == ActKind.Revoke))
            return [Verdict.Revoked];
        if (acts.Any(step => step.Kind == ActKind.Supersede) && own.Any(step => step is { Kind: ActKind.Issue } && step.Document == Next(document)))
            return [Verdict.Superseded];
        if (acts.LastOrDefault(step => step.Kind is ActKind.Suspend or ActKind.Reinstate)?.Kind == ActKind.Suspend)
            return [Verdict.Suspended];
        var either = acts.Any(step => step.Kind is ActKind.Suspend) ? issues : issues[^1..];
        return [.. either.Select(issue => issue.Days switch
        {
            0 => Verdict.Verified,
            1 => now >= Day(2) ? Verdict.Expired : Verdict.Verified,
            2 => now < Day(1) ? Verdict.NotYetValid : Verdict.Verified,
            _ => now >= Day(2) ? Verdict.Expired : now < Day(1) ? Verdict.NotYetValid : Verdict.Verified,
        })];
    }

    private static byte[] Upload(InMemoryWorld world, Step step, int i)
    {
        var hex = DigestOf(Bytes(step.Document)).Hex;
        var (from, until) = (step.Days is 2 or 3 ? Day(1) : (DateTimeOffset?)null, step.Days is 1 or 3 ? Day(2) : (DateTimeOffset?)null);
        var container = "issuer-" + step.Issuer;
        if (step is { Kind: ActKind.Issue, Other: false })
        {
            var metadata = new Dictionary<string, string> { ["reference"] = "ref " + step.Document };
            if (from is not null)
                metadata["validfrom"] = $"{from:yyyy-MM-dd'T'HH:mm:ss}Z";
            if (until is not null)
                metadata["expires"] = $"{until:yyyy-MM-dd'T'HH:mm:ss}Z";
            return InMemoryWorld.EventOf(world.Inbox.Put(container, $"{i}.pdf", Bytes(step.Document), metadata));
        }

        if (step.Kind == ActKind.Issue)
        {
            var validity = (from is null ? "" : $",\"validFrom\":\"{from:yyyy-MM-dd'T'HH:mm:ss}+00:00\"") + (until is null ? "" : $",\"expires\":\"{until:yyyy-MM-dd'T'HH:mm:ss}Z\"");
            return InMemoryWorld.EventOf(world.Inbox.Put(container, $"{i}.manifest.jsonl", Bytes($$"""{"algorithm":"sha-256","digest":"{{hex}}","reference":"ref {{step.Document}}"{{validity}}}""")));
        }

        var document = step.Other ? $"\"reference\":\"ref {step.Document}\"" : $"\"algorithm\":\"sha-256\",\"digest\":\"{hex}\"";
        var successor = step.Kind == ActKind.Supersede ? $",\"successorReference\":\"ref {Next(step.Document)}\"" : "";
        return InMemoryWorld.EventOf(world.Inbox.Put(container, $"{i}.acts.jsonl", Bytes($"{{\"act\":\"{WireName.Of(step.Kind)}\",{document}{successor}}}")));
    }

    // To issue a document on terms that it had before changes nothing while those stand. If the terms in between are still
    // on their way then, they come as news: the one case in which the order of delivery counts, and documented so.
    private static bool GoesBack(Step[] history) => history
        .Where(step => step.Kind == ActKind.Issue)
        .GroupBy(step => (step.Issuer, step.Document))
        .Any(issues => issues.Select(step => step.Days).Where((days, i) => i == 0 || issues.ElementAt(i - 1).Days != days).GroupBy(days => days).Any(same => same.Count() > 1));

    // Every event at least once, some twice, in any order, to two processes; then all the time that anything waits for.
    private static async Task DeliverAsync(InMemoryWorld world, List<byte[]> uploads, Random random, bool shuffles)
    {
        var events = uploads.SelectMany(upload => Enumerable.Repeat(upload, random.Next(4) == 0 ? 2 : 1)).ToArray();
        if (shuffles)
            random.Shuffle(events);
        InMemoryService[] services = [world.Start(), world.Start()];
        foreach (var message in events)
        {
            using var elsewhere = random.Next(3) == 0 ? world.Lease.HoldElsewhere() : null;
            await services[random.Next(2)].Intake.HandleAsync(message, TestContext.Current.CancellationToken);
        }

        for (var i = 0; i < 4; i++)
        {
            await services[random.Next(2)].Sequencer.DrainAsync(TestContext.Current.CancellationToken);
            world.Time.Advance(new SequencerOptions().DocumentWait);
        }

        await services[0].Sequencer.DrainAsync(TestContext.Current.CancellationToken);
    }

    private static string Next(string document) => Documents[(Array.IndexOf(Documents, document) + 1) % Documents.Length];

    private static DateTimeOffset Day(double day) => new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero).AddDays(day);

    private sealed record Step(ActKind Kind, string Issuer, string Document, int Days, bool Other);
}
