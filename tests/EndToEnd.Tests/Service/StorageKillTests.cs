using TrueCopy.AzureStorage;
using TrueCopy.Local;
using TrueCopy.Local.Azurite;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>Storage is killed under the service, and with it.</summary>
public sealed class StorageKillTests : AfterKills
{
    // Azurite writes its databases every five seconds and each by itself, so killing it loses what storage has acknowledged,
    // which Azure does not. Here it is killed when it has written everything, so what it loses is itself for a while.
    [Fact]
    public async Task Storage_that_is_killed_is_a_failure_while_it_is_away_and_the_same_process_goes_on_when_it_is_back()
    {
        var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { Location = Folder.At("azurite"), Accounts = [AzuriteAccount.Ledger] }, Stop);
        var options = azurite.Options;
        try
        {
            var connection = azurite.ConnectionString(AzuriteAccount.Ledger);
            var accounts = StorageAccounts.Connect(connection, connection);
            await using var service = await LocalProcess.StartAsync(Folder.At("data"), "--azurite", "none", "--connection", connection);
            var load = new UploadLoad(accounts);
            await load.UploadAsync(20, Stop);
            await AssertAllVerifiedAsync(load, service);
            await UntilNothingIsPendingAsync(accounts);
            await UntilWrittenAsync(Folder.At("azurite"), accounts);

            azurite.Kill();
            var away = await Http.GetAsync(new Uri($"{service.Address}/v1/verify/sha-256/{load.Uploaded.Values.First()}"), Stop);
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, away.StatusCode);
            Assert.NotNull(away.Headers.RetryAfter);
            Assert.Contains("urn:truecopy:problem:unavailable", await away.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            await azurite.DisposeAsync();
            azurite = await StartAgainAsync(options);
            await load.UploadAsync(20, Stop);
            await AssertAllVerifiedAsync(load, service);
            await UntilNothingIsPendingAsync(accounts);
            await service.StopAsync();
            await AuditAsync(accounts, (await KeyFiles.ReadAsync(Folder.At("data/keys"), LocalOptions.Origin, Stop)).Verifiers, load);
        }
        finally
        {
            await azurite.DisposeAsync();
        }
    }

    [Fact]
    public async Task Killed_with_an_Azurite_of_its_own_and_started_again_at_once_the_service_has_everything()
    {
        UploadLoad load;
        await using (var killed = await LocalProcess.StartAsync(Folder.At("data")))
        {
            load = new UploadLoad(killed.Accounts);
            await load.UploadAsync(20, Stop);
            await killed.KillAsync();
        }

        await using var again = await LocalProcess.StartAsync(Folder.At("data"));
        await AssertAllVerifiedAsync(load, again);
    }

    // Somebody's connection may be leaving by one of its ports meanwhile; that ends.
    private static async Task<AzuriteProcess> StartAgainAsync(AzuriteOptions options)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Wait.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            try
            {
                return await AzuriteProcess.StartAsync(options, patience.Token);
            }
            catch (AzuriteException) when (!patience.IsCancellationRequested)
            {
                await timer.WaitForNextTickAsync(patience.Token);
            }
        }
    }

    // Marks in each of the three services; what was written before a mark is written once the mark is.
    private static async Task UntilWrittenAsync(string folder, StorageAccounts accounts)
    {
        var mark = $"mark{Guid.NewGuid():N}";
        await accounts.Ledger.CreateBlobContainerAsync(mark, cancellationToken: Stop);
        await accounts.Queues.CreateQueueAsync(mark, cancellationToken: Stop);
        await accounts.Tables.CreateTableAsync(mark, Stop);
        foreach (var database in new[] { "blob", "queue", "table" })
            await UntilAsync(async () => (await File.ReadAllTextAsync(Path.Combine(folder, $"__azurite_db_{database}__.json"), Stop)).Contains(mark, StringComparison.Ordinal));
    }
}
