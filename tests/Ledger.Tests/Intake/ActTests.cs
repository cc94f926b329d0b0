using System.Text.Json;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Intake;

/// <summary>Acts on documents, from the issuer's upload to what the issuer and the verifier then see.</summary>
public sealed class ActTests : IAsyncLifetime
{
    private readonly InMemoryWorld _world = new();
    private InMemoryService _service = null!;
    private int _uploads;

    public async ValueTask InitializeAsync()
    {
        _world.AddIssuer("registry", "sm3");
        _service = _world.Start();
        await IssueAsync("old", "ref-old");
        await IssueAsync("new", "ref-new");
    }

    public async ValueTask DisposeAsync()
    {
        await Audit.RunAsync(_world);
        await _service.DisposeAsync();
    }

    [Theory]
    [InlineData("revoke", Verdict.Revoked)]
    [InlineData("suspend", Verdict.Suspended)]
    [InlineData("supersede", Verdict.Superseded)]
    public async Task An_act_by_digest_or_by_reference_takes_effect_and_is_answered_with_a_receipt(string act, Verdict verdict)
    {
        var successor = act == "supersede" ? ",\"successorReference\":\"ref-new\"" : "";
        foreach (var (line, target) in new[] { (ByDigest(act, "new", successor.Replace("ref-new", "ref-old", StringComparison.Ordinal)), "new"), (ByReference(act, "ref-old", successor), "old") })
        {
            var upload = await ActAsync(line);
            Assert.Equal(verdict, await VerdictAsync(target));
            var receipt = Assert.Single(ReceiptsOf(upload));
            var check = ReceiptCheck.Run(Receipt.Parse(Bytes(receipt.GetProperty("receipt").GetString()!)), DigestOf(Bytes(target)), _world.Identity.Verifiers);
            Assert.Equal((act, "bank"), (WireName.Of(check.Entry.Kind), check.Entry.Issuer));
            Assert.Equal(ActKind.Issue, _world.Ledger.IndexedActs.Single(act => act.LogIndex == check.Entry.Target).Entry.Kind);
            Assert.False(_world.Inbox.Rejections.ContainsKey(upload));
        }
    }

    [Fact]
    public async Task Reinstating_ends_a_suspension_and_nothing_else()
    {
        await ActAsync(ByDigest("suspend", "old"));
        Assert.Equal(Verdict.Suspended, await VerdictAsync("old"));
        await ActAsync(ByDigest("reinstate", "old"));
        Assert.Equal(Verdict.Verified, await VerdictAsync("old"));
        await ActAsync(ByDigest("supersede", "old", ",\"successorReference\":\"ref-new\""));
        await ActAsync(ByDigest("reinstate", "old"));
        Assert.Equal(Verdict.Superseded, await VerdictAsync("old"));
    }

    [Fact]
    public async Task A_superseded_document_leads_to_its_successor_and_to_how_that_stands()
    {
        await ActAsync(ByReference("supersede", "ref-old", ",\"successorReference\":\"ref-new\""));
        var answer = Assert.Single((await AnswerAsync("old")).Issuers);
        Assert.Equal((DigestOf(Bytes("new")), Verdict.Verified), (answer.Successor!.Digest, answer.Successor.Verdict));
        Assert.Equal(DigestOf(Bytes("new")), ReceiptCheck.Run(answer.Receipt, DigestOf(Bytes("old")), _world.Identity.Verifiers).Receipt.Successor);
        await ActAsync(ByDigest("revoke", "new"));
        Assert.Equal(Verdict.Revoked, Assert.Single((await AnswerAsync("old")).Issuers).Successor!.Verdict);
    }

    [Fact]
    public async Task Documents_that_supersede_each_other_are_answered_without_end()
    {
        await ActAsync(ByReference("supersede", "ref-old", ",\"successorReference\":\"ref-new\""));
        await ActAsync(ByReference("supersede", "ref-new", ",\"successorReference\":\"ref-old\""));
        Assert.Equal(Verdict.Superseded, Assert.Single((await AnswerAsync("old")).Issuers).Successor!.Verdict);
    }

    [Fact]
    public async Task A_reason_is_published_and_a_note_is_only_committed_to()
    {
        await ActAsync(ByDigest("revoke", "old", ",\"reason\":\"issuedInError\",\"note\":\"wrong amount\""));
        var receipt = Assert.Single((await AnswerAsync("old")).Issuers).Receipt;
        var entry = System.Text.Encoding.UTF8.GetString(receipt.Entry.Span);
        Assert.Contains("\"reason\":\"issuedInError\"", entry, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong amount", entry, StringComparison.Ordinal);
        Assert.Equal("wrong amount", ReceiptCheck.Run(receipt, DigestOf(Bytes("old")), _world.Identity.Verifiers).Receipt.Note);
        foreach (var forged in new[] { receipt with { Note = "another" }, receipt with { Note = null }, receipt with { Successor = DigestOf([]) } })
            Assert.Throws<ReceiptException>(() => ReceiptCheck.Run(forged, DigestOf(Bytes("old")), _world.Identity.Verifiers));
    }

    [Fact]
    public async Task What_is_done_to_a_document_is_done_to_it_under_every_algorithm()
    {
        await IssueAsync("deed", "ref-deed", "registry");
        var sm3 = (await StreamDigest.ComputeAsync(new MemoryStream(Bytes("deed")), [DigestAlgorithm.Sm3], null, Stop))[0];
        Assert.Equal(Verdict.Verified, (await _service.Verifier.VerifyAsync(sm3, Stop)).Verdict);
        var upload = await ActAsync(ByDigest("revoke", "deed"), "registry");
        Assert.Equal(2, ReceiptsOf(upload).Count);
        Assert.Equal((Verdict.Revoked, Verdict.Revoked), ((await _service.Verifier.VerifyAsync(sm3, Stop)).Verdict, await VerdictAsync("deed")));
    }

    [Theory]
    [InlineData("by digest")]
    [InlineData("by reference")]
    [InlineData("as successor")]
    public async Task An_act_by_another_issuer_never_touches_the_document_and_is_refused_with_the_reason(string how)
    {
        await IssueAsync("deed", "ref-deed", "registry");
        var upload = await ActAsync(
            how switch
            {
                "by digest" => ByDigest("revoke", "old"),
                "by reference" => ByReference("revoke", "ref-old"),
                _ => ByReference("supersede", "ref-deed", $",\"successorAlgorithm\":\"sha-256\",\"successorDigest\":\"{DigestOf(Bytes("new")).Hex}\""),
            },
            "registry");
        Assert.Empty(_world.Inbox.Rejections);
        await PassTimeAsync();
        Assert.Contains("you have", Assert.Single(_world.Inbox.Rejections[upload].Lines).Detail, StringComparison.Ordinal);
        Assert.Equal((Verdict.Verified, Verdict.Verified), (await VerdictAsync("old"), await VerdictAsync("deed")));
        Assert.Equal(0, _world.Staged.Count);
    }

    [Fact]
    public async Task An_act_that_comes_before_its_document_waits_for_it()
    {
        await using var service = _world.Start();
        var late = _world.Inbox.Put("issuer-bank", "late.pdf", Bytes("late"));
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var upload = await ActAsync(ByDigest("revoke", "late"));
        Assert.Equal((Verdict.Unknown, 1), (await VerdictAsync("late"), _world.Staged.Count));
        await _service.Intake.HandleAsync(InMemoryWorld.EventOf(late), Stop);
        _world.Time.Advance(TimeSpan.FromSeconds(20));
        await _service.Sequencer.DrainAsync(Stop);
        Assert.Equal((Verdict.Revoked, 0), (await VerdictAsync("late"), _world.Staged.Count));
        Assert.Single(ReceiptsOf(upload));
    }

    [Fact]
    public async Task An_act_staged_with_its_document_is_done_in_the_same_drain()
    {
        using (_world.Lease.HoldElsewhere())
        {
            await ActAsync(ByDigest("revoke", "together"));
            await IssueAsync("together", null);
        }

        await _service.Sequencer.DrainAsync(Stop);
        Assert.Equal(Verdict.Revoked, await VerdictAsync("together"));
    }

    [Fact]
    public async Task Some_lines_may_be_refused_while_the_others_are_done_at_once()
    {
        var upload = await ActAsync(ByDigest("suspend", "old") + "\n" + ByDigest("suspend", "nobody's") + "\n" + ByReference("suspend", "ref-new"));
        Assert.Equal((Verdict.Suspended, Verdict.Suspended), (await VerdictAsync("old"), await VerdictAsync("new")));
        Assert.False(_world.Inbox.ActReceipts.ContainsKey(upload));
        await PassTimeAsync();
        Assert.Equal([1, 3], ReceiptsOf(upload).Select(line => line.GetProperty("line").GetInt64()));
        var refused = Assert.Single(_world.Inbox.Rejections[upload].Lines);
        Assert.Equal((2L, "you have not issued this document"), (refused.Line, refused.Detail));
    }

    [Theory]
    [InlineData("""{"act":"suspend","reference":"nobody's"}""", "you have issued no document under this reference")]
    [InlineData("""{"act":"supersede","reference":"ref-old","successorReference":"nobody's"}""", "you have not issued the successor")]
    [InlineData("""{"act":"supersede","reference":"ref-old","successorAlgorithm":"sha-256","successorDigest":"HEX of nobody's"}""", "you have not issued the successor")]
    [InlineData("""{"act":"supersede","reference":"ref-old","successorAlgorithm":"sha-256","successorDigest":"HEX of old"}""", "a document does not supersede itself")]
    public async Task A_line_that_cannot_be_done_is_refused_with_its_number_and_what_is_wrong_with_it(string line, string reason)
    {
        foreach (var content in new[] { "nobody's", "old" })
            line = line.Replace($"HEX of {content}", DigestOf(Bytes(content)).Hex, StringComparison.Ordinal);
        var upload = await ActAsync(ByDigest("suspend", "new") + "\n" + line);
        await PassTimeAsync();
        var refused = Assert.Single(_world.Inbox.Rejections[upload].Lines);
        Assert.Equal((2L, reason), (refused.Line, refused.Detail));
        Assert.Equal([1], ReceiptsOf(upload).Select(receipt => receipt.GetProperty("line").GetInt64()));
    }

    [Fact]
    public async Task The_successor_by_a_reference_that_was_used_again_is_the_document_issued_last_under_it()
    {
        await IssueAsync("newer", "ref-new");
        await ActAsync(ByReference("supersede", "ref-old", ",\"successorReference\":\"ref-new\""));
        Assert.Equal(DigestOf(Bytes("newer")), Assert.Single((await AnswerAsync("old")).Issuers).Successor!.Digest);

        // Issued again, the first one is the last.
        await IssueAsync("new", "ref-new");
        await ActAsync(ByReference("supersede", "ref-old", ",\"successorReference\":\"ref-new\""));
        Assert.Equal(DigestOf(Bytes("new")), Assert.Single((await AnswerAsync("old")).Issuers).Successor!.Digest);
    }

    [Fact]
    public async Task An_act_is_done_to_the_entry_that_issued_the_document_last()
    {
        await IssueAsync("old", "ref-older");
        var issued = _world.Ledger.IndexedActs.Where(act => act.Digest.Equals(DigestOf(Bytes("old")))).Max(act => act.LogIndex);
        var receipt = Assert.Single(ReceiptsOf(await ActAsync(ByDigest("suspend", "old"))));
        Assert.Equal(issued, Receipt.Parse(Bytes(receipt.GetProperty("receipt").GetString()!)).ReadEntry().Target);
    }

    [Fact]
    public async Task A_revoked_document_is_revoked_whatever_is_done_to_it_later()
    {
        await ActAsync(ByDigest("revoke", "old"));
        foreach (var act in new[] { "suspend", "reinstate", "revoke" })
        {
            var upload = await ActAsync(ByDigest(act, "old"));
            var refused = Assert.Single(_world.Inbox.Rejections[upload].Lines);
            Assert.Equal((1L, "the document is revoked, and that is final"), (refused.Line, refused.Detail));
            Assert.Equal("", _world.Inbox.ActReceipts[upload]);
        }

        Assert.Equal(Verdict.Revoked, await VerdictAsync("old"));
    }

    [Fact]
    public async Task Issuing_revoked_bytes_again_is_refused_as_a_document_and_in_a_manifest()
    {
        await ActAsync(ByDigest("revoke", "old"));
        var again = await UploadAsync("bank", "again.pdf", Bytes("old"));
        Assert.Equal("revoked", _world.Inbox.Rejections[again].Cause);
        var list = await UploadAsync("bank", "SHA256SUMS", Bytes($"{DigestOf(Bytes("fresh")).Hex}  fresh\n{DigestOf(Bytes("old")).Hex}  old\n"));
        Assert.Contains("line 2, column 1", _world.Inbox.Rejections[list].Detail, StringComparison.Ordinal);
        Assert.Equal((Verdict.Revoked, Verdict.Unknown), (await VerdictAsync("old"), await VerdictAsync("fresh")));

        // Another issuer has revoked nothing.
        await IssueAsync("old", null, "registry");
        var answer = await AnswerAsync("old");
        Assert.Equal(Verdict.Conflicting, answer.Verdict);
        Assert.Equal([("bank", Verdict.Revoked), ("registry", Verdict.Verified)], answer.Issuers.Select(issuer => (issuer.Result.Issue.Entry.Issuer!, issuer.Result.Verdict)));
    }

    [Theory]
    [InlineData("suspend", "suspended", "Reinstate the document", Verdict.Suspended)]
    [InlineData("supersede", "superseded", "Issue the other document", Verdict.Superseded)]
    public async Task Issuing_suspended_or_superseded_bytes_again_is_refused_with_the_remedy_as_a_document_and_line_by_line_in_a_manifest(string act, string cause, string remedy, Verdict verdict)
    {
        await ActAsync(act == "suspend" ? ByDigest("suspend", "old") : $$"""{"act":"supersede","algorithm":"sha-256","digest":"{{DigestOf(Bytes("old")).Hex}}","successorAlgorithm":"sha-256","successorDigest":"{{DigestOf(Bytes("new")).Hex}}"}""");
        var again = await UploadAsync("bank", "again.pdf", Bytes("old"));
        Assert.Equal(cause, _world.Inbox.Rejections[again].Cause);
        Assert.Contains(remedy, _world.Inbox.Rejections[again].Detail, StringComparison.Ordinal);
        var list = await UploadAsync("bank", "SHA256SUMS", Bytes($"{DigestOf(Bytes("fresh")).Hex}  fresh\n{DigestOf(Bytes("old")).Hex}  old\n"));
        var lines = _world.Inbox.ManifestReceipts[list].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.True(lines[0].TryGetProperty("receipt", out _));
        Assert.Contains(remedy, lines[1].GetProperty("refused").GetString(), StringComparison.Ordinal);
        Assert.Equal((verdict, Verdict.Verified), (await VerdictAsync("old"), await VerdictAsync("fresh")));
        await Audit.RunAsync(_world);
        if (act != "suspend")
            return;
        await ActAsync(ByDigest("reinstate", "old"));
        await UploadAsync("bank", "again.pdf", Bytes("old"), new() { ["type"] = "other" });
        Assert.Equal((Verdict.Verified, "other"), (await VerdictAsync("old"), Assert.Single((await AnswerAsync("old")).Issuers).Result.Issue.Unpublished.Type));
        await Audit.RunAsync(_world);
    }

    // What is staged already when it is suspended was not refused at intake.
    [Fact]
    public async Task A_document_that_is_suspended_while_it_is_on_its_way_to_be_issued_again_is_refused_under_each_of_its_algorithms()
    {
        _world.AddIssuer("registry");
        await UploadAsync("registry", "a.pdf", Bytes("a"));
        _world.Time.Advance(TimeSpan.FromMinutes(2));
        _world.AddIssuer("registry", "sm3");
        BlobVersion again;
        using (_world.Lease.HoldElsewhere())
        {
            await UploadAsync("registry", "x.acts.jsonl", Bytes(ByDigest("suspend", "a")));
            again = await UploadAsync("registry", "again.pdf", Bytes("a"), new() { ["type"] = "other" });
        }

        await _service.Sequencer.DrainAsync(Stop);
        Assert.Equal("suspended", _world.Inbox.Rejections[again].Cause);
        Assert.Equal(Verdict.Suspended, await VerdictAsync("a"));
        var digests = await StreamDigest.ComputeAsync(new MemoryStream(Bytes("a")), _world.Inbox.IssuerOf("issuer-registry").Algorithms, progress: null, Stop);
        Assert.Equal([Verdict.Suspended, Verdict.Unknown], await Task.WhenAll(digests.Select(async digest => (await _service.Verifier.VerifyAsync(digest, Stop)).Verdict)));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task The_event_of_a_document_that_was_revoked_since_changes_nothing_and_is_not_refused()
    {
        var document = _world.Inbox.Put("issuer-bank", "d.pdf", Bytes("d"));
        await _service.Intake.HandleAsync(InMemoryWorld.EventOf(document), Stop);
        await ActAsync(ByDigest("revoke", "d"));
        var entries = InMemoryLedger.SizeOf(_world.Ledger.Published.Last());
        Assert.Equal(IntakeOutcome.Staged, await _service.Intake.HandleAsync(InMemoryWorld.EventOf(document), Stop));
        Assert.False(_world.Inbox.Rejections.ContainsKey(document));
        Assert.Equal((entries, 0), (InMemoryLedger.SizeOf(_world.Ledger.Published.Last()), _world.Staged.Count));
    }

    [Fact]
    public async Task A_reference_that_was_used_again_stands_for_every_document_under_it()
    {
        await IssueAsync("second", "ref-old");
        var upload = await ActAsync(ByReference("suspend", "ref-old"));
        Assert.Equal(2, ReceiptsOf(upload).Count);
        Assert.Equal((Verdict.Suspended, Verdict.Suspended, Verdict.Verified), (await VerdictAsync("old"), await VerdictAsync("second"), await VerdictAsync("new")));
    }

    [Fact]
    public async Task A_revoked_document_does_not_shield_the_others_under_its_reference()
    {
        await ActAsync(ByReference("revoke", "ref-old"));
        await IssueAsync("second", "ref-old");
        var upload = await ActAsync(ByReference("revoke", "ref-old"));
        Assert.Single(ReceiptsOf(upload));
        Assert.False(_world.Inbox.Rejections.ContainsKey(upload));
        Assert.Equal((Verdict.Revoked, Verdict.Revoked), (await VerdictAsync("old"), await VerdictAsync("second")));
    }

    [Fact]
    public async Task An_event_of_a_list_that_is_delivered_again_does_nothing_twice()
    {
        var list = _world.Inbox.Put("issuer-bank", "a.acts.jsonl", Bytes(ByDigest("suspend", "old")));
        for (var i = 0; i < 3; i++)
            await _service.Intake.HandleAsync(InMemoryWorld.EventOf(list), Stop);
        Assert.Equal(2, Assert.Single((await AnswerAsync("old")).Issuers).Result.Acts.Count);
        Assert.Single(ReceiptsOf(list));
    }

    // One operation after another fails, without effect or with it, while a list is taken in, done and answered.
    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task Whichever_operation_fails_a_list_of_acts_is_done_once_and_answered_whole()
    {
        var operations = await RunAsync(-1, Fault.Before);
        Assert.True(operations > 25, $"{operations} operations");
        foreach (var k in Extent.SampleOf([.. Enumerable.Range(0, operations)], 16))
        {
            await RunAsync(k, Fault.Before);
            await RunAsync(k, Fault.After);
        }

        async Task<int> RunAsync(int k, Fault fault)
        {
            var world = new InMemoryWorld();
            var service = world.Start();
            var document = world.Inbox.Put("issuer-bank", "a", Bytes("a"), new() { ["reference"] = "r" });
            await service.Intake.HandleAsync(InMemoryWorld.EventOf(document), Stop);
            world.Time.Advance(TimeSpan.FromSeconds(1));
            var list = world.Inbox.Put("issuer-bank", "x.acts.jsonl", Bytes(ByReference("suspend", "r") + "\n" + ByDigest("revoke", "b") + "\n" + ByDigest("revoke", "a")));
            var before = world.Operations.Log.Count;
            if (k >= 0)
                world.Operations.FailAt(k, fault);
            for (var attempt = 0; attempt < 9; attempt++)
            {
                try
                {
                    if (attempt < 3)
                        await service.Intake.HandleAsync(InMemoryWorld.EventOf(list), Stop);
                    await service.Sequencer.DrainAsync(Stop);
                    await world.Answers.DeliverAsync(service.Answers, Stop);
                }
                catch (InjectedFaultException)
                {
                    // Delivered again, to another process.
                    service = world.Start();
                }

                world.Time.Advance(attempt < 6 ? StagedActs.Invisible : new SequencerOptions().DocumentWait);
                world.Lease.Expire();
            }

            var made = world.Operations.Log.Count - before;
            await Audit.RunAsync(world);
            var where = $"{fault} at {k}";
            Assert.True(world.Ledger.IndexedActs.Count == 3, $"{where}: {world.Ledger.IndexedActs.Count} acts in effect");
            Assert.True(world.Inbox.ActReceipts[list].Count(c => c == '\n') == 2, where);
            Assert.True(world.Inbox.Rejections[list].Lines is [{ Line: 2 }], where);
            Assert.True(world.Staged.Count + world.Answers.Count == 0, where);
            return made;
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string ByDigest(string act, string content, string more = "") =>
        $"{{\"act\":\"{act}\",\"algorithm\":\"sha-256\",\"digest\":\"{DigestOf(Bytes(content)).Hex}\"{more}}}";

    private static string ByReference(string act, string reference, string more = "") => $"{{\"act\":\"{act}\",\"reference\":\"{reference}\"{more}}}";

    private Task<BlobVersion> ActAsync(string lines, string issuer = "bank") => UploadAsync(issuer, $"{_uploads++}.acts.jsonl", Bytes(lines));

    private Task<BlobVersion> IssueAsync(string content, string? reference, string issuer = "bank") =>
        UploadAsync(issuer, $"{_uploads++}.pdf", Bytes(content), reference is null ? [] : new() { ["reference"] = reference });

    // A second passes between uploads, so that each act has a time of its own.
    private async Task<BlobVersion> UploadAsync(string issuer, string path, byte[] content, Dictionary<string, string>? metadata = null)
    {
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var upload = _world.Inbox.Put("issuer-" + issuer, path, content, metadata);
        await _service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop);
        return upload;
    }

    private async Task PassTimeAsync()
    {
        _world.Time.Advance(new SequencerOptions().DocumentWait);
        await _service.Sequencer.DrainAsync(Stop);
    }

    private Task<ProvenVerdict> AnswerAsync(string content) => _service.Verifier.VerifyAsync(DigestOf(Bytes(content)), Stop);

    private async Task<Verdict> VerdictAsync(string content) => (await AnswerAsync(content)).Verdict;

    private List<JsonElement> ReceiptsOf(BlobVersion upload) =>
        [.. _world.Inbox.ActReceipts[upload].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
