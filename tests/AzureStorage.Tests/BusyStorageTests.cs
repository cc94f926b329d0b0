using System.Net;
using Azure;
using Azure.Core.Pipeline;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>What the clients make of storage that refuses because too much is asked of it; nothing is sent anywhere.</summary>
public sealed class BusyStorageTests
{
    private const string Storage = "UseDevelopmentStorage=true";

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "7", 7)]
    [InlineData(HttpStatusCode.TooManyRequests, "7", 7)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "3600", 60)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "0", 0)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "-1", null)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "Wed, 21 Oct 2026 07:28:00 GMT", null)]
    [InlineData(HttpStatusCode.TooManyRequests, null, null)]
    public async Task Every_service_says_that_it_is_busy_and_for_how_long_where_storage_says_so(HttpStatusCode status, string? after, int? seconds)
    {
        var accounts = Refusing(status, after).Accounts;
        foreach (var ask in Asking(accounts))
        {
            var busy = await Assert.ThrowsAsync<StorageBusyException>(ask);
            Assert.Equal(seconds, (int?)busy.After?.TotalSeconds);
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task Another_failure_is_not_taken_for_being_busy(HttpStatusCode status)
    {
        foreach (var ask in Asking(Refusing(status, "7").Accounts))
            await Assert.ThrowsAsync<RequestFailedException>(ask);
    }

    [Fact]
    public async Task It_is_said_only_when_the_client_has_tried_as_often_as_it_does()
    {
        var (accounts, transport) = Refusing(HttpStatusCode.ServiceUnavailable, after: null, retries: 3);
        await Assert.ThrowsAsync<StorageBusyException>(() => accounts.LedgerQueues.CountAsync(StorageNames.StagedActsQueue, Stop));
        Assert.Equal(4, transport.Requests);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Func<Task>[] Asking(StorageAccounts accounts) =>
    [
        () => accounts.LedgerBlobs.ReadAsync(new BlobAddress(StorageNames.StateContainer, "head"), Stop),
        () => accounts.LedgerQueues.CountAsync(StorageNames.StagedActsQueue, Stop),
        () => accounts.LedgerTables.UpsertAsync(StorageNames.IssuedTable, [new TableRow("a", "b")], Stop),
        () => accounts.IssuerContainers.FindAsync(new BlobAddress("issuer-bank", "a"), Stop),
    ];

    private static (StorageAccounts Accounts, Refusals Refusals) Refusing(HttpStatusCode status, string? after, int retries = 0)
    {
        var refusals = new Refusals(status, after);
        return (StorageAccounts.Connect(Storage, Storage, options =>
        {
            options.Transport = new HttpClientTransport(refusals);
            (options.Retry.MaxRetries, options.Retry.Delay, options.Retry.MaxDelay) = (retries, TimeSpan.Zero, TimeSpan.Zero);
        }), refusals);
    }

    private sealed class Refusals(HttpStatusCode status, string? after) : HttpMessageHandler
    {
        private int _requests;

        public int Requests => _requests;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            var response = new HttpResponseMessage(status) { RequestMessage = request, Content = new StringContent("") };
            if (after is not null)
                response.Headers.TryAddWithoutValidation("Retry-After", after);
            return Task.FromResult(response);
        }
    }
}
