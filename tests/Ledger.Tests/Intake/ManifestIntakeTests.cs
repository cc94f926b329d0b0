using System.Globalization;
using System.Text;
using System.Text.Json;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Intake;

public sealed class ManifestIntakeTests
{
    private readonly InMemoryWorld _world = new();

    [Theory]
    [InlineData("SHA256SUMS", "sha-256")]
    [InlineData("2026/november.sha256", "sha-256")]
    [InlineData("a.sha384", "sha-384")]
    [InlineData("SHA512SUMS", "sha-512")]
    [InlineData("a.SM3", "sm3")]
    [InlineData("SM3SUMS", "sm3")]
    public async Task A_digest_list_issues_under_the_algorithm_of_its_name(string path, string algorithm)
    {
        Assert.True(DigestAlgorithm.TryParse(algorithm, out var parsed));
        var digest = (await StreamDigest.ComputeAsync(new MemoryStream(Bytes("x")), [parsed], null, Stop))[0];
        await using var service = _world.Start();
        var upload = await UploadAsync(service, path, $"{digest.Hex}  x.pdf\n");
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(digest, Stop)).Verdict);
        Assert.Single(LinesOf(upload));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task What_the_manifests_metadata_states_holds_for_every_line_that_states_nothing_else()
    {
        await using var service = _world.Start();
        string Line(string content, string more) => $"{{\"algorithm\":\"sha-256\",\"digest\":\"{DigestOf(Bytes(content)).Hex}\"{more}}}\n";
        await UploadAsync(
            service,
            "m.manifest.jsonl",
            Line("plain", "") + Line("own", ",\"expires\":\"2040-01-01T00:00:00Z\",\"type\":\"deed\""),
            new() { ["expires"] = "2020-01-01T00:00:00Z", ["type"] = "statement" });
        Assert.Equal((Verdict.Expired, "statement"), await StandingAsync("plain"));
        Assert.Equal((Verdict.Verified, "deed"), await StandingAsync("own"));

        async Task<(Verdict, string?)> StandingAsync(string content)
        {
            var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes(content)), Stop);
            return (answer.Verdict, answer.Issuers[0].Result.Issue.Unpublished.Type);
        }
    }

    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task A_long_manifest_goes_in_parts_and_its_receipts_come_out_whole_and_in_order()
    {
        const int Count = (2 * ManifestIntake.PartLength) + 100;
        await using var service = _world.Start();
        var upload = await UploadAsync(service, "m.manifest.jsonl", Manifest(Count));
        var lines = LinesOf(upload);
        Assert.Equal(Enumerable.Range(1, Count), lines.Select(line => line.GetProperty("line").GetInt32()));
        foreach (var line in lines.Where((_, i) => i % 997 == 0))
        {
            Assert.True(Digest.TryParse("sha-256:" + line.GetProperty("digest").GetString(), out var digest));
            ReceiptCheck.Run(Receipt.Parse(Bytes(line.GetProperty("receipt").GetString()!)), digest, _world.Identity.Verifiers);
        }

        Assert.Equal(0, _world.Staged.Count);
        Assert.Empty(_world.Staged.Bodies);
        await Audit.RunAsync(_world);
    }

    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task A_short_upload_does_not_wait_behind_a_long_manifest()
    {
        await using var service = _world.Start();
        using (_world.Lease.HoldElsewhere())
        {
            await UploadAsync(service, "m.manifest.jsonl", Manifest((3 * ManifestIntake.PartLength) + 1));
            await UploadAsync(service, "urgent.pdf", "urgent");
        }

        await service.Sequencer.DrainAsync(Stop);
        var urgent = _world.Ledger.IndexedActs.Single(act => act.Digest == DigestOf(Bytes("urgent")) || act.Digest.Equals(DigestOf(Bytes("urgent"))));
        Assert.True(urgent.LogIndex < 5, $"entry {urgent.LogIndex}");
    }

    [Fact]
    public async Task A_manifest_that_is_delivered_again_is_issued_once()
    {
        await using var service = _world.Start();
        var upload = _world.Inbox.Put("issuer-bank", "SHA256SUMS", Bytes($"{DigestOf(Bytes("x")).Hex}  x\n"));
        using (_world.Lease.HoldElsewhere())
        {
            await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop);
            await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop);
        }

        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(IntakeOutcome.Ignored, await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop));
        Assert.Equal(5, InMemoryLedger.SizeOf(_world.Ledger.Published.Last()));
        await Audit.RunAsync(_world);
    }

    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task A_manifest_that_is_delivered_again_and_fails_takes_nothing_from_its_first_delivery()
    {
        const int Count = ManifestIntake.PartLength + 1000;
        await using var service = _world.Start();
        var upload = _world.Inbox.Put("issuer-bank", "m.manifest.jsonl", Bytes(Manifest(Count)));
        using (_world.Lease.HoldElsewhere())
        {
            Assert.Equal(IntakeOutcome.Staged, await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop));

            // The issuer replaces the upload while its second part is read again; what is there then is refused for itself.
            _world.Operations.Hook = operation =>
            {
                if (operation is { Name: "staged-body.write", Moment: Fault.After })
                    _world.Inbox.Put("issuer-bank", "m.manifest.jsonl", Bytes("nonsense"));
                return Task.CompletedTask;
            };
            Assert.Equal(IntakeOutcome.Rejected, await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop));
            _world.Operations.Hook = null;
        }

        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(Count, _world.Ledger.IndexedActs.Count);
        Assert.Equal(Count, LinesOf(upload).Count);
        await Audit.RunAsync(_world);
    }

    // One operation after another fails, on the way in and out; the event is delivered again until it is handled.
    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task Whichever_operation_fails_a_manifest_is_issued_whole_and_answered_once()
    {
        var clean = new InMemoryWorld();
        await RunAsync(clean);
        var operations = clean.Operations.Log.Count;
        var victims = Extent.SampleOf([.. Enumerable.Range(0, operations)], 10);
        foreach (var k in victims)
        {
            foreach (var fault in new[] { Fault.Before, Fault.After })
            {
                var world = new InMemoryWorld();
                world.Operations.FailAt(k, fault);
                await RunAsync(world);
            }
        }

        Assert.True(operations > 30, $"{operations} operations");
        TestContext.Current.TestOutputHelper?.WriteLine($"{victims.Count} of {operations} operations (seed {Extent.Seed}) failed, each in turn, before and after");

        static async Task RunAsync(InMemoryWorld world)
        {
            await using var service = world.Start();
            var upload = world.Inbox.Put("issuer-bank", "m.manifest.jsonl", Bytes(Manifest(300)));
            for (var attempt = 0; attempt < 3; attempt++)
            {
                try
                {
                    await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop);
                    break;
                }
                catch (InjectedFaultException)
                {
                    // Delivered again.
                }
            }

            for (var i = 0; i < 4; i++)
            {
                world.Time.Advance(StagedActs.Invisible);
                world.Lease.Expire();
                try
                {
                    await service.Sequencer.DrainAsync(Stop);
                    await world.Answers.DeliverAsync(service.Answers, Stop);
                }
                catch (InjectedFaultException)
                {
                    // The timer comes again.
                }
            }

            world.Operations.StopFailing();
            await Audit.RunAsync(world);
            Assert.Equal(300, world.Ledger.IndexedActs.Count);
            Assert.Equal(300, world.Inbox.ManifestReceipts[upload].Count(c => c == '\n'));
            Assert.Equal((0, 0), (world.Staged.Count, world.Answers.Count));
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Manifest(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(CultureInfo.InvariantCulture, $$"""{"algorithm":"sha-256","digest":"{{DigestOf(BitConverter.GetBytes(i)).Hex}}"}""").Append('\n');
        return text.ToString();
    }

    private async Task<BlobVersion> UploadAsync(InMemoryService service, string path, string content, Dictionary<string, string>? metadata = null)
    {
        var upload = _world.Inbox.Put("issuer-bank", path, Bytes(content), metadata);
        await service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop);
        return upload;
    }

    private List<JsonElement> LinesOf(BlobVersion upload) =>
        [.. _world.Inbox.ManifestReceipts[upload].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
