using System.Text;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging.Abstractions;
using TrueCopy.AzureStorage.Inbox;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Intake;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>Answers in the issuer's container, on a real Azurite.</summary>
public sealed class OutboxTests(Azurite azurite)
{
    private readonly BlobOutbox _outbox = new(azurite.Accounts, NullLogger<BlobOutbox>.Instance);

    [Fact]
    public async Task Receipts_of_a_manifest_appear_in_order_when_the_last_part_is_there_whatever_the_order_of_the_parts()
    {
        var manifest = await PutAsync("目录/m.manifest.jsonl");
        foreach (var part in new[] { 2, 0, 2, 0 })
        {
            await _outbox.WriteManifestReceiptsAsync(manifest, part, 3, Encoding.UTF8.GetBytes($"part {part}\n"), Stop);
            Assert.False(await _outbox.HasManifestReceiptsAsync(manifest, Stop));
        }

        await _outbox.WriteManifestReceiptsAsync(manifest, 1, 3, "part 1\n"u8.ToArray(), Stop);
        Assert.True(await _outbox.HasManifestReceiptsAsync(manifest, Stop));
        var receipts = await GetAsync(manifest, ".truecopy/receipts/目录/m.manifest.jsonl.jsonl");
        Assert.Equal("part 0\npart 1\npart 2\n", receipts.Content.ToString());
        Assert.Equal(manifest.ETag, receipts.Details.Metadata[AnswerMetadata.SourceETag]);
        Assert.Equal(manifest.Path, Uri.UnescapeDataString(receipts.Details.Metadata[AnswerMetadata.SourcePath]));

        // A part that is written again after a crash changes nothing.
        await _outbox.WriteManifestReceiptsAsync(manifest, 1, 3, "part 1\n"u8.ToArray(), Stop);
        Assert.Equal("part 0\npart 1\npart 2\n", (await GetAsync(manifest, ".truecopy/receipts/目录/m.manifest.jsonl.jsonl")).Content.ToString());
    }

    [Fact]
    public async Task Parts_of_another_version_of_a_manifest_are_not_mixed_in()
    {
        var older = await PutAsync("m.sha256");
        var newer = older with { ETag = "0xNEWER" };
        await _outbox.WriteManifestReceiptsAsync(older, 0, 2, "old 0\n"u8.ToArray(), Stop);
        await _outbox.WriteManifestReceiptsAsync(newer, 1, 2, "new 1\n"u8.ToArray(), Stop);
        Assert.False(await _outbox.HasManifestReceiptsAsync(newer, Stop));
        await _outbox.WriteManifestReceiptsAsync(newer, 0, 2, "new 0\n"u8.ToArray(), Stop);
        Assert.Equal("new 0\nnew 1\n", (await GetAsync(newer, ".truecopy/receipts/m.sha256.jsonl")).Content.ToString());
        Assert.False(await _outbox.HasManifestReceiptsAsync(older, Stop));
    }

    [Fact]
    public async Task A_document_is_deleted_if_it_is_still_the_one_that_was_answered_and_the_receipts_say_so()
    {
        var document = await PutAsync("a.pdf");
        DigestAlgorithm[] algorithms = [DigestAlgorithm.Sha256, DigestAlgorithm.Sm3];
        foreach (var algorithm in algorithms)
            await _outbox.WriteReceiptAsync(document, algorithm, 7, "r"u8.ToArray(), Stop);
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
        await _outbox.WriteReceiptAsync(answered, DigestAlgorithm.Sha256, 7, "r"u8.ToArray(), Stop);
        await azurite.Accounts.Inbox.GetBlobContainerClient(answered.Container).GetBlobClient("a.pdf").UploadAsync(BinaryData.FromString("new"), overwrite: true, Stop);
        await _outbox.DeleteDocumentAsync(answered, [DigestAlgorithm.Sha256], Stop);
        Assert.True(await ExistsAsync(answered));
        Assert.False((await GetAsync(answered, AnswerPath.Receipt("a.pdf", DigestAlgorithm.Sha256))).Details.Metadata.ContainsKey(AnswerMetadata.Document));
    }

    [Fact]
    public async Task A_list_of_acts_is_answered_with_receipts_and_with_what_was_refused_and_how_many_of_each()
    {
        var list = await PutAsync("x.acts.jsonl");
        await _outbox.WriteActReceiptsAsync(list, "1\n2\n"u8.ToArray(), Rejection.RefusedActs(1, 3, [new RefusedLine(3, "not yours")]), Stop);
        var receipts = await GetAsync(list, ".truecopy/receipts/x.acts.jsonl.jsonl");
        Assert.Equal(("1\n2\n", "2", "1"), (receipts.Content.ToString(), receipts.Details.Metadata[AnswerMetadata.Done], receipts.Details.Metadata[AnswerMetadata.Refused]));
        Assert.Equal(
            """{"type":"urn:truecopy:problem:refused-acts","title":"Acts were refused","detail":"1 of 3 acts were refused; the others are done, and their receipts are written.","lines":[{"line":3,"detail":"not yours"}]}""",
            (await GetAsync(list, ".truecopy/rejected/x.acts.jsonl.json")).Content.ToString());
    }

    [Theory]
    [InlineData("LONG1024")]
    [InlineData("../escape.pdf")]
    public async Task A_name_that_leaves_no_room_or_leads_elsewhere_is_answered_under_its_hash(string path)
    {
        path = path == "LONG1024" ? new string('文', 1024) : path;
        var upload = (await PutAsync("a.pdf")) with { Path = path };
        await _outbox.WriteRejectionAsync(upload, Rejection.UnsafeName("because"), Stop);
        var answer = await GetAsync(upload, AnswerPath.Rejection(path));
        Assert.Equal(path, Uri.UnescapeDataString(answer.Details.Metadata[AnswerMetadata.SourcePath]));
    }

    [Fact]
    public async Task The_longest_name_that_is_answered_beside_itself_fits_into_storage()
    {
        var upload = (await PutAsync("a.pdf")) with { Path = new string('x', 960) };
        await _outbox.WriteReceiptAsync(upload, DigestAlgorithm.Sha512, 1, "r"u8.ToArray(), Stop);
        await _outbox.WriteReceiptAsync(upload, DigestAlgorithm.Sha256, 1, "r"u8.ToArray(), Stop);
        Assert.Equal("r", (await GetAsync(upload, AnswerPath.Receipt(upload.Path, DigestAlgorithm.Sha512))).Content.ToString());
    }

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
        await azurite.Accounts.Inbox.GetBlobContainerClient(blob.Container).GetBlobClient(path).DownloadContentAsync(Stop);
}
