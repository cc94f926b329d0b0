using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>Blobs as storage really lets issuers make them; each is answered, and at once.</summary>
public sealed class UnusualUploadTests(Azurite azurite) : IAsyncLifetime
{
    private AzuriteFixture _storage = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private BlobContainerClient Container => _storage.Connect().Inbox.GetBlobContainerClient("issuer-bank");

    public async ValueTask InitializeAsync()
    {
        _storage = await azurite.NewStorageAsync();
        await _storage.Connect().CreateIssuerAsync("bank", new Dictionary<string, string> { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD" }, Stop);
        _services = new ServiceCollection()
            .AddLogging()
            .AddAzureStorage(_storage.Connect())
            .AddSingleton(new LogIdentity(InMemoryWorld.Origin, [InMemoryWorld.NewEd25519()]))
            .AddLedger()
            .BuildServiceProvider();
        await _services.GetRequiredService<Sequencer>().DrainAsync(Stop);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task Metadata_and_properties_that_are_set_before_the_event_is_handled_count()
    {
        var blob = Container.GetBlobClient("a.pdf");
        var uploaded = await UploadAsync(blob, "x");
        await blob.SetMetadataAsync(new Dictionary<string, string> { ["expires"] = "2020-01-01T00:00:00Z" }, cancellationToken: Stop);
        await blob.SetHttpHeadersAsync(new BlobHttpHeaders { ContentType = "application/pdf" }, cancellationToken: Stop);

        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(uploaded));
        Assert.Equal(Verdict.Expired, await VerdictOfAsync("x"));
        Assert.Equal((UploadState.Answered, 1), await StateOfAsync("a.pdf"));
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(uploaded));
        Assert.Equal(1, await CountActsAsync("x"));
    }

    // Nothing tells that it was set; whatever makes the service look again finds it, once.
    [Fact]
    public async Task Metadata_that_is_set_after_the_answer_counts_from_when_the_blob_is_looked_at_again()
    {
        var blob = Container.GetBlobClient("a.pdf");
        var uploaded = await UploadAsync(blob, "x");
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(uploaded));
        await blob.SetMetadataAsync(new Dictionary<string, string> { ["expires"] = "2020-01-01T00:00:00Z" }, cancellationToken: Stop);
        Assert.Equal(Verdict.Verified, await VerdictOfAsync("x"));

        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(uploaded));
        Assert.Equal(Verdict.Expired, await VerdictOfAsync("x"));
        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(uploaded));
        Assert.Equal(2, await CountActsAsync("x"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blob_in_the_archive_tier_is_refused_at_once_with_the_remedy(bool archivedLater)
    {
        var blob = Container.GetBlobClient("a.pdf");
        var uploaded = await UploadAsync(blob, "x", archivedLater ? AccessTier.Hot : AccessTier.Archive);
        if (archivedLater)
            await blob.SetAccessTierAsync(AccessTier.Archive, cancellationToken: Stop);
        await AssertRefusedAsync(uploaded, "archived", "Upload it again to the hot, cool or cold tier");

        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(await UploadAsync(Container.GetBlobClient("b.pdf"), "x")));
        Assert.Equal((UploadState.Answered, 1), await StateOfAsync("b.pdf"));
    }

    [Fact]
    public async Task An_append_blob_is_refused_at_once_with_the_remedy()
    {
        var blob = Container.GetAppendBlobClient("a.log");
        var created = await blob.CreateAsync(cancellationToken: Stop);
        await AssertRefusedAsync(VersionOf(blob, created.Value.ETag), "not-a-block-blob", "as a block blob");
        using var line = new MemoryStream("line"u8.ToArray());
        var appended = await blob.AppendBlockAsync(line, cancellationToken: Stop);
        await AssertRefusedAsync(VersionOf(blob, appended.Value.ETag), "not-a-block-blob", "as a block blob");
        Assert.Equal(Verdict.Unknown, await VerdictOfAsync("line"));
    }

    [Fact]
    public async Task A_page_blob_is_refused_at_once_with_the_remedy()
    {
        var blob = Container.GetPageBlobClient("a.vhd");
        var created = await blob.CreateAsync(512, cancellationToken: Stop);
        await AssertRefusedAsync(VersionOf(blob, created.Value.ETag), "not-a-block-blob", "as a block blob");
    }

    [Fact]
    public async Task A_stream_that_is_written_to_storage_is_answered_for_what_it_holds_when_it_is_closed()
    {
        var blob = Container.GetBlockBlobClient("a.pdf");
        await using (var stream = await blob.OpenWriteAsync(overwrite: true, cancellationToken: Stop))
        {
            await AssertRefusedAsync(await PresentAsync(blob), "empty-document", "");
            await stream.WriteAsync("written"u8.ToArray(), Stop);
        }

        Assert.Equal(IntakeOutcome.Staged, await HandleAsync(await PresentAsync(blob)));
        Assert.Equal(Verdict.Verified, await VerdictOfAsync("written"));
        Assert.Equal(Verdict.Unknown, await VerdictOfAsync(""));
        Assert.Equal((UploadState.Answered, 1), await StateOfAsync("a.pdf"));
    }

    // Azurite knows no keys of customers; what Azure answers is its documented error code.
    [Theory]
    [InlineData("BlobUsesCustomerSpecifiedEncryption", "customer-encrypted")]
    [InlineData("BlobCustomerSpecifiedEncryptionMismatch", "customer-encrypted")]
    [InlineData("BlobArchived", "archived")]
    [InlineData("BlobBeingRehydrated", "archived")]
    public async Task What_storage_will_never_hand_out_is_refused_by_its_cause(string errorCode, string cause)
    {
        var refused = await Assert.ThrowsAsync<UploadRejectedException>(() => InboxAnswering(errorCode).OpenAsync(new BlobVersion("issuer-bank", "a", "0x1"), Stop));
        Assert.Equal(cause, refused.Rejection.Cause);
    }

    [Fact]
    public async Task Any_other_conflict_is_a_failure_that_comes_again() =>
        await Assert.ThrowsAsync<RequestFailedException>(() => InboxAnswering("PendingCopyOperation").OpenAsync(new BlobVersion("issuer-bank", "a", "0x1"), Stop));

    private static Inbox InboxAnswering(string errorCode)
    {
        const string Storage = "UseDevelopmentStorage=true";
        return new Inbox(StorageAccounts.Connect(Storage, Storage, options => options.Transport = new HttpClientTransport(new Refusing(errorCode))).IssuerContainers);
    }

    private static BlobVersion VersionOf(BlobBaseClient blob, ETag etag) => new(blob.BlobContainerName, blob.Name, etag.ToString().Trim('"'));

    private static async Task<BlobVersion> PresentAsync(BlobBaseClient blob) => VersionOf(blob, (await blob.GetPropertiesAsync(cancellationToken: Stop)).Value.ETag);

    private static async Task<BlobVersion> UploadAsync(BlobClient blob, string content, AccessTier? tier = null)
    {
        var uploaded = await blob.UploadAsync(BinaryData.FromString(content), new BlobUploadOptions { AccessTier = tier }, Stop);
        return VersionOf(blob, uploaded.Value.ETag);
    }

    private Task<IntakeOutcome> HandleAsync(BlobVersion blob) => _services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(blob), Stop);

    private async Task AssertRefusedAsync(BlobVersion blob, string cause, string detail)
    {
        Assert.Equal(IntakeOutcome.Rejected, await HandleAsync(blob));
        var told = await ToldAsync(blob.Path);
        Assert.Equal((UploadState.Rejected, $"urn:truecopy:problem:{cause}"), (told.State, told.Rejection!.Type));
        Assert.Contains(detail, told.Rejection.Detail, StringComparison.Ordinal);
    }

    private async Task<(UploadState State, int Receipts)> StateOfAsync(string path) => (await ToldAsync(path)) is var told ? (told.State, told.Receipts.Count) : default;

    private async Task<UploadDocument> ToldAsync(string path) =>
        Assert.Single((await _services.GetRequiredService<UploadHistory>().ReadAsync("bank", new UploadFilter(path), 0, 10, Stop)).Uploads);

    private async Task<Verdict> VerdictOfAsync(string content) => (await VerifyAsync(content)).Verdict;

    private async Task<int> CountActsAsync(string content) => (await VerifyAsync(content)).Issuers.Sum(issuer => issuer.Result.Acts.Count);

    private Task<ProvenVerdict> VerifyAsync(string content) =>
        _services.GetRequiredService<VerdictService>().VerifyAsync(new Digest(DigestAlgorithm.Sha256, SHA256.HashData(Encoding.UTF8.GetBytes(content))), Stop);

    private sealed class Refusing(string errorCode) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.Conflict) { Headers = { { "x-ms-error-code", errorCode } }, RequestMessage = request });
    }
}
