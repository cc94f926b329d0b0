using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>What an issuer can do in its own container does not touch another's uploads. On a storage of its own, for there is one log.</summary>
public sealed class HostileIssuerTests(Azurite azurite) : IAsyncLifetime
{
    private AzuriteFixture _storage = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _storage = await azurite.NewStorageAsync();
        var accounts = _storage.Connect();
        foreach (var id in new[] { "hostile", "other" })
            await accounts.CreateIssuerAsync(id, new Dictionary<string, string> { ["legalname"] = id, ["jurisdiction"] = "HK" }, Stop);
        _services = new ServiceCollection()
            .AddLogging()
            .AddAzureStorage(accounts)
            .AddSingleton(new LogIdentity(InMemoryWorld.Origin, [InMemoryWorld.NewEd25519()]))
            .AddLedger()
            .BuildServiceProvider();
        await _services.GetRequiredService<Sequencer>().DrainAsync(Stop);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task An_answer_that_an_issuer_made_beforehand_and_leased_for_ever_stops_nobody()
    {
        var own = _storage.Connect().Inbox.GetBlobContainerClient("issuer-hostile");
        foreach (var name in new[] { ".truecopy/receipts/evil.pdf.tlog-proof", "receipts/evil.pdf.tlog-proof" })
        {
            await own.UploadBlobAsync(name, BinaryData.FromString("mine"), Stop);
            await own.GetBlobClient(name).GetBlobLeaseClient().AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration, cancellationToken: Stop);
        }

        await IssueAsync("hostile", "evil.pdf");
        await IssueAsync("other", "statement.pdf");
        Assert.True(await IsAnsweredAsync("other", "statement.pdf"));
        Assert.True(await IsAnsweredAsync("hostile", "evil.pdf"));
    }

    [Fact]
    public async Task A_name_of_900_characters_that_take_nine_bytes_each_in_an_address_is_answered()
    {
        var name = new string('文', 900);
        await IssueAsync("hostile", name);
        await IssueAsync("other", "statement.pdf");
        Assert.True(await IsAnsweredAsync("other", "statement.pdf"));
        Assert.True(await IsAnsweredAsync("hostile", name));
    }

    private async Task IssueAsync(string issuer, string path)
    {
        BlobContentInfo uploaded = await _storage.Connect().Inbox.GetBlobContainerClient("issuer-" + issuer).UploadBlobAsync(path, BinaryData.FromString(path), Stop);
        var version = new BlobVersion("issuer-" + issuer, path, uploaded.ETag.ToString().Trim('"'));
        await _services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(version), Stop);
    }

    private async Task<bool> IsAnsweredAsync(string issuer, string path) =>
        await _storage.Connect().Inbox.GetBlobContainerClient("answers-" + issuer).GetBlobClient(AnswerPath.Receipt(path, DigestAlgorithm.Sha256)).ExistsAsync(Stop);
}
