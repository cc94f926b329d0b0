
namespace TrueCopy.AzureStorage.Tests;

public sealed class DeadLetterTests(Azurite azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dead_letter_is_kept_once_by_queue_and_message()
    {
        var letters = new DeadLetters(azurite.Accounts.LedgerBlobs);
        var id = Guid.NewGuid().ToString();
        await letters.KeepAsync(StorageNames.BlobEventsQueue, id, "first"u8.ToArray(), Stop);
        await letters.KeepAsync(StorageNames.BlobEventsQueue, id, "first"u8.ToArray(), Stop);

        var container = azurite.Accounts.Ledger.GetBlobContainerClient("dead-letters");
        var kept = (await container.GetBlobClient($"blob-events/{id}").DownloadContentAsync(Stop)).Value.Content;
        Assert.Equal("first", kept.ToString());
    }

    [Fact]
    public void An_account_entered_by_identity_names_what_is_used_of_it()
    {
        var credential = new Unused();
        var blobs = new Uri("https://ledger.blob.core.windows.net");
        var inbox = new StorageAddress.ByIdentity(new Uri("https://inbox.blob.core.windows.net"), null, null, credential);
        var ledger = new StorageAddress.ByIdentity(blobs, new Uri("https://ledger.queue.core.windows.net"), new Uri("https://ledger.table.core.windows.net"), credential);

        var accounts = StorageAccounts.Connect(inbox, ledger);
        Assert.Equal(("inbox", "ledger", "ledger"), (accounts.Inbox.AccountName, accounts.Ledger.AccountName, accounts.Tables.AccountName));
        Assert.False(accounts.Ledger.CanGenerateAccountSasUri);
        Assert.Throws<ArgumentException>(() => StorageAccounts.Connect(inbox, ledger with { Queues = null }));
    }

    private sealed class Unused : Azure.Core.TokenCredential
    {
        public override Azure.Core.AccessToken GetToken(Azure.Core.TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override ValueTask<Azure.Core.AccessToken> GetTokenAsync(Azure.Core.TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
