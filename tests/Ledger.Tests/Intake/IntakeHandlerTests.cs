using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Intake;

public sealed class IntakeHandlerTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task An_uploaded_file_is_verified_and_its_issuer_has_a_receipt()
    {
        await using var service = _world.Start();
        var outcome = await HandleAsync(service, _world.Upload("bank", "statement.pdf", Bytes("statement")));

        Assert.Equal(IntakeOutcome.Staged, outcome);
        Assert.Equal(Verdict.Verified, await VerdictOfAsync(service, "statement"));
        Assert.Single(_world.Inbox.Receipts);
        Assert.Equal(0, _world.Staged.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task One_changed_bit_is_unknown()
    {
        await using var service = _world.Start();
        await HandleAsync(service, _world.Upload("bank", "a", [0]));
        var answer = await service.Verifier.VerifyAsync(DigestOf([1]), TestContext.Current.CancellationToken);
        Assert.Equal(Verdict.Unknown, answer.Verdict);
        Assert.Empty(answer.Issuers);
    }

    [Fact]
    public async Task The_same_bytes_from_another_issuer_or_on_other_terms_are_an_act_of_their_own()
    {
        _world.AddIssuer("registry");
        await using var service = _world.Start();
        await HandleAsync(service, _world.Upload("bank", "a", Bytes("x")));
        await HandleAsync(service, InMemoryWorld.EventOf(_world.Inbox.Put("issuer-bank", "b", Bytes("x"), new() { ["expires"] = "2099-01-01T00:00:00Z" })));
        await HandleAsync(service, _world.Upload("registry", "c", Bytes("x")));

        var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes("x")), TestContext.Current.CancellationToken);
        Assert.Equal(Verdict.Verified, answer.Verdict);
        Assert.Equal(["bank", "registry"], answer.Issuers.Select(issuer => issuer.Result.Issue.Entry.Issuer));
        Assert.Equal([2, 1], answer.Issuers.Select(issuer => issuer.Result.Acts.Count));
        await Audit.RunAsync(_world);
    }

    [Theory]
    [InlineData("sha-256")]
    [InlineData("sha-256,sha-384,sha-512,sm3")]
    public async Task An_empty_document_is_refused_by_that_name_and_its_digests_stay_unknown(string algorithms)
    {
        _world.AddIssuer("registry", algorithms);
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var upload = _world.Inbox.Put("issuer-registry", "empty.pdf", []);
        Assert.Equal(IntakeOutcome.Rejected, await HandleAsync(service, InMemoryWorld.EventOf(upload)));
        Assert.Equal("empty-document", _world.Inbox.Rejections[upload].Cause);
        foreach (var digest in await StreamDigest.ComputeAsync(Stream.Null, DigestAlgorithm.All, null, TestContext.Current.CancellationToken))
            Assert.Equal(Verdict.Unknown, (await service.Verifier.VerifyAsync(digest, TestContext.Current.CancellationToken)).Verdict);
    }

    // What OpenWrite, output bindings and asynchronous copies do.
    [Fact]
    public async Task A_writer_that_creates_an_empty_blob_first_is_answered_for_what_it_wrote()
    {
        await using var service = _world.Start();
        var created = _world.Inbox.Put("issuer-bank", "a.pdf", []);
        Assert.Equal(IntakeOutcome.Rejected, await HandleAsync(service, InMemoryWorld.EventOf(created)));
        var written = _world.Inbox.Put("issuer-bank", "a.pdf", Bytes("written"));
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(service, InMemoryWorld.EventOf(written)));

        // The event of the empty version again: what is there now is answered already, and is not refused for what it was.
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(service, InMemoryWorld.EventOf(created)));
        Assert.Single(_world.Ledger.IndexedActs);
        Assert.Equal(Verdict.Verified, await VerdictOfAsync(service, "written"));
        Assert.DoesNotContain(written, _world.Inbox.Rejections.Keys);
        var told = Assert.Single((await new UploadHistory(_world.Inbox, _world.Ledger.Index, _world.Time).ReadAsync("bank", new UploadFilter(), 0, 10, TestContext.Current.CancellationToken)).Uploads);
        Assert.Equal((UploadState.Answered, null), (told.State, told.Rejection));
    }

    [Fact]
    public async Task An_issuer_with_more_algorithms_gets_an_entry_and_a_receipt_for_each()
    {
        _world.AddIssuer("registry", "sm3,sha-512");
        await using var service = _world.Start();
        await HandleAsync(service, _world.Upload("registry", "a", Bytes("abc")));

        Assert.Equal(3, _world.Inbox.Receipts.Count);
        Assert.True(Digest.TryParse(DigestAlgorithm.Sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", out var sm3));
        var answer = await service.Verifier.VerifyAsync(sm3, TestContext.Current.CancellationToken);
        Assert.Equal(Verdict.Verified, answer.Verdict);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task An_event_that_is_delivered_again_takes_effect_once()
    {
        await using var service = _world.Start();
        var message = _world.Upload("bank", "a", Bytes("x"));
        for (var i = 0; i < 3; i++)
            await HandleAsync(service, message);

        Assert.Single(_world.Ledger.IndexedActs);
        Assert.Single(_world.Inbox.Receipts);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task What_the_service_writes_itself_and_what_is_not_an_issuers_is_ignored()
    {
        await using var service = _world.Start();
        Assert.Equal(IntakeOutcome.Ignored, await HandleAsync(service, InMemoryWorld.EventOf(_world.Inbox.Put("answers-bank", "receipts/a.tlog-proof", Bytes("x")))));
        Assert.Equal(IntakeOutcome.Ignored, await HandleAsync(service, InMemoryWorld.EventOf(_world.Inbox.Put("log", "checkpoint", Bytes("x")))));
        Assert.DoesNotContain("inbox.open", _world.Operations.Log);
    }

    [Fact]
    public async Task An_upload_to_a_container_that_is_no_issuers_is_refused_with_the_reason()
    {
        _world.Inbox.CreateContainer("issuer-ghost", []);
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(IntakeOutcome.Rejected, await HandleAsync(service, _world.Upload("ghost", "a", Bytes("x"))));

        var rejection = Assert.Single(_world.Inbox.Rejections).Value;
        Assert.Equal("not-an-issuer", rejection.Cause);
        Assert.Contains("legalname", rejection.Detail, StringComparison.Ordinal);
        Assert.Equal(Verdict.Unknown, await VerdictOfAsync(service, "x"));
    }

    [Fact]
    public async Task An_event_of_an_older_version_of_a_blob_answers_the_version_that_is_there_once()
    {
        await using var service = _world.Start();
        var older = _world.Upload("bank", "a", Bytes("old"));
        var newer = _world.Upload("bank", "a", Bytes("new"));
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(service, older));
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(service, newer));
        Assert.Equal(Verdict.Unknown, await VerdictOfAsync(service, "old"));
        Assert.Equal(Verdict.Verified, await VerdictOfAsync(service, "new"));
        Assert.Single(_world.Ledger.IndexedActs);
        await Audit.RunAsync(_world);
    }

    // Storage raises no event for metadata: the event of the upload is the only one that there will ever be.
    [Fact]
    public async Task Metadata_that_is_set_after_the_upload_and_before_its_event_is_handled_counts()
    {
        await using var service = _world.Start();
        var uploaded = _world.Upload("bank", "a.pdf", Bytes("x"));
        var present = _world.Inbox.Put("issuer-bank", "a.pdf", Bytes("x"), new() { ["expires"] = "2020-01-01T00:00:00Z" });
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(service, uploaded));
        Assert.Equal(Verdict.Expired, await VerdictOfAsync(service, "x"));
        Assert.Equal(present, Assert.Single(_world.Inbox.Receipts).Key.Source);

        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(service, uploaded));
        Assert.Single(_world.Ledger.IndexedActs);
        await Audit.RunAsync(_world);
    }

    [Theory]
    [InlineData("SHA256SUMS")]
    [InlineData("x.acts.jsonl")]
    [InlineData("bad.pdf")]
    public async Task Whatever_the_upload_is_the_version_that_is_there_is_answered_once(string path)
    {
        await using var service = _world.Start();
        await HandleAsync(service, _world.Upload("bank", "d", Bytes("document")));
        var content = path switch
        {
            "SHA256SUMS" => $"{DigestOf(Bytes("listed")).Hex}  a\n",
            "x.acts.jsonl" => $$"""{"act":"suspend","algorithm":"sha-256","digest":"{{DigestOf(Bytes("document")).Hex}}"}""",
            _ => "x",
        };
        var uploaded = _world.Upload("bank", path, Bytes(content));
        var present = _world.Inbox.Put("issuer-bank", path, Bytes(content), path == "bad.pdf" ? new() { ["expires"] = "soon" } : new() { ["department"] = "loans" });
        for (var i = 0; i < 2; i++)
            await HandleAsync(service, uploaded);

        var answered = _world.Inbox.ManifestReceipts.Keys.Concat(_world.Inbox.ActReceipts.Keys).Concat(_world.Inbox.Rejections.Keys);
        Assert.Equal(present, Assert.Single(answered));
        Assert.Equal(path == "bad.pdf" ? 1 : 2, _world.Ledger.IndexedActs.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Once_staged_a_failing_drain_does_not_fail_the_event()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var message = _world.Upload("bank", "a", Bytes("x"));

        _world.Operations.FailNext("staged.receive", Fault.Before);
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(service, message));
        Assert.Equal(Verdict.Unknown, await VerdictOfAsync(service, "x"));

        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Verdict.Verified, await VerdictOfAsync(service, "x"));
    }

    [Fact]
    public async Task A_blob_that_is_gone_before_it_is_read_is_ignored()
    {
        await using var service = _world.Start();
        var message = _world.Upload("bank", "a", Bytes("x"));
        _world.Inbox.Delete("issuer-bank", "a");
        Assert.Equal(IntakeOutcome.Ignored, await HandleAsync(service, message));
        Assert.Equal(0, _world.Staged.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blob_that_changes_while_it_is_read_is_read_as_it_is_now(bool deleted)
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var older = _world.Upload("bank", "a", new byte[3 << 20]);
        var reads = 0;
        _world.Operations.Hook = operation =>
        {
            if (operation is { Name: "inbox.read", Moment: Fault.Before } && ++reads == 2)
            {
                if (deleted)
                    _world.Inbox.Delete("issuer-bank", "a");
                else
                    _world.Upload("bank", "a", Bytes("new"));
            }

            return Task.CompletedTask;
        };
        Assert.Equal(deleted ? IntakeOutcome.Ignored : IntakeOutcome.Staged, await HandleAsync(service, older));
        Assert.True(reads >= 2);
        Assert.Equal(0, _world.Staged.Count);
        Assert.Equal(deleted ? Verdict.Unknown : Verdict.Verified, await VerdictOfAsync(service, "new"));
        await Audit.RunAsync(_world);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("m.manifest.jsonl")]
    public async Task A_blob_that_changes_each_time_it_is_read_comes_again_with_its_event(string path)
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var message = _world.Upload("bank", path, Bytes("x"));
        _world.Operations.Hook = operation =>
        {
            if (operation is { Name: "inbox.read", Moment: Fault.Before })
                _world.Upload("bank", path, Bytes("x"));
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<BlobChangedException>(() => HandleAsync(service, message));
        Assert.InRange(_world.Operations.Log.Count(name => name == "inbox.open"), 2, 5);
        Assert.Empty(_world.Inbox.Rejections);
        Assert.Empty(_world.Staged.Bodies);
    }

    [Theory]
    [InlineData("registry.get")]
    [InlineData("inbox.open")]
    [InlineData("inbox.read")]
    [InlineData("staged.send")]
    public async Task Until_it_is_staged_a_failure_is_the_events_so_that_it_comes_again(string operation)
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var message = _world.Upload("bank", "a", Bytes("x"));
        _world.Operations.FailNext(operation, Fault.Before);
        await Assert.ThrowsAsync<InjectedFaultException>(() => HandleAsync(service, message));
        Assert.Equal(Verdict.Unknown, await VerdictOfAsync(service, "x"));
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(service, message));
        Assert.Equal(Verdict.Verified, await VerdictOfAsync(service, "x"));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task What_is_not_an_event_is_kept_and_nobody_is_answered()
    {
        await using var service = _world.Start();
        Assert.Equal(IntakeOutcome.Unreadable, await HandleAsync(service, Bytes("{}")));
        await service.Poison.HandleAsync("blob-events", "1", Bytes("{}"), TestContext.Current.CancellationToken);
        Assert.Equal(Bytes("{}"), _world.DeadLetters.Kept[("blob-events", "1")]);
        Assert.Empty(_world.Inbox.Rejections);
    }

    [Fact]
    public async Task An_upload_that_the_service_keeps_failing_on_is_kept_counted_and_answered()
    {
        await using var service = _world.Start();
        using var poisoned = new Measurements("truecopy.poison");
        var queue = Guid.NewGuid().ToString();
        var upload = _world.Inbox.Put("issuer-bank", "a.pdf", Bytes("x"));
        await service.Poison.HandleAsync(queue, "7", InMemoryWorld.EventOf(upload), TestContext.Current.CancellationToken);

        Assert.Equal(InMemoryWorld.EventOf(upload), _world.DeadLetters.Kept[(queue, "7")]);
        Assert.Equal("not-processed", _world.Inbox.Rejections[upload].Cause);
        Assert.Contains((1, $"queue={queue}"), poisoned.Seen);
    }

    [Fact]
    public async Task A_staged_upload_whose_body_is_lost_or_cannot_be_read_is_kept_and_its_issuer_told()
    {
        await using var service = _world.Start();
        var upload = Samples.Upload("all.sha256") with { Source = _world.Inbox.Put("issuer-bank", "all.sha256", Bytes("x")) };
        var other = upload with { Source = _world.Inbox.Put("issuer-bank", "other.sha256", Bytes("x")) };
        var pointer = """{"Blob":"a","Part":0,"Parts":1,"source":{"Container":"issuer-bank","Path":"all.sha256","ETag":"#"}}""".Replace("#", upload.Source.ETag, StringComparison.Ordinal);
        await service.Poison.HandleAsync("staged-bulk", "1", Bytes(pointer), TestContext.Current.CancellationToken);
        var body = System.Text.Encoding.UTF8.GetString(StagedBody.Encode(other)).Replace("\"v\":1,", "\"v\":99,", StringComparison.Ordinal);
        await service.Poison.HandleAsync("staged-acts", "2", Bytes(body), TestContext.Current.CancellationToken);
        await service.Poison.HandleAsync("staged-bulk", "3", Bytes("""{"Blob":"a","Part":0,"Parts":1}"""), TestContext.Current.CancellationToken);

        Assert.Equal(3, _world.DeadLetters.Kept.Count);
        Assert.Equal(["not-processed", "not-processed"], _world.Inbox.Rejections.Values.Select(rejection => rejection.Cause));
        Assert.True(_world.Inbox.Rejections.ContainsKey(upload.Source) && _world.Inbox.Rejections.ContainsKey(other.Source));
    }

    [Theory]
    [InlineData("log", "checkpoint")]
    [InlineData("answers-bank", "receipts/a.tlog-proof")]
    [InlineData("issuer-bank", "../a")]
    public async Task Poison_that_is_not_about_an_upload_answers_nobody(string container, string path)
    {
        await using var service = _world.Start();
        var message = InMemoryWorld.EventOf(new BlobVersion(container, path, "0x1"));
        await service.Poison.HandleAsync("blob-events", "8", message, TestContext.Current.CancellationToken);
        Assert.Single(_world.DeadLetters.Kept);
        Assert.Empty(_world.Inbox.Rejections);
    }

    private static Task<IntakeOutcome> HandleAsync(InMemoryService service, byte[] message) =>
        service.Intake.HandleAsync(message, TestContext.Current.CancellationToken);

    private static async Task<Verdict> VerdictOfAsync(InMemoryService service, string content) =>
        (await service.Verifier.VerifyAsync(DigestOf(Bytes(content)), TestContext.Current.CancellationToken)).Verdict;
}
