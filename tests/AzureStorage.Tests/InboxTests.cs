using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace TrueCopy.AzureStorage.Tests;

public sealed class InboxTests(Azurite azurite)
{
    private readonly Inbox _inbox = new(azurite.Accounts.IssuerContainers);
    private readonly Outbox _outbox = new(azurite.Accounts.IssuerContainers, NullLogger<Outbox>.Instance);

    [Theory]
    [InlineData("plain.pdf")]
    [InlineData("目录/对账单 (1).pdf")]
    [InlineData("a+b%20c#d?e.pdf")]
    [InlineData("deep/er/and/deeper/still")]
    public async Task A_document_is_read_whatever_its_name(string path)
    {
        var blob = await PutAsync(await azurite.NewIssuerAsync(), path, "content");
        await using var document = await _inbox.OpenAsync(blob, Stop);
        Assert.Equal("content", await new StreamReader(document!.Content).ReadToEndAsync(Stop));
        Assert.InRange(document.LastModified, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }

    [Fact]
    public async Task An_empty_document_is_read()
    {
        await using var document = await _inbox.OpenAsync(await PutAsync(await azurite.NewIssuerAsync(), "empty", ""), Stop);
        Assert.Equal("", await new StreamReader(document!.Content).ReadToEndAsync(Stop));
    }

    [Fact]
    public async Task A_version_that_was_replaced_is_read_as_what_replaced_it_and_a_deleted_one_is_gone()
    {
        var issuer = await azurite.NewIssuerAsync();
        var old = await PutAsync(issuer, "a", "old");
        var replacement = await PutAsync(issuer, "a", "new");
        await using (var document = await _inbox.OpenAsync(old, Stop))
        {
            Assert.Equal(replacement, document!.Version);
            Assert.Equal("new", await new StreamReader(document.Content).ReadToEndAsync(Stop));
        }

        await azurite.Accounts.Inbox.GetBlobContainerClient($"issuer-{issuer}").DeleteBlobAsync("a", cancellationToken: Stop);
        Assert.Null(await _inbox.OpenAsync(replacement, Stop));
        Assert.Null(await _inbox.OpenAsync(replacement with { Container = "issuer-nobody" }, Stop));
    }

    [Theory]
    [InlineData(412)]
    [InlineData(404)]
    public async Task A_document_that_changes_while_it_is_read_says_so(int status)
    {
        // What the SDK's stream throws when it resumes a broken download and the blob is no longer the same.
        await using var stream = new UnchangedBlobStream(new BrokenStream(new RequestFailedException(status, "changed")));
        await Assert.ThrowsAsync<BlobChangedException>(async () => await stream.ReadExactlyAsync(new byte[1], Stop));
        await using var other = new UnchangedBlobStream(new BrokenStream(new RequestFailedException(503, "busy")));
        await Assert.ThrowsAsync<RequestFailedException>(async () => await other.ReadExactlyAsync(new byte[1], Stop));
    }

    [Fact]
    public async Task Receipts_and_rejections_are_where_the_issuer_looks_and_name_the_version_they_answer()
    {
        var blob = await PutAsync(await azurite.NewIssuerAsync(), "目录/a b.pdf", "x");
        await _outbox.WriteReceiptAsync(blob, DateTimeOffset.UnixEpoch, Any(DigestAlgorithm.Sha256), 17, "receipt"u8.ToArray(), Stop);
        await _outbox.WriteReceiptAsync(blob, DateTimeOffset.UnixEpoch, Any(DigestAlgorithm.Sm3), 18, "sm3"u8.ToArray(), Stop);
        await _outbox.WriteRejectionAsync(blob, DateTimeOffset.UnixEpoch, new Rejection("too-odd", "Too odd", "Because."), Stop);

        var receipt = await GetAsync(blob, "receipts/目录/a b.pdf.tlog-proof");
        Assert.Equal("receipt", receipt.Content.ToString());
        Assert.Equal(blob.ETag, receipt.Details.Metadata["sourceetag"]);
        Assert.Equal("17", receipt.Details.Metadata["logindex"]);
        Assert.Equal("sm3", (await GetAsync(blob, "receipts/目录/a b.pdf.sm3.tlog-proof")).Content.ToString());
        var rejection = await GetAsync(blob, "rejected/目录/a b.pdf.json");
        Assert.Equal("application/problem+json", rejection.Details.ContentType);
        Assert.Equal("""{"type":"urn:truecopy:problem:too-odd","title":"Too odd","detail":"Because.","upload":"目录/a b.pdf"}""", rejection.Content.ToString());
    }

    [Fact]
    public async Task An_issuer_who_left_does_not_hold_up_the_others() =>
        await _outbox.WriteReceiptAsync(new BlobVersion("issuer-gone", "a", "0x1"), DateTimeOffset.UnixEpoch, Any(DigestAlgorithm.Sha256), 1, "x"u8.ToArray(), Stop);

    [Fact]
    public async Task The_registry_is_the_containers_metadata_and_others_are_not_listed()
    {
        var registry = new IssuerRegistry(azurite.Accounts.IssuerContainers, TimeProvider.System);
        var id = await azurite.NewIssuerAsync("sm3");
        await azurite.Accounts.Inbox.GetBlobContainerClient("issuer-without-metadata").CreateIfNotExistsAsync(cancellationToken: Stop);

        var issuer = await registry.GetAsync($"issuer-{id}", Stop);
        Assert.Equal(("示范银行", "CN-GD"), (issuer.LegalName, issuer.Jurisdiction));
        Assert.Equal([DigestAlgorithm.Sha256, DigestAlgorithm.Sm3], issuer.Algorithms);
        var listed = await registry.ListAsync(Stop);
        Assert.Contains(listed, candidate => candidate.Id == id);
        Assert.DoesNotContain(listed, candidate => candidate.Id == "without-metadata");
        await Assert.ThrowsAsync<NotAnIssuerException>(() => registry.GetAsync("issuer-without-metadata", Stop));
        await Assert.ThrowsAsync<NotAnIssuerException>(() => registry.GetAsync("issuer-nobody", Stop));
    }

    [Fact]
    public async Task Uploads_and_answers_are_listed_by_prefix_with_their_metadata_and_answers_are_read()
    {
        var containers = azurite.Accounts.IssuerContainers;
        var issuer = await azurite.NewIssuerAsync();
        var blob = await PutAsync(issuer, "2026/目录/a b.pdf", "xyz");
        await PutAsync(issuer, "2027/later.pdf", "");
        await _outbox.WriteReceiptAsync(blob, DateTimeOffset.UnixEpoch, Any(DigestAlgorithm.Sha256), 17, "receipt"u8.ToArray(), Stop);
        await _outbox.WriteRejectionAsync(blob, DateTimeOffset.UnixEpoch, new Rejection("too-odd", "Too odd", "Because."), Stop);

        var upload = Assert.Single(await ListAsync(blob.Container, "2026/"));
        Assert.Equal((blob.Path, blob.ETag, 3L), (upload.Path, upload.ETag, upload.Length));
        Assert.InRange(upload.At, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        var receipt = Assert.Single(await ListAsync(IssuerContainer.AnswersOf(blob.Container), "receipts/2026/"));
        Assert.Equal((blob.ETag, "17"), (receipt.Metadata[AnswerMetadata.SourceETag], receipt.Metadata[AnswerMetadata.LogIndex]));

        Assert.Equal(["2026/目录/a b.pdf", "2027/later.pdf"], (await ListAsync(blob.Container, "")).Select(listed => listed.Path));
        Assert.Empty(await ListAsync("issuer-nobody", ""));

        var history = await new UploadHistory(containers, new ActIndex(azurite.Accounts.LedgerTables), TimeProvider.System).ReadAsync(issuer, new UploadFilter("2026/"), 0, 10, Stop);
        var told = Assert.Single(history.Uploads);
        Assert.Equal(("Too odd", 17L), (told.Rejection!.Title, Assert.Single(told.Receipts).LogIndex));
        Assert.Null(await containers.ReadAsync(new BlobAddress(blob.Container, "not-there"), Stop));

        async Task<List<ListedBlob>> ListAsync(string container, string prefix)
        {
            var blobs = new List<ListedBlob>();
            await foreach (var listed in containers.ListAsync(container, prefix, Stop))
                blobs.Add(listed);
            return blobs;
        }
    }

    private static Digest Any(DigestAlgorithm algorithm) => new(algorithm, new byte[algorithm.Length]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<BlobVersion> PutAsync(string issuer, string path, string content)
    {
        var blob = azurite.Accounts.Inbox.GetBlobContainerClient($"issuer-{issuer}").GetBlobClient(path);
        BlobContentInfo info = await blob.UploadAsync(BinaryData.FromBytes(Encoding.UTF8.GetBytes(content)), overwrite: true, Stop);
        return new BlobVersion($"issuer-{issuer}", path, info.ETag.ToString().Trim('"'));
    }

    private async Task<BlobDownloadResult> GetAsync(BlobVersion blob, string path) =>
        await azurite.Accounts.Inbox.GetBlobContainerClient(IssuerContainer.AnswersOf(blob.Container)).GetBlobClient(path).DownloadContentAsync(Stop);

    private sealed class BrokenStream(Exception exception) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw exception;
    }
}
