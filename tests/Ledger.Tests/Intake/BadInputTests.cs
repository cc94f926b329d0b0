using System.Text;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Intake;

/// <summary>Every wrong input has a stated outcome: rejected with a reason, or ignored on purpose; nothing is left in a queue.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private static readonly string Hex = DigestOf(Bytes("listed")).Hex;

    private readonly InMemoryWorld _world = new();
    private InMemoryService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = _world.Start();
        await _service.Sequencer.DrainAsync(Stop);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("empty", "", "line 1, column 1: the manifest lists nothing")]
    [InlineData("NUL", "{0}  a\0b\n", "line 1, column 68: a NUL byte")]
    [InlineData("lone CR", "{0}  a\rb\n", "line 1, column 68: a carriage return")]
    [InlineData("comments only", "# none\n\n", "line 1, column 1: the manifest lists nothing")]
    [InlineData("words", "{0}  a\nthe end\n", "line 2, column 1: a sha-256 digest is 64 hex digits")]
    [InlineData("truncated", "{0}  a\nba7816bf", "line 2, column 9: a sha-256 digest is 64 hex digits")]
    [InlineData("cut in a tagged line", "SHA256 (a) = {0}\nSHA256 (a) = ba78", "line 2, column 18: a sha-256 digest is 64 hex digits")]
    [InlineData("cut before the digest", "{0}  a\nSHA256 (a)", "line 2, column 11: after the name in brackets come")]
    [InlineData("something after the digest", "{0}, a\n", "line 1, column 65: after the digest come a blank")]
    [InlineData("something after the tagged digest", "SHA256 (a) = {0} b\n", "line 1, column 78: after the digest comes nothing")]
    [InlineData("a bad escape", "\\{0}  a\\tb\n", "line 1, column 68: in an escaped name")]
    [InlineData("another algorithm", "{0}{0}  a\n", "line 1, column 65: a sha-256 digest is 64 hex digits")]
    public async Task A_digest_list_with_one_bad_line_is_rejected_whole_by_line_column_and_rule(string what, string text, string detail)
    {
        var upload = await UploadAsync("SHA256SUMS", Bytes(text.Replace("{0}", Hex, StringComparison.Ordinal)));
        await AssertRejectedAsync(upload, "malformed-manifest", detail);
        Assert.True(await VerdictAsync("listed") == Verdict.Unknown, what);
        Assert.Empty(_world.Staged.Bodies);
    }

    [Fact]
    public async Task UTF_16_without_a_byte_order_mark_is_rejected() =>
        await AssertRejectedAsync(await UploadAsync("a.sha256", Encoding.Unicode.GetBytes($"{Hex}  a\n")), "malformed-manifest", "line 1, column 2: a NUL byte; save the file as UTF-8");

    [Fact]
    public async Task A_bad_last_line_after_many_parts_stages_nothing_at_all()
    {
        var text = new StringBuilder();
        for (var i = 0; i < (2 * ManifestIntake.PartLength) + 1; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""{"algorithm":"sha-256","digest":"{{DigestOf(BitConverter.GetBytes(i)).Hex}}"}""").Append('\n');
        var upload = await UploadAsync("long.manifest.jsonl", Bytes(text + """{"algorithm":"sha-256","digest":"00"}"""));
        await AssertRejectedAsync(upload, "malformed-manifest", $"line {(2 * ManifestIntake.PartLength) + 2}, column 33: a sha-256 digest is 64 hex digits");
        Assert.Empty(_world.Staged.Bodies);
    }

    [Theory]
    [InlineData("""{"act":"revoke"}""", "line 1, column 8")]
    [InlineData("""{"act":"revoke","reference":"a","reference":"b"}""", "reference appears twice")]
    [InlineData("not json", "one JSON object")]
    [InlineData("", "the list has no acts")]
    public async Task A_list_of_acts_with_one_bad_line_is_rejected_whole(string line, string detail)
    {
        await UploadAsync("d.pdf", Bytes("document"));
        var good = $$"""{"act":"suspend","algorithm":"sha-256","digest":"{{DigestOf(Bytes("document")).Hex}}"}""";
        var upload = await UploadAsync("x.acts.jsonl", Bytes(line.Length == 0 ? "" : line + "\n" + good));
        await AssertRejectedAsync(upload, "malformed-acts", detail);
        Assert.Equal(Verdict.Verified, await VerdictAsync("document"));
    }

    [Fact]
    public async Task A_list_of_too_many_acts_is_rejected()
    {
        var line = """{"act":"suspend","reference":"r"}""" + "\n";
        await AssertRejectedAsync(await UploadAsync("x.acts.jsonl", Bytes(string.Concat(Enumerable.Repeat(line, ActListIntake.MaxLines + 1)))), "malformed-acts", "at most 10000 acts");
    }

    [Theory]
    [InlineData("expires", "2030-01-01", "expires is an RFC 3339 time with a zone")]
    [InlineData("expires", "2030-01-01T00:00:00", "expires is an RFC 3339 time with a zone")]
    [InlineData("expires", "1969-12-31T23:59:59Z", "from 1970 on")]
    [InlineData("validfrom", "soon", "validfrom is an RFC 3339 time with a zone")]
    [InlineData("reference", "", "reference has 1 to 256 characters")]
    [InlineData("reference", "a%0Ab", "no control characters")]
    [InlineData("reference", "LONG257", "reference has 1 to 256 characters")]
    [InlineData("type", "LONG65", "type has 1 to 64 characters")]
    public async Task A_document_whose_metadata_breaks_a_rule_is_rejected_by_that_rule(string key, string value, string rule)
    {
        value = value.StartsWith("LONG", StringComparison.Ordinal) ? new string('x', int.Parse(value[4..], System.Globalization.CultureInfo.InvariantCulture)) : value;
        await AssertRejectedAsync(await UploadAsync("a.pdf", Bytes("x"), new() { [key] = value }), "invalid-metadata", rule);
        Assert.Equal(Verdict.Unknown, await VerdictAsync("x"));
    }

    [Theory]
    [InlineData("reference", "loan%E2%80%AE7", "U+202E")]
    [InlineData("reference", "%E2%81%A6loan", "U+2066")]
    [InlineData("reference", "loan%E2%80%A87", "U+2028")]
    [InlineData("reference", "loan%E2%80%A97", "U+2029")]
    [InlineData("reference", "loan%C2%9B2J", "U+009B")]
    [InlineData("type", "state%E2%80%8Bment", "U+200B")]
    [InlineData("type", "a%EF%BB%BFb", "U+FEFF")]
    [InlineData("type", "a%F3%A0%81%81b", "U+E0041")]
    [InlineData("reference", "loan%1B%5B2J", "U+001B")]
    public async Task Text_with_a_character_that_does_not_show_is_rejected_and_the_character_named(string key, string value, string character)
    {
        await AssertRejectedAsync(await UploadAsync("a.pdf", Bytes("x"), new() { [key] = value }), "invalid-metadata", character);
        Assert.Equal(Verdict.Unknown, await VerdictAsync("x"));
        await AssertRejectedAsync(
            await UploadAsync("x.manifest.jsonl", Bytes($$"""{"algorithm":"sha-256","digest":"{{Hex}}","{{key}}":"{{Uri.UnescapeDataString(value).Replace("\e", "\\u001b", StringComparison.Ordinal)}}"}""")),
            "malformed-manifest",
            character);
    }

    [Fact]
    public async Task A_note_with_a_character_that_does_not_show_refuses_the_list_by_line_and_place() => await AssertRejectedAsync(
        await UploadAsync("x.acts.jsonl", Bytes("""{"act":"suspend","reference":"r"}""" + "\n" + """{"act":"revoke","reference":"r","note":"all \u202edoog"}""")),
        "malformed-acts",
        "line 2, column 40: note has U+202E as its character 5");

    [Fact]
    public async Task A_document_that_would_expire_before_it_is_valid_is_rejected() => await AssertRejectedAsync(
        await UploadAsync("a.pdf", Bytes("x"), new() { ["validfrom"] = "2030-01-01T00:00:00Z", ["expires"] = "2030-01-01T00:00:00Z" }),
        "invalid-metadata",
        "expires is after validFrom");

    [Fact]
    public async Task A_reference_for_a_whole_manifest_is_rejected() =>
        await AssertRejectedAsync(await UploadAsync("SHA256SUMS", Bytes($"{Hex}  a\n"), new() { ["reference"] = "r" }), "invalid-metadata", "a reference names one document");

    // Each would otherwise issue a document for ever, or under no name, without a word.
    [Theory]
    [InlineData("expiry", "expires")]
    [InlineData("Expire", "expires")]
    [InlineData("expiresOn", "expires")]
    [InlineData("expires_at", "expires")]
    [InlineData("expiryDate", "expires")]
    [InlineData("expiration", "expires")]
    [InlineData("valid_until", "expires")]
    [InlineData("validTo", "expires")]
    [InlineData("notAfter", "expires")]
    [InlineData("valid_from", "validfrom")]
    [InlineData("validSince", "validfrom")]
    [InlineData("not_before", "validfrom")]
    [InlineData("ref", "reference")]
    [InlineData("referenceNumber", "reference")]
    [InlineData("refno", "reference")]
    [InlineData("documentType", "type")]
    [InlineData("exipres", "expires")]
    [InlineData("expires2", "expires")]
    [InlineData("referance", "reference")]
    public async Task Metadata_that_nearly_has_a_name_of_ours_is_rejected_with_the_right_one(string key, string name)
    {
        foreach (var path in new[] { "a.pdf", "SHA256SUMS" })
        {
            var upload = await UploadAsync(path, Bytes(path == "a.pdf" ? "x" : $"{Hex}  a\n"), new() { [key] = "2030-01-01T00:00:00Z" });
            await AssertRejectedAsync(upload, "invalid-metadata", $"the name is {name}, not {key}");
        }

        Assert.Equal(Verdict.Unknown, await VerdictAsync("x"));
    }

    [Fact]
    public async Task Metadata_that_is_not_ours_is_left_alone()
    {
        await UploadAsync("a.pdf", Bytes("x"), new() { ["Department"] = "loans", ["preference"] = "none", ["hdi_isfolder"] = "true", ["mtime"] = "1", ["author"] = "x" });
        Assert.Equal(Verdict.Verified, await VerdictAsync("x"));
    }

    [Theory]
    [InlineData("../a.pdf", "'.' or '..'")]
    [InlineData("a/../../b.pdf", "'.' or '..'")]
    [InlineData("a/./b.pdf", "'.' or '..'")]
    [InlineData("a\\..\\b.pdf", "'.' or '..'")]
    [InlineData("a//b.pdf", "empty")]
    [InlineData("a/", "empty")]
    [InlineData("a.pdf.", "end with a dot")]
    [InlineData("a\u0001.pdf", "control characters")]
    public async Task A_name_that_storage_clients_resolve_to_another_is_rejected(string path, string rule) =>
        await AssertRejectedAsync(await UploadAsync(path, Bytes("x")), "unsafe-name", rule);

    [Theory]
    [InlineData("%2e%2e/a.pdf")]
    [InlineData("a b+c&d=e?f#g.pdf")]
    [InlineData("目录/对账单 📄.pdf")]
    [InlineData(".truecopy/receipts/a.tlog-proof")]
    [InlineData("x/.truecopy/a.pdf")]
    [InlineData("receipts/a.pdf.tlog-proof")]
    [InlineData("~a.pdf")]
    [InlineData("a.sha-512")]
    [InlineData("LONG1024")]
    public async Task Odd_names_are_documents_like_any_other(string path)
    {
        path = path == "LONG1024" ? new string('x', 1024) : path;
        var upload = await UploadAsync(path, Bytes(path));
        Assert.Equal(Verdict.Verified, await VerdictAsync(path));
        Assert.True(_world.Inbox.Receipts.ContainsKey((upload, "sha-256")));
    }

    [Fact]
    public void Answers_to_names_that_leave_no_room_for_them_are_put_under_the_names_hash()
    {
        foreach (var path in new[] { new string('x', 1024), new string('x', 961), string.Join('/', Enumerable.Repeat("d", 252)), "../a", "a.", "~a" })
        {
            Assert.Matches("^receipts/~[0-9a-f]{64}\\.tlog-proof$", AnswerPath.Receipt(path, DigestAlgorithm.Sha256));
            Assert.Matches("^rejected/~[0-9a-f]{64}\\.json$", AnswerPath.Rejection(path));
        }

        Assert.Equal("receipts/a/b.pdf.sm3.tlog-proof", AnswerPath.Receipt("a/b.pdf", DigestAlgorithm.Sm3));
        Assert.True(AnswerPath.Receipt(new string('x', 960), DigestAlgorithm.Sha512).Length <= 1024);
    }

    [Fact]
    public void No_two_uploads_share_an_answers_name_and_each_name_tells_its_upload()
    {
        string[] paths = ["a", "a.sha-512", "a.sm3", "a.tlog-proof", "a.jsonl", "a.json", "~a", "receipts/a", "rejected/a", new('文', 900), new('文', 961)];
        var answers = paths.SelectMany(path => DigestAlgorithm.All.Select(algorithm => AnswerPath.Receipt(path, algorithm)).Append(AnswerPath.Lines(path)).Append(AnswerPath.Rejection(path))
            .Select(answer => (Path: path, Answer: answer))).ToArray();
        Assert.Equal(answers.Length, answers.Select(item => item.Answer).Distinct().Count());
        foreach (var (path, answer) in answers)
        {
            Assert.True(AnswerPath.TryParse(answer, out var name, out _), answer);
            Assert.Contains(name, AnswerPath.NamesFor(path));
        }

        Assert.Equal(answers.Length, paths.Sum(path => answers.Count(item => AnswerPath.TryParse(item.Answer, out var name, out _) && AnswerPath.NamesFor(path).Contains(name))));
        Assert.False(AnswerPath.TryParse("receipts/a.pdf", out _, out _));
    }

    [Fact]
    public void A_version_has_receipts_of_its_own_whatever_the_uploads_name()
    {
        Assert.Equal("versions/a/b.pdf/0x8DC0FFEE.tlog-proof", AnswerPath.OfVersion(AnswerPath.Receipt("a/b.pdf", DigestAlgorithm.Sha256), "0x8DC0FFEE"));
        Assert.Equal("versions/a/b.pdf/0x8DC0FFEE.sm3.tlog-proof", AnswerPath.OfVersion(AnswerPath.Receipt("a/b.pdf", DigestAlgorithm.Sm3), "0x8DC0FFEE"));
        Assert.Equal("versions/SHA256SUMS/0x8DC0FFEE.jsonl", AnswerPath.OfVersion(AnswerPath.Lines("SHA256SUMS"), "0x8DC0FFEE"));
        Assert.Throws<ArgumentException>(() => AnswerPath.OfVersion(AnswerPath.Rejection("a"), "0x1"));

        string[] paths = ["a", "a/0x1", "a/0x1.tlog-proof", "a.sha-512", "a.sm3", "versions/a", "0x1", new('文', 900), new('x', 960), new('文', 961), "../a"];
        string[] etags = ["0x1", "0x2", "", "../x", "\"0x1\"", "0x1.sm3", new('9', 500)];
        var answers = paths.SelectMany(path => etags.SelectMany(etag => DigestAlgorithm.All.Select(algorithm => AnswerPath.Receipt(path, algorithm)).Append(AnswerPath.Lines(path))
            .Select(answer => (Path: path, Answer: AnswerPath.OfVersion(answer, etag))))).ToArray();
        Assert.Equal(answers.Length, answers.Select(item => item.Answer).Distinct().Count());
        foreach (var (path, answer) in answers)
        {
            Assert.InRange(answer.Length, 1, 1024);
            Assert.Null(UploadName.CheckPath(answer));
            Assert.True(AnswerPath.TryParse(answer, out var name, out _), answer);
            Assert.Contains(name, AnswerPath.NamesFor(path));
        }

        Assert.False(AnswerPath.TryParse("versions/0x1.tlog-proof", out _, out _));
    }

    [Fact]
    public async Task Digests_that_are_listed_twice_are_issued_all_the_same()
    {
        var upload = await UploadAsync("SHA256SUMS", Bytes($"{Hex}  a\n{Hex} *b\r\n"));
        Assert.Equal(Verdict.Verified, await VerdictAsync("listed"));
        Assert.Equal(2, _world.Inbox.ManifestReceipts[upload].Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("""{"type":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/issuer-bank/blobs/a","data":{"eTag":"0x1"}}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobTierChanged"}""")]
    [InlineData("""{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{}}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/log/blobs/checkpoint","data":{"eTag":"0x1"}}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/answers-bank/blobs/receipts/a.tlog-proof","data":{"eTag":"0x1"}}""")]
    public async Task Events_that_are_not_about_an_upload_are_ignored(string message) =>
        Assert.Equal(IntakeOutcome.Ignored, await _service.Intake.HandleAsync(Bytes(message), Stop));

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated"}""")]
    [InlineData("""[{"eventType":"Microsoft.Storage.BlobCreated"},{}]""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/issuer-bank/blobs/a","data":{}}""")]
    public async Task A_malformed_event_is_a_bug_of_ours_that_no_retry_mends(string message) =>
        Assert.Equal(IntakeOutcome.Unreadable, await _service.Intake.HandleAsync(Bytes(message), Stop));

    [Fact]
    public async Task What_the_service_answers_triggers_nothing()
    {
        var upload = await UploadAsync("a.pdf", Bytes("x"));
        var before = _world.Operations.Log.Count;
        foreach (var path in new[] { AnswerPath.Receipt(upload.Path, DigestAlgorithm.Sha256), AnswerPath.Lines("m.manifest.jsonl"), AnswerPath.Rejection("a.acts.jsonl") })
            Assert.Equal(IntakeOutcome.Ignored, await _service.Intake.HandleAsync(InMemoryWorld.EventOf(_world.Inbox.Put("answers-bank", path, Bytes("x"))), Stop));
        Assert.Equal(before, _world.Operations.Log.Count);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<BlobVersion> UploadAsync(string path, byte[] content, Dictionary<string, string>? metadata = null)
    {
        var upload = _world.Inbox.Put("issuer-bank", path, content, metadata);
        await _service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop);
        return upload;
    }

    private async Task AssertRejectedAsync(BlobVersion upload, string cause, string detail)
    {
        var rejection = _world.Inbox.Rejections[upload];
        Assert.Equal(cause, rejection.Cause);
        Assert.Contains(detail, rejection.Detail, StringComparison.Ordinal);
        Assert.Equal(0, _world.Staged.Count);
        _world.Time.Advance(new SequencerOptions().DocumentWait);
        await _service.Sequencer.DrainAsync(Stop);
        Assert.DoesNotContain(_world.Inbox.Receipts.Keys, receipt => receipt.Source == upload);
    }

    private async Task<Verdict> VerdictAsync(string content) => (await _service.Verifier.VerifyAsync(DigestOf(Bytes(content)), Stop)).Verdict;
}
