using System.Text.Json;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>What one issuer can make the others, the log and verifiers bear.</summary>
public sealed class BurdenTests : IAsyncLifetime
{
    private readonly InMemoryWorld _world = new();
    private InMemoryService _service = null!;
    private int _uploads;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _world.AddIssuer("registry", "sm3");
        _service = _world.Start();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Audit.RunAsync(_world);
        Assert.Empty((await _world.Doctor().RunAsync(new DoctorOptions(Receipts: true), progress: null, Stop)).Findings);
        await _service.DisposeAsync();
    }

    [Theory]
    [InlineData("bank")]
    [InlineData("registry")]
    public async Task A_document_that_is_issued_again_on_the_same_terms_gets_the_standing_receipt_and_no_entry(string issuer)
    {
        var first = await UploadAsync(issuer, "a.pdf", Bytes("a"), new() { ["expires"] = "2099-01-01T00:00:00Z" });
        var size = _world.Ledger.Finished;
        for (var night = 0; night < 60; night++)
        {
            var again = await UploadAsync(issuer, "a.pdf", Bytes("a"), new() { ["expires"] = "2099-01-01T00:00:00Z" });
            foreach (var algorithm in issuer == "bank" ? ["sha-256"] : new[] { "sha-256", "sm3" })
                Assert.Equal(IndexOf(_world.Inbox.Receipts[(first, algorithm)]), IndexOf(_world.Inbox.Receipts[(again, algorithm)]));
        }

        Assert.Equal(size, _world.Ledger.Finished);
        Assert.Single(Assert.Single((await VerifyAsync("a")).Issuers).Result.Acts);
    }

    [Fact]
    public async Task Other_terms_are_an_act_of_their_own_and_going_back_is_one_too()
    {
        await UploadAsync("bank", "a.pdf", Bytes("a"));
        await UploadAsync("bank", "a.pdf", Bytes("a"), new() { ["expires"] = "2020-01-01T00:00:00Z" });
        Assert.Equal(Verdict.Expired, (await VerifyAsync("a")).Verdict);
        await UploadAsync("bank", "a.pdf", Bytes("a"));
        var answer = await VerifyAsync("a");
        Assert.Equal((Verdict.Verified, 3), (answer.Verdict, answer.Issuers[0].Result.Acts.Count));
    }

    [Fact]
    public async Task What_is_staged_together_counts_so_that_a_correction_of_a_correction_is_not_lost()
    {
        await UploadAsync("bank", "a.pdf", Bytes("a"));
        using (_world.Lease.HoldElsewhere())
        {
            await UploadAsync("bank", "a.pdf", Bytes("a"), new() { ["expires"] = "2020-01-01T00:00:00Z" });
            await UploadAsync("bank", "a.pdf", Bytes("a"));
        }

        await _service.Sequencer.DrainAsync(Stop);
        Assert.Equal(Verdict.Verified, (await VerifyAsync("a")).Verdict);
    }

    [Fact]
    public async Task Retention_deletes_a_document_that_is_issued_again_once_it_has_its_receipt()
    {
        _world.Inbox.CreateContainer("issuer-leaver", new() { ["legalname"] = "Leaver", ["jurisdiction"] = "HK", ["retention"] = "delete" });
        await UploadAsync("leaver", "a.pdf", Bytes("a"));
        var again = await UploadAsync("leaver", "b.pdf", Bytes("a"));
        Assert.True(_world.Inbox.Deleted[again]);
    }

    [Fact]
    public async Task A_digest_that_a_manifest_lists_thousands_of_times_is_one_act_a_part_at_most_and_every_line_has_its_receipt()
    {
        var lines = Extent.IsExhaustive ? 20_000 : 5_000;
        var victim = DigestOf(Bytes("victim")).Hex;
        var upload = await UploadAsync("bank", "SHA256SUMS", Bytes(string.Concat(Enumerable.Range(0, lines).Select(i => $"{victim}  {i}.pdf\n"))));
        var answers = LinesOf(upload);
        Assert.Equal(Enumerable.Range(1, lines).Select(line => (long)line), answers.Select(line => line.GetProperty("line").GetInt64()));
        Assert.Equal(Enumerable.Range(0, lines).Select(i => $"{i}.pdf"), answers.Select(line => line.GetProperty("file").GetString()));
        Assert.Single(answers.Select(line => line.GetProperty("logIndex").GetInt64()).Distinct());
        Assert.Single(Assert.Single((await VerifyAsync("victim")).Issuers).Result.Acts);

        // Beside those the genesis, the issuer's description, and the status after each batch.
        var batches = _world.Ledger.Published.Count;
        Assert.InRange(_world.Ledger.Finished - 2 - batches, 1, ((lines + ManifestIntake.PartLength - 1) / ManifestIntake.PartLength));
    }

    [Fact]
    public async Task A_short_manifest_that_is_uploaded_again_is_answered_and_not_logged()
    {
        var line = $$"""{"algorithm":"sha-256","digest":"{{DigestOf(Bytes("listed")).Hex}}","reference":"ref"}""";
        var first = await UploadAsync("bank", "a.manifest.jsonl", Bytes(line));
        var size = _world.Ledger.Finished;
        for (var i = 0; i < 60; i++)
        {
            var again = await UploadAsync("bank", $"{i}.manifest.jsonl", Bytes(line));
            Assert.Equal(LinesOf(first)[0].GetProperty("logIndex").GetInt64(), LinesOf(again)[0].GetProperty("logIndex").GetInt64());
        }

        Assert.Equal(size, _world.Ledger.Finished);
    }

    [Fact]
    public async Task Of_a_long_manifest_that_is_uploaded_again_no_line_makes_verifying_dearer()
    {
        var list = Bytes(string.Concat(Enumerable.Range(0, RepeatedIssues.MaxLines + 1).Select(i => $"{DigestOf(Bytes($"{i}")).Hex}\n")));
        var first = await UploadAsync("bank", "a.sha256", list);
        var again = await UploadAsync("bank", "b.sha256", list);
        Assert.Equal(LinesOf(first).Select(line => line.GetProperty("logIndex").GetInt64()), LinesOf(again).Select(line => line.GetProperty("logIndex").GetInt64()));
        Assert.Single(Assert.Single((await VerifyAsync("7")).Issuers).Result.Acts);
    }

    [Fact]
    public async Task An_issuer_acts_on_one_document_a_bounded_number_of_times_and_can_always_revoke_it()
    {
        await UploadAsync("bank", "a.pdf", Bytes("a"));
        for (var i = 1; i < DocumentActs.MaxActs; i++)
            await UploadAsync("bank", "a.pdf", Bytes("a"), new() { ["type"] = $"{i}" });
        var refused = await UploadAsync("bank", "a.pdf", Bytes("a"), new() { ["type"] = "one more" });
        Assert.Equal("too-many-acts", _world.Inbox.Rejections[refused].Cause);
        var acts = await UploadAsync("bank", "x.acts.jsonl", Bytes(Act("suspend", "a")));
        Assert.Equal(DocumentActs.TooManyActs, Assert.Single(_world.Inbox.Rejections[acts].Lines).Detail);
        Assert.Equal(DocumentActs.MaxActs, Assert.Single((await VerifyAsync("a")).Issuers).Result.Acts.Count);

        await UploadAsync("bank", "y.acts.jsonl", Bytes(Act("revoke", "a")));
        Assert.Equal(Verdict.Revoked, (await VerifyAsync("a")).Verdict);

        // Nobody else is bound by it.
        var other = await UploadAsync("registry", "a.pdf", Bytes("a"));
        Assert.True(_world.Inbox.Receipts.ContainsKey((other, "sha-256")));
    }

    [Fact]
    public async Task The_bound_holds_within_one_list_and_one_batch_too()
    {
        await UploadAsync("bank", "a.pdf", Bytes("a"));
        using (_world.Lease.HoldElsewhere())
        {
            foreach (var name in new[] { "x", "y" })
                await UploadAsync("bank", $"{name}.acts.jsonl", Bytes(string.Join('\n', Enumerable.Range(0, 100).Select(i => Act(i % 2 == 0 ? "suspend" : "reinstate", "a")))));
            await UploadAsync("bank", "z.acts.jsonl", Bytes(Act("revoke", "a") + "\n" + Act("revoke", "a")));
        }

        await _service.Sequencer.DrainAsync(Stop);
        var result = Assert.Single((await VerifyAsync("a")).Issuers).Result;
        Assert.Equal(Verdict.Revoked, result.Verdict);
        Assert.Equal(DocumentActs.MaxActs + 1, result.Acts.Count);
        Assert.Single(result.Acts, act => act.Entry.Kind == ActKind.Revoke);
    }

    [Fact]
    public async Task A_revocation_by_reference_revokes_every_document_that_no_other_line_revokes_already()
    {
        foreach (var name in new[] { "a", "b" })
            await UploadAsync("bank", $"{name}.pdf", Bytes(name), new() { ["reference"] = "both" });
        var upload = await UploadAsync("bank", "x.acts.jsonl", Bytes(Act("revoke", "a") + "\n" + """{"act":"revoke","reference":"both"}"""));
        Assert.Equal((Verdict.Revoked, Verdict.Revoked), ((await VerifyAsync("a")).Verdict, (await VerifyAsync("b")).Verdict));
        Assert.False(_world.Inbox.Rejections.ContainsKey(upload));
        Assert.Equal(2, _world.Inbox.ActReceipts[upload].Count(c => c == '\n'));
    }

    [Fact]
    public async Task Terms_without_end_for_one_digest_are_refused_in_a_manifest_and_without_effect_across_manifests()
    {
        static string Line(int day) => $$"""{"algorithm":"sha-256","digest":"{{DigestOf(Bytes("victim")).Hex}}","type":"{{day}}"}""";
        var whole = await UploadAsync("bank", "a.manifest.jsonl", Bytes(string.Join('\n', Enumerable.Range(0, DocumentActs.MaxActs + 1).Select(Line))));
        Assert.Contains($"line {DocumentActs.MaxActs + 1}", _world.Inbox.Rejections[whole].Detail, StringComparison.Ordinal);

        await UploadAsync("bank", "b.manifest.jsonl", Bytes(string.Join('\n', Enumerable.Range(0, DocumentActs.MaxActs).Select(Line))));
        var late = await UploadAsync("bank", "c.manifest.jsonl", Bytes(string.Join('\n', Enumerable.Range(DocumentActs.MaxActs, 2).Select(Line))));
        Assert.All(LinesOf(late), line => Assert.Equal(DocumentActs.TooManyActs, line.GetProperty("refused").GetString()));
        Assert.Equal(DocumentActs.MaxActs, Assert.Single((await VerifyAsync("victim")).Issuers).Result.Acts.Count);
    }

    [Fact]
    public async Task A_list_by_references_goes_into_batches_of_bounded_size_in_whole()
    {
        const int Lines = 120;
        var count = Extent.IsExhaustive ? ActResolver.MaxDocuments : 40;
        Assert.True((Lines + 1) * count > StagedBatches.MaxLookups + ActListIntake.MaxPartActs, "the whole fits into one batch, so nothing is tested");
        var documents = string.Concat(Enumerable.Range(0, count).Select(i => $$"""{"algorithm":"sha-256","digest":"{{DigestOf(Bytes($"{i}")).Hex}}","reference":"all"}""" + "\n"));
        await UploadAsync("bank", "a.manifest.jsonl", Bytes(documents));
        var revoke = """{"act":"revoke","reference":"all"}""";
        var suspend = """{"act":"suspend","reference":"all"}""";
        var upload = await UploadAsync("bank", "x.acts.jsonl", Bytes(string.Join('\n', Enumerable.Repeat(suspend, Lines).Append(revoke))));
        var lines = LinesOf(upload);
        Assert.Equal(Enumerable.Range(1, Lines + 1).Select(line => (long)line), lines.Select(line => line.GetProperty("line").GetInt64()).Distinct().Order());
        Assert.Equal(count, lines.Count(line => line.GetProperty("line").GetInt64() == Lines + 1 && line.TryGetProperty("receipt", out _)));
        Assert.Equal("refused-acts", _world.Inbox.Rejections[upload].Cause);
        Assert.Equal(Verdict.Revoked, (await VerifyAsync("0")).Verdict);
        var largest = _world.Ledger.Journal.Values.Select(batch => JournalFormat.Decode(batch).Records.Count).Max();
        Assert.InRange(largest, 1, StagedBatches.MaxLookups + ActListIntake.MaxPartActs);
    }

    [Fact]
    public async Task An_upload_that_always_fails_is_given_up_and_its_issuer_told_while_those_beside_and_behind_it_go_on()
    {
        using var givenUp = new Measurements("truecopy.staged.given_up");
        var poison = DigestOf(Bytes("poison"));
        await UploadAsync("bank", "a.pdf", Bytes("a"));
        BlobVersion bad;
        using (_world.Lease.HoldElsewhere())
        {
            await UploadAsync("registry", "before.pdf", Bytes("before"));
            bad = await UploadAsync("bank", "bad.acts.jsonl", Bytes(Act("suspend", "poison")));
            await UploadAsync("registry", "after.pdf", Bytes("after"));
        }

        _world.Ledger.Tables.Unreadable.Add(poison);
        for (var i = 0; i < 40 && _world.Staged.Count > 0; i++)
        {
            var failure = await Record.ExceptionAsync(() => _service.Housekeeping.RunAsync(Stop));
            Assert.True(failure is null or LogFormatException, failure?.ToString());
            _world.Time.Advance(StagedActs.Invisible);
        }

        Assert.Equal(0, _world.Staged.Count);
        Assert.Equal("not-processed", _world.Inbox.Rejections[bad].Cause);
        Assert.Equal(SuspectMessages.DeadLetters, Assert.Single(_world.DeadLetters.Kept).Key.Queue);
        Assert.Equal(1, givenUp.Seen.Sum(measured => measured.Value));
        Assert.Equal((Verdict.Verified, Verdict.Verified), ((await VerifyAsync("before")).Verdict, (await VerifyAsync("after")).Verdict));
        _world.Ledger.Tables.Unreadable.Clear();
        _world.Ledger.Remove(new BlobAddress(StorageNames.DeadLettersContainer, $"{SuspectMessages.DeadLetters}/{Assert.Single(_world.DeadLetters.Kept).Key.Id}"));
    }

    [Fact]
    public async Task While_storage_is_away_nothing_is_held_against_anyone()
    {
        await UploadAsync("bank", "a.pdf", Bytes("a"));
        using (_world.Lease.HoldElsewhere())
            await UploadAsync("bank", "x.acts.jsonl", Bytes(Act("suspend", "a")));
        _world.Operations.Hook = operation => operation.Name == "index.query" && operation.Moment == Fault.Before
            ? Task.FromException(new InjectedFaultException(operation.Name))
            : Task.CompletedTask;
        for (var i = 0; i < 40; i++)
        {
            await Assert.ThrowsAsync<InjectedFaultException>(() => _service.Housekeeping.RunAsync(Stop));
            _world.Time.Advance(StagedActs.Invisible);
        }

        _world.Operations.Hook = null;
        await _service.Housekeeping.RunAsync(Stop);
        Assert.Equal(Verdict.Suspended, (await VerifyAsync("a")).Verdict);
        Assert.Empty(_world.DeadLetters.Kept);
    }

    private async Task<BlobVersion> UploadAsync(string issuer, string path, byte[] content, Dictionary<string, string>? metadata = null)
    {
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        _uploads++;
        var version = _world.Inbox.Put("issuer-" + issuer, path, content, metadata);
        await _service.Intake.HandleAsync(InMemoryWorld.EventOf(version), Stop);
        return version;
    }

    private Task<ProvenVerdict> VerifyAsync(string content) => _service.Verifier.VerifyAsync(DigestOf(Bytes(content)), Stop);

    private List<JsonElement> LinesOf(BlobVersion upload) =>
        [.. _world.Inbox.ManifestReceipts[upload].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static long IndexOf(ReadOnlyMemory<byte> receipt) => Receipt.Parse(receipt).Proof.Index;

    private static string Act(string act, string content) => $$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{DigestOf(Bytes(content)).Hex}}"}""";
}
