using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>A log that began before status was kept goes on: what was issued before is answered as ever, and can be proven to stand once it is issued again.</summary>
public sealed class EarlierLogTests
{
    private const int Before = 6;

    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Until_its_next_batch_it_is_answered_without_a_status_and_none_is_told()
    {
        await BeginAsync();
        await using var service = _world.Start();
        var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop);
        Assert.Equal(Verdict.Verified, answer.Verdict);
        Assert.Null(answer.Issuers[0].Receipt.Status);
        await Assert.ThrowsAsync<LogUnavailableException>(() => service.Status.ReadSinceAsync(0, Stop));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Its_next_batch_ends_with_a_status_that_says_from_which_entry_it_is_kept()
    {
        await BeginAsync();
        await using var service = _world.Start();
        await UploadAsync(service, "new.pdf", "new");
        var reading = await service.Status.ReadSinceAsync(0, Stop);
        Assert.Equal(((long?)Before, (long?)Before + 2), (Entry.Parse(reading.Entry.Span).From, Entry.Parse(reading.Entry.Span).Covers));
        Assert.Equal(EntryStatus.Stands, (await StatusAsync(service, "new")).Status);

        // Another process goes on from what is stored.
        await using var other = _world.Start();
        await UploadAsync(other, "newer.pdf", "newer");
        Assert.Equal(Before, Entry.Parse((await other.Status.ReadSinceAsync(0, Stop)).Entry.Span).From);
        await Audit.RunAsync(_world);
        Assert.Empty((await _world.Doctor().RunAsync(new DoctorOptions(), null, Stop)).Findings);
    }

    [Fact]
    public async Task What_was_issued_before_is_proven_to_stand_once_it_is_issued_again_and_what_did_not_stand_is_not_issued()
    {
        await BeginAsync();
        await using var service = _world.Start();
        await UploadAsync(service, "new.pdf", "new");
        Assert.True((await StatusAsync(service, "a")).IsBeforeStatus);
        Assert.Equal(Verdict.Suspended, (await service.Verifier.VerifyAsync(DigestOf(Bytes("suspended")), Stop)).Verdict);

        // On the same terms, which otherwise is a repetition.
        await UploadAsync(service, "a", "a");
        var proven = await StatusAsync(service, "a");
        Assert.Equal((false, EntryStatus.Stands), (proven.IsBeforeStatus, proven.Status));
        var size = _world.Ledger.Finished;
        await UploadAsync(service, "a", "a");
        Assert.Equal(size, _world.Ledger.Finished);
        var refused = await UploadAsync(service, "suspended", "suspended");
        Assert.Equal("suspended", _world.Inbox.Rejections[refused].Cause);

        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await UploadAsync(service, "x.acts.jsonl", Line("revoke", "b") + "\n" + Line("reinstate", "suspended"));
        Assert.Equal(
            (Verdict.Revoked, Verdict.Verified),
            ((await service.Verifier.VerifyAsync(DigestOf(Bytes("b")), Stop)).Verdict, (await service.Verifier.VerifyAsync(DigestOf(Bytes("suspended")), Stop)).Verdict));
        Assert.True((await StatusAsync(service, "suspended")).IsBeforeStatus);
        await Audit.RunAsync(_world);
    }

    // What an operator hides of what was done since: the status says it, whenever the document was issued.
    [Fact]
    public async Task A_revocation_since_then_cannot_be_hidden_from_the_index()
    {
        await BeginAsync();
        await using var service = _world.Start();
        await UploadAsync(service, "x.acts.jsonl", Line("revoke", "b"));
        var revocation = _world.Ledger.IndexedActs.Single(row => row.Entry.Kind == ActKind.Revoke);
        _world.Ledger.Lose(revocation.Digest, revocation.ActId);
        await Assert.ThrowsAsync<LogUnavailableException>(() => service.Verifier.VerifyAsync(DigestOf(Bytes("b")), Stop));
    }

    // Genesis; "a", "b", "suspended" and "b" on other terms; a suspension.
    private async Task BeginAsync()
    {
        await EarlierLog.BeginAsync(_world, Stop);
        var bank = _world.Inbox.IssuerOf("issuer-bank");
        Act[] issues = [.. new[] { "a", "b", "suspended", "b" }.Select((name, i) => Upload(bank, i == 3 ? "b again" : name, name).FirstIssue())];
        issues[3] = issues[3] with { Unpublished = new Unpublished { Type = "other" } };
        await EarlierLog.AddAsync(_world, issues, Stop);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var list = Upload(bank, "list.acts.jsonl", "suspended") with { Answer = AnswerForm.OfActList };
        await EarlierLog.AddAsync(_world, [list.ToAct(new RequestedAct(ActKind.Suspend, 0), ActId.Of(list.Source, 0, DigestOf(Bytes("suspended"))), DigestOf(Bytes("suspended")), Unpublished.None, target: 3)], Stop);
        Assert.Equal(Before, _world.Ledger.Finished);
    }

    private StagedUpload Upload(Issuer issuer, string path, string content) => new(
        new BlobVersion(issuer.Container, path, "0x1"), issuer, _world.Time.GetUtcNow(), AnswerForm.OfDocument, [new RequestedAct(ActKind.Issue, 0) { Digests = [DigestOf(Bytes(content))] }]);

    private async Task<BlobVersion> UploadAsync(InMemoryService service, string path, string content)
    {
        var version = _world.Inbox.Put("issuer-bank", path, Bytes(content));
        await service.Intake.HandleAsync(InMemoryWorld.EventOf(version), Stop);
        return version;
    }

    private static async Task<ProvenStatus> StatusAsync(InMemoryService service, string content)
    {
        var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes(content)), Stop);
        var issuer = Assert.Single(answer.Issuers);
        return ReceiptCheck.Run(issuer.IssueReceipt ?? issuer.Receipt, answer.Digest, answer.Checkpoint.Signers).Status;
    }

    private static string Line(string act, string content) => $$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{DigestOf(Bytes(content)).Hex}}"}""";
}
