using System.Text;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>Answers in the container of an issuer's answers, on a real Azurite.</summary>
public sealed class OutboxTests(Azurite azurite)
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private readonly Outbox _outbox = new(azurite.Accounts.IssuerContainers, NullLogger<Outbox>.Instance);

    [Fact]
    public async Task Receipts_of_a_manifest_appear_in_order_when_the_last_part_is_there_whatever_the_order_of_the_parts()
    {
        var manifest = await PutAsync("目录/m.manifest.jsonl");
        foreach (var part in new[] { 2, 0, 2, 0 })
        {
            await _outbox.WriteManifestReceiptsAsync(manifest, At, part, 3, Encoding.UTF8.GetBytes($"part {part}\n"), Stop);
            Assert.False(await _outbox.HasManifestReceiptsAsync(manifest, Stop));
        }

        await _outbox.WriteManifestReceiptsAsync(manifest, At, 1, 3, "part 1\n"u8.ToArray(), Stop);
        Assert.True(await _outbox.HasManifestReceiptsAsync(manifest, Stop));
        var receipts = await GetAsync(manifest, "receipts/目录/m.manifest.jsonl.jsonl");
        Assert.Equal("part 0\npart 1\npart 2\n", receipts.Content.ToString());
        Assert.Equal(manifest.ETag, receipts.Details.Metadata[AnswerMetadata.SourceETag]);
        Assert.Equal("2026-11-23T09:00:00Z", receipts.Details.Metadata[AnswerMetadata.SourceAt]);

        // A part that is written again after a crash changes nothing.
        await _outbox.WriteManifestReceiptsAsync(manifest, At, 1, 3, "part 1\n"u8.ToArray(), Stop);
        Assert.Equal("part 0\npart 1\npart 2\n", (await GetAsync(manifest, "receipts/目录/m.manifest.jsonl.jsonl")).Content.ToString());
    }

    [Fact]
    public async Task Parts_of_another_version_of_a_manifest_are_not_mixed_in()
    {
        var older = await PutAsync("m.sha256");
        var newer = older with { ETag = "0xNEWER" };
        await _outbox.WriteManifestReceiptsAsync(older, At, 0, 2, "old 0\n"u8.ToArray(), Stop);
        await _outbox.WriteManifestReceiptsAsync(newer, At, 1, 2, "new 1\n"u8.ToArray(), Stop);
        Assert.False(await _outbox.HasManifestReceiptsAsync(newer, Stop));
        await _outbox.WriteManifestReceiptsAsync(newer, At, 0, 2, "new 0\n"u8.ToArray(), Stop);
        Assert.Equal("new 0\nnew 1\n", (await GetAsync(newer, "receipts/m.sha256.jsonl")).Content.ToString());
        Assert.False(await _outbox.HasManifestReceiptsAsync(older, Stop));
    }

    [Fact]
    public async Task A_document_is_deleted_if_it_is_still_the_one_that_was_answered_and_the_receipts_say_so()
    {
        var document = await PutAsync("a.pdf");
        DigestAlgorithm[] algorithms = [DigestAlgorithm.Sha256, DigestAlgorithm.Sm3];
        foreach (var algorithm in algorithms)
            await _outbox.WriteReceiptAsync(document, At, Any(algorithm), 7, "r"u8.ToArray(), Stop);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await _outbox.DeleteDocumentAsync(document, algorithms, Stop);
            Assert.False(await ExistsAsync(document));
            foreach (var algorithm in algorithms)
            {
                var metadata = (await GetAsync(document, AnswerPath.Receipt("a.pdf", algorithm))).Details.Metadata;
                Assert.Equal(("deleted", "7", document.ETag), (metadata[AnswerMetadata.Document], metadata[AnswerMetadata.LogIndex], metadata[AnswerMetadata.SourceETag]));
            }
        }
    }

    [Fact]
    public async Task A_document_that_was_replaced_since_is_not_deleted()
    {
        var answered = await PutAsync("a.pdf");
        await _outbox.WriteReceiptAsync(answered, At, Any(DigestAlgorithm.Sha256), 7, "r"u8.ToArray(), Stop);
        await azurite.Accounts.Inbox.GetBlobContainerClient(answered.Container).GetBlobClient("a.pdf").UploadAsync(BinaryData.FromString("new"), overwrite: true, Stop);
        await _outbox.DeleteDocumentAsync(answered, [DigestAlgorithm.Sha256], Stop);
        Assert.True(await ExistsAsync(answered));
        Assert.False((await GetAsync(answered, AnswerPath.Receipt("a.pdf", DigestAlgorithm.Sha256))).Details.Metadata.ContainsKey(AnswerMetadata.Document));
    }

    [Fact]
    public async Task A_list_of_acts_is_answered_with_receipts_and_with_what_was_refused_and_how_many_of_each()
    {
        var list = await PutAsync("x.acts.jsonl");
        await _outbox.WriteActReceiptsAsync(list, At, "1\n2\n"u8.ToArray(), Rejection.RefusedActs(1, 3, [new RefusedLine(3, "not yours")]), Stop);
        var receipts = await GetAsync(list, "receipts/x.acts.jsonl.jsonl");
        Assert.Equal(("1\n2\n", "2", "1"), (receipts.Content.ToString(), receipts.Details.Metadata[AnswerMetadata.Done], receipts.Details.Metadata[AnswerMetadata.Refused]));
        Assert.Equal(
            """{"type":"urn:truecopy:problem:refused-acts","title":"Acts were refused","detail":"1 of 3 acts were refused; the others are done, and their receipts are written.","lines":[{"line":3,"detail":"not yours"}],"upload":"x.acts.jsonl"}""",
            (await GetAsync(list, "rejected/x.acts.jsonl.json")).Content.ToString());
    }

    [Theory]
    [InlineData("LONG1024")]
    [InlineData("../escape.pdf")]
    public async Task A_name_that_leaves_no_room_or_leads_elsewhere_is_answered_under_its_hash(string path)
    {
        path = path == "LONG1024" ? new string('文', 1024) : path;
        var upload = (await PutAsync("a.pdf")) with { Path = path };
        await _outbox.WriteRejectionAsync(upload, At, Rejection.UnsafeName("because"), Stop);
        var answer = await GetAsync(upload, AnswerPath.Rejection(path));
        using var problem = System.Text.Json.JsonDocument.Parse(answer.Content);
        Assert.Equal(path, problem.RootElement.GetProperty("upload").GetString());
    }

    [Fact]
    public async Task The_longest_name_that_is_answered_beside_itself_fits_into_storage()
    {
        var upload = (await PutAsync("a.pdf")) with { Path = new string('x', 960) };
        await _outbox.WriteReceiptAsync(upload, At, Any(DigestAlgorithm.Sha512), 1, "r"u8.ToArray(), Stop);
        await _outbox.WriteReceiptAsync(upload, At, Any(DigestAlgorithm.Sha256), 1, "r"u8.ToArray(), Stop);
        Assert.Equal("r", (await GetAsync(upload, AnswerPath.Receipt(upload.Path, DigestAlgorithm.Sha512))).Content.ToString());
    }

    [Fact]
    public async Task The_answer_to_the_later_upload_stays_whichever_is_written_last()
    {
        var older = await PutAsync("a.pdf");
        var newer = older with { ETag = "0xNEWER" };
        var path = AnswerPath.Receipt("a.pdf", DigestAlgorithm.Sha256);
        await _outbox.WriteReceiptAsync(newer, At.AddSeconds(1), Any(DigestAlgorithm.Sha256), 7, "new"u8.ToArray(), Stop);
        await _outbox.WriteReceiptAsync(older, At, Any(DigestAlgorithm.Sha256), 8, "old"u8.ToArray(), Stop);
        Assert.Equal("new", (await GetAsync(newer, path)).Content.ToString());
        Assert.Equal("old", (await GetAsync(older, AnswerPath.OfVersion(path, older.ETag))).Content.ToString());

        // Of two in one second the log has the later last; and what is written again is written.
        await _outbox.WriteReceiptAsync(older, At.AddSeconds(1), Any(DigestAlgorithm.Sha256), 6, "older"u8.ToArray(), Stop);
        Assert.Equal("new", (await GetAsync(newer, path)).Content.ToString());
        await _outbox.WriteReceiptAsync(older, At.AddSeconds(1), Any(DigestAlgorithm.Sha256), 9, "newest"u8.ToArray(), Stop);
        await _outbox.WriteReceiptAsync(older, At.AddSeconds(1), Any(DigestAlgorithm.Sha256), 9, "again"u8.ToArray(), Stop);
        Assert.Equal("again", (await GetAsync(newer, path)).Content.ToString());
        var kept = await GetAsync(newer, AnswerPath.OfVersion(path, newer.ETag));
        Assert.Equal(("new", newer.ETag, "7"), (kept.Content.ToString(), kept.Details.Metadata[AnswerMetadata.SourceETag], kept.Details.Metadata[AnswerMetadata.LogIndex]));

        await _outbox.WriteRejectionAsync(newer, At.AddSeconds(1), Rejection.UnsafeName("new"), Stop);
        await _outbox.WriteRejectionAsync(older, At, Rejection.UnsafeName("old"), Stop);
        Assert.Contains("new", (await GetAsync(newer, AnswerPath.Rejection("a.pdf"))).Content.ToString(), StringComparison.Ordinal);

        await _outbox.WriteManifestReceiptsAsync(newer, At.AddSeconds(1), 0, 1, "new"u8.ToArray(), Stop);
        await _outbox.WriteManifestReceiptsAsync(older, At, 0, 2, "old"u8.ToArray(), Stop);
        await _outbox.WriteManifestReceiptsAsync(older, At, 1, 2, "old"u8.ToArray(), Stop);
        Assert.Equal("new", (await GetAsync(newer, AnswerPath.Lines("a.pdf"))).Content.ToString());
        Assert.Equal("oldold", (await GetAsync(older, AnswerPath.OfVersion(AnswerPath.Lines("a.pdf"), older.ETag))).Content.ToString());
    }

    [Fact]
    public async Task An_issuer_without_a_place_for_its_answers_is_a_failure_and_one_that_is_gone_is_none()
    {
        var upload = await PutAsync("a.pdf");
        await azurite.Accounts.Inbox.DeleteBlobContainerAsync(IssuerContainer.AnswersOf(upload.Container), cancellationToken: Stop);
        await Assert.ThrowsAsync<MissingInStorageException>(() => _outbox.WriteReceiptAsync(upload, At, Any(DigestAlgorithm.Sha256), 1, "r"u8.ToArray(), Stop));
        await azurite.Accounts.Inbox.DeleteBlobContainerAsync(upload.Container, cancellationToken: Stop);
        await _outbox.WriteReceiptAsync(upload, At, Any(DigestAlgorithm.Sha256), 1, "r"u8.ToArray(), Stop);
    }

    private static Digest Any(DigestAlgorithm algorithm) => new(algorithm, new byte[algorithm.Length]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<BlobVersion> PutAsync(string path)
    {
        var container = $"issuer-{await azurite.NewIssuerAsync()}";
        BlobContentInfo info = await azurite.Accounts.Inbox.GetBlobContainerClient(container).GetBlobClient(path).UploadAsync(BinaryData.FromString("x"), Stop);
        return new BlobVersion(container, path, info.ETag.ToString().Trim('"'));
    }

    private async Task<bool> ExistsAsync(BlobVersion blob) =>
        await azurite.Accounts.Inbox.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path).ExistsAsync(Stop);

    private async Task<BlobDownloadResult> GetAsync(BlobVersion blob, string path) =>
        await azurite.Accounts.Inbox.GetBlobContainerClient(IssuerContainer.AnswersOf(blob.Container)).GetBlobClient(path).DownloadContentAsync(Stop);
}
