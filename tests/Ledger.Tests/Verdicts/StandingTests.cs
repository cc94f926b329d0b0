using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using CsCheck;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Verdicts;

/// <summary>
/// Random histories of issues and acts, delivered late, twice and in any batches, under one algorithm and two. What the log
/// commits to of the status is what its public entries say, by the fold that auditors use and by a model that shares no code with it;
/// the verdict by the index is the one by the status; and an index that is altered by hand makes nothing stand that does not.
/// </summary>
public sealed class StandingTests
{
    private static readonly string[] Issuers = ["bank", "registry"];
    private static readonly string[] Documents = ["a", "b", "c"];
    private static readonly ActKind[] Kinds = [ActKind.Issue, ActKind.Suspend, ActKind.Reinstate, ActKind.Supersede, ActKind.Revoke];

    private static readonly Gen<Step[]> Histories = Gen.Select(
        Gen.Frequency((6, Gen.Const(0)), (3, Gen.Const(1)), (3, Gen.Const(2)), (1, Gen.Int[3, 4])),
        Gen.Int[0, 1],
        Gen.Int[0, 2],
        Gen.Int[0, 2],
        Gen.Int[0, 2],
        Gen.Bool,
        (kind, issuer, document, terms, form, late) => new Step(Kinds[kind], Issuers[issuer], Documents[document], terms, form, late)).Array[1, 24];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_status_of_the_log_is_that_of_its_public_entries_and_the_verdict_by_index_that_by_status() => Gen.Select(Histories, Gen.Int[0, 1_000_000]).SampleAsync(
        async (history, seed) =>
        {
            var world = await LiveAsync(history, new Random(seed));
            var entries = Entries(world);
            var fold = new StatusFold(0);
            var model = new Model();
            foreach (var bytes in entries)
            {
                var entry = Entry.Parse(bytes.Span);
                if (entry.Kind == ActKind.Status)
                    Assert.Equal((entry.Root, entry.Root), (Convert.ToHexStringLower(fold.Root().Bytes), model.Root()));
                Assert.Null(fold.Add(entry).Breach);
                model.Add(bytes);
            }

            Assert.Equal(model.Codes, Enumerable.Range(0, entries.Count).Select(index => (int)fold[index]));
            await using var service = world.Start();
            foreach (var digest in await DigestsAsync(world))
            {
                var answer = await service.Verifier.VerifyAsync(digest, Stop);
                Assert.All(answer.Issuers, issuer =>
                {
                    var receipt = issuer.IssueReceipt ?? issuer.Receipt;
                    var check = ReceiptCheck.Run(receipt, digest, answer.Checkpoint.Signers);
                    Assert.Equal(CodeOf(issuer.Result.Verdict), (int)check.Status.Status!);
                    Assert.Equal(model.Codes[(int)receipt.Proof.Index], (int)check.Status.Status!);
                    Assert.Null(check.Status.Contradicts(issuer.Result.Verdict));
                });
            }
        },
        iter: Extent.IsExhaustive ? 3_000 : 50,
        threads: 1);

    [Fact]
    public Task An_index_that_is_altered_by_hand_makes_nothing_stand_that_does_not() => Gen.Select(Histories, Gen.Int[0, 1_000_000]).SampleAsync(
        async (history, seed) =>
        {
            var random = new Random(seed);
            var world = await LiveAsync(history, random);
            var rows = world.Ledger.IndexedActs.ToArray();
            if (rows.Length == 0)
                return;
            var truth = new Dictionary<Digest, Dictionary<string, Verdict>>();
            await using (var service = world.Start())
            {
                foreach (var digest in await DigestsAsync(world))
                    truth.Add(digest, (await service.Verifier.VerifyAsync(digest, Stop)).Issuers.ToDictionary(issuer => issuer.Result.Issue.Entry.Issuer!, issuer => issuer.Result.Verdict));
            }

            var where = Alter(world, rows[random.Next(rows.Length)], rows[random.Next(rows.Length)], random);
            await using var later = world.Start();
            foreach (var (digest, verdicts) in truth)
            {
                try
                {
                    foreach (var issuer in (await later.Verifier.VerifyAsync(digest, Stop)).Issuers)
                        Assert.True(verdicts.TryGetValue(issuer.Result.Issue.Entry.Issuer!, out var verdict) && verdict == issuer.Result.Verdict, $"{where}: {issuer.Result.Verdict} of {digest}");
                }
                catch (Exception exception) when (exception is LogUnavailableException or TransparencyLog.LogFormatException or InvalidDataException)
                {
                    // No answer.
                }
            }
        },
        iter: Extent.IsExhaustive ? 6_000 : 100,
        threads: 1);

    [Fact]
    public async Task A_revocation_that_is_hidden_from_the_index_is_no_answer_and_the_cause_is_found_and_mended()
    {
        var world = new InMemoryWorld();
        await using var service = world.Start();
        await service.Intake.HandleAsync(world.Upload("bank", "a.pdf", Bytes("a")), Stop);
        await service.Intake.HandleAsync(world.Upload("bank", "b.pdf", Bytes("b")), Stop);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await service.Intake.HandleAsync(world.Upload("bank", "x.acts.jsonl", Act("revoke", "a")), Stop);
        var revocation = world.Ledger.IndexedActs.Single(row => row.Entry.Kind == ActKind.Revoke);
        world.Ledger.Lose(revocation.Digest, revocation.ActId);

        await Assert.ThrowsAsync<LogUnavailableException>(() => service.Verifier.VerifyAsync(revocation.Digest, Stop));
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(Bytes("b")), Stop)).Verdict);
        Assert.True((await world.Doctor().RunAsync(new DoctorOptions(Apply: true), null, Stop)).IsHealthy);
        Assert.Equal(Verdict.Revoked, (await service.Verifier.VerifyAsync(revocation.Digest, Stop)).Verdict);
    }

    // The checkpoint is shown first, and by then the log says it.
    [Fact]
    public async Task While_a_revocation_is_published_and_not_indexed_yet_its_document_gets_no_answer_and_others_do()
    {
        var world = new InMemoryWorld();
        await using var service = world.Start();
        await using var other = world.Start();
        await service.Intake.HandleAsync(world.Upload("bank", "a.pdf", Bytes("a")), Stop);
        await service.Intake.HandleAsync(world.Upload("bank", "b.pdf", Bytes("b")), Stop);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        var asked = 0;
        world.Operations.Hook = async operation =>
        {
            if (operation is not { Name: "index.insert", Moment: Fault.Before } || asked++ > 0)
                return;
            var unanswered = await Assert.ThrowsAsync<LogUnavailableException>(() => other.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop));
            Assert.Contains("not indexed yet", unanswered.Message, StringComparison.Ordinal);
            Assert.Equal(Verdict.Verified, (await other.Verifier.VerifyAsync(DigestOf(Bytes("b")), Stop)).Verdict);
        };
        await service.Intake.HandleAsync(world.Upload("bank", "x.acts.jsonl", Act("revoke", "a")), Stop);
        world.Operations.Hook = null;
        Assert.Equal(1, asked);
        Assert.Equal(Verdict.Revoked, (await other.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).Verdict);
    }

    // What is staged while another process holds the lease makes one batch; what is late was uploaded with the rest and comes after all of it.
    private static async Task<InMemoryWorld> LiveAsync(Step[] history, Random random)
    {
        var world = new InMemoryWorld();
        world.AddIssuer("registry", "sm3");
        var events = new List<(byte[] Event, bool Late)>();
        foreach (var (i, step) in history.Index())
        {
            events.Add((Upload(world, step, i), step.IsLate));
            if (random.Next(4) > 0)
                world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        InMemoryService[] services = [world.Start(), world.Start()];
        foreach (var (message, _) in events.OrderBy(item => item.Late))
        {
            for (var times = random.Next(5) == 0 ? 2 : 1; times > 0; times--)
            {
                using var elsewhere = random.Next(2) == 0 ? world.Lease.HoldElsewhere() : null;
                await services[random.Next(2)].Intake.HandleAsync(message, Stop);
            }
        }

        for (var i = 0; i < 4; i++)
        {
            await services[random.Next(2)].Sequencer.DrainAsync(Stop);
            world.Time.Advance(new SequencerOptions().DocumentWait);
        }

        await services[0].Sequencer.DrainAsync(Stop);
        Assert.Equal(0, world.Staged.Count);
        await Audit.RunAsync(world);
        foreach (var service in services)
            await service.DisposeAsync();
        return world;
    }

    private static byte[] Upload(InMemoryWorld world, Step step, int i)
    {
        var container = "issuer-" + step.Issuer;
        if (step.Kind != ActKind.Issue)
            return InMemoryWorld.EventOf(world.Inbox.Put(container, $"{i}.acts.jsonl", Act(WireName.Of(step.Kind), step.Document)));
        if (step.Form == 0)
            return InMemoryWorld.EventOf(world.Inbox.Put(container, $"{i}.pdf", Bytes(step.Document), new() { ["type"] = $"{step.Terms}" }));
        var reference = step.Form == 1 ? "" : ",\"reference\":\"ref\"";
        string Line(int terms) => $$"""{"algorithm":"sha-256","digest":"{{DigestOf(Bytes(step.Document)).Hex}}","type":"{{terms}}"{{reference}}}""";
        return InMemoryWorld.EventOf(world.Inbox.Put(container, $"{i}.manifest.jsonl", Bytes(Line(step.Terms) + "\n" + Line(step.Terms + 1))));
    }

    private static byte[] Act(string act, string document)
    {
        var successor = act == "supersede" ? $",\"successorAlgorithm\":\"sha-256\",\"successorDigest\":\"{DigestOf(Bytes(Documents[(Array.IndexOf(Documents, document) + 1) % 3])).Hex}\"" : "";
        return Bytes($$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{DigestOf(Bytes(document)).Hex}}"{{successor}}}""");
    }

    private static string Alter(InMemoryWorld world, IndexedAct row, IndexedAct other, Random random)
    {
        var ledger = world.Ledger;
        switch (random.Next(6))
        {
            case 0:
                ledger.Lose(row.Digest, row.ActId);
                return $"hidden: {row.Entry.Kind} {row.LogIndex}";
            case 1:
                ledger.Put(row with { LogIndex = other.LogIndex });
                return $"at another place: {row.Entry.Kind} {row.LogIndex}, {other.LogIndex}";
            case 2:
                var entry = row.Entry with { Kind = Kinds[random.Next(Kinds.Length)], At = row.Entry.At.AddSeconds(random.Next(-9, 9)), Replaces = null, Yields = null };
                ledger.Put(new IndexedAct(row.Digest, row.ActId, row.LogIndex, entry.Encode(), row.Opening, row.Unpublished));
                return $"altered: {row.Entry.Kind} {row.LogIndex} to {entry.Kind}";
            case 3:
                ledger.Put(row with { EntryBytes = other.EntryBytes, LogIndex = other.LogIndex, Opening = other.Opening });
                return $"another's: {row.Entry.Kind} {row.LogIndex}, {other.Entry.Kind} {other.LogIndex}";
            case 4:
                var forged = row.Entry with { Kind = ActKind.Reinstate, At = row.Entry.At.AddDays(1), Target = row.LogIndex };
                ledger.Put(new IndexedAct(row.Digest, new ActId(new string('f', 32)), row.LogIndex, forged.Encode(), row.Opening, Unpublished.None));
                return $"added beside {row.Entry.Kind} {row.LogIndex}";
            default:
                ledger.Put(row with { ActId = new ActId(new string('e', 32)), Digest = other.Digest });
                return $"added: {row.Entry.Kind} {row.LogIndex} to another document";
        }
    }

    private static async Task<IReadOnlyList<Digest>> DigestsAsync(InMemoryWorld world)
    {
        var digests = new List<Digest>();
        foreach (var document in Documents)
            digests.AddRange(await StreamDigest.ComputeAsync(new MemoryStream(Bytes(document)), world.Inbox.IssuerOf("issuer-registry").Algorithms, progress: null, Stop));
        return digests;
    }

    private static List<ReadOnlyMemory<byte>> Entries(InMemoryWorld world)
    {
        var size = world.Ledger.Finished;
        var entries = new List<ReadOnlyMemory<byte>>();
        for (var bundle = 0L; bundle * TileId.FullWidth < size; bundle++)
        {
            var id = TileId.At(TileId.EntriesLevel, bundle, size);
            entries.AddRange(EntryBundle.Parse(world.Ledger.Tiles[id], id.Width));
        }

        return entries;
    }

    private static int CodeOf(Verdict verdict) => verdict switch
    {
        Verdict.Suspended => 1,
        Verdict.Superseded => 2,
        Verdict.Revoked => 3,
        _ => 0,
    };

    private sealed record Step(ActKind Kind, string Issuer, string Document, int Terms, int Form, bool IsLate);

    // All there is to it, from the JSON of the entries: which issues are one document, what was done to that, and the tree as RFC 9162 writes it.
    private sealed class Model
    {
        private readonly List<int> _documents = [];
        private readonly List<bool> _yields = [];
        private readonly Dictionary<int, List<(string Act, string At, long Position, int Index)>> _acts = [];
        private readonly Dictionary<int, int> _counts = [];

        public List<int> Codes => [.. _documents.Select((document, index) => CodeOf(document, index))];

        public void Add(ReadOnlyMemory<byte> bytes)
        {
            var entry = JsonDocument.Parse(bytes).RootElement;
            var (act, index) = (entry.GetProperty("act").GetString()!, _documents.Count);
            int? Named(string member) => entry.TryGetProperty(member, out var value) ? value.GetInt32() : null;
            var document = act == "issue" ? Named("replaces") is { } replaced ? _documents[replaced] : index : -1;
            _documents.Add(document);
            _yields.Add(Named("yields") is not null);
            if (act == "issue" && Named("yields") is null)
                _counts[document] = index;
            if (act is "revoke" or "suspend" or "reinstate" or "supersede")
            {
                var target = _documents[Named("target")!.Value];
                if (!_acts.TryGetValue(target, out var acts))
                    _acts.Add(target, acts = []);
                acts.Add((act, entry.GetProperty("at").GetDateTimeOffset().UtcDateTime.ToString("O", CultureInfo.InvariantCulture), entry.GetProperty("position").GetInt64(), index));
            }
        }

        public string Root()
        {
            var codes = Codes;
            while (codes.Count % 128 != 0)
                codes.Add(0);
            var bytes = codes.Chunk(2).Select(pair => (byte)(pair[0] | (pair[1] << 4))).ToArray();
            return Convert.ToHexStringLower(Hash([.. bytes.Chunk(64)]));
        }

        private int CodeOf(int document, int index)
        {
            if (document < 0)
                return 0;
            if (_yields[index] || _counts[document] != index)
                return 4;
            var acts = _acts.GetValueOrDefault(document, []);
            return acts.Exists(act => act.Act == "revoke") ? 3
                : acts.Exists(act => act.Act == "supersede") ? 2
                : acts.OrderBy(act => act.At, StringComparer.Ordinal).ThenBy(act => act.Position).ThenBy(act => act.Index).LastOrDefault().Act == "suspend" ? 1
                : 0;
        }

        private static byte[] Hash(byte[][] pages)
        {
            if (pages.Length == 1)
                return SHA256.HashData([0, .. pages[0]]);
            var k = 1;
            while (2 * k < pages.Length)
                k *= 2;
            return SHA256.HashData([1, .. Hash(pages[..k]), .. Hash(pages[k..])]);
        }
    }
}
