using System.Diagnostics;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using TrueCopy.AzureStorage;
using TrueCopy.Local;
using TrueCopy.Local.Azurite;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>
/// SIGKILL at random moments, while documents are uploaded: 5 times, 50 when all is gone through, or as often as
/// <c>TRUECOPY_KILLS</c> says. <c>TRUECOPY_SEED</c> repeats the moments of a run.
/// </summary>
public sealed class KillTests(SharedAzurite shared) : IDisposable
{
    private static readonly int Kills = Extent.Of("TRUECOPY_KILLS", 3, 50);
    private static readonly TimeSpan UploadInterval = TimeSpan.FromMilliseconds(120);
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly List<SignedCheckpoint> _seen = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Killed_again_and_again_under_load_the_service_loses_nothing_and_does_nothing_twice()
    {
        var seed = Extent.Seed;
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        var connection = await shared.NewAccountAsync(Stop);
        string[] storage = ["--azurite", "none", "--connection", connection];
        var accounts = StorageAccounts.Connect(connection, connection);

        // A first life, so that there are containers to upload to and a log to lose.
        await using (await LocalProcess.StartAsync(_folder.At("data"), storage))
        {
        }

        var keys = (await KeyFiles.ReadAsync(_folder.At("data/keys"), LocalOptions.Origin, Stop)).Verifiers;
        var load = new UploadLoad(accounts);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var uploading = load.RunAsync(UploadInterval, enough.Token);
        var whileStarting = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            // One kill in five strikes while the process starts and finishes what the one before left.
            var starting = random.Next(5) == 0;
            whileStarting += starting ? 1 : 0;
            await LiveAndDieAsync(storage, keys, TimeSpan.FromMilliseconds(random.Next(starting ? 1500 : 700)), starting);
            if (random.Next(5) != 0)
                await ExpireLeaseAsync(accounts);
        }

        await enough.CancelAsync();
        await uploading;
        var killing = clock.Elapsed;
        await ExpireLeaseAsync(accounts);
        await using var last = await LocalProcess.StartAsync(_folder.At("data"), storage);
        await AssertAllVerifiedAsync(load, last);
        var verified = clock.Elapsed;
        await last.StopAsync();

        // Messages that a killed process held come back after two minutes, long after their uploads were answered; until then there is
        // nothing to do.
        await UntilNothingIsHeldAsync(accounts);
        await using var cleaner = await LocalProcess.StartAsync(_folder.At("data"), storage);
        await UntilNothingIsPendingAsync(accounts);
        await cleaner.StopAsync();
        var audit = await AuditAsync(accounts, keys, load);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {seed}: {Kills} kills ({whileStarting} while starting) in {killing.TotalSeconds:0} s, {load.Uploaded.Count} uploads all verified after {verified.TotalSeconds:0} s, "
            + $"nothing pending after {clock.Elapsed.TotalSeconds:0} s; {audit.Batches} batches, {audit.Size} entries, {audit.Repeated} of them repeat an act, {audit.Receipts} receipts");
    }

    // Azurite writes its databases every five seconds and each by itself, so killing it loses what storage has acknowledged,
    // which Azure does not. Here it is killed when it has written everything, so what it loses is itself for a while.
    [Fact]
    public async Task Storage_that_is_killed_is_a_failure_while_it_is_away_and_the_same_process_goes_on_when_it_is_back()
    {
        var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { Location = _folder.At("azurite"), Accounts = [AzuriteAccount.Ledger] }, Stop);
        var options = azurite.Options;
        try
        {
            var connection = azurite.ConnectionString(AzuriteAccount.Ledger);
            var accounts = StorageAccounts.Connect(connection, connection);
            await using var service = await LocalProcess.StartAsync(_folder.At("data"), "--azurite", "none", "--connection", connection);
            var load = new UploadLoad(accounts);
            await load.UploadAsync(20, Stop);
            await AssertAllVerifiedAsync(load, service);
            await UntilNothingIsPendingAsync(accounts);
            await UntilWrittenAsync(_folder.At("azurite"), accounts);

            azurite.Kill();
            var away = await _http.GetAsync(new Uri($"{service.Address}/v1/verify/sha-256/{load.Uploaded.Values.First()}"), Stop);
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, away.StatusCode);
            Assert.NotNull(away.Headers.RetryAfter);
            Assert.Contains("urn:truecopy:problem:unavailable", await away.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            await azurite.DisposeAsync();
            azurite = await StartAgainAsync(options);
            await load.UploadAsync(20, Stop);
            await AssertAllVerifiedAsync(load, service);
            await UntilNothingIsPendingAsync(accounts);
            await service.StopAsync();
            await AuditAsync(accounts, (await KeyFiles.ReadAsync(_folder.At("data/keys"), LocalOptions.Origin, Stop)).Verifiers, load);
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
        await using (var killed = await LocalProcess.StartAsync(_folder.At("data")))
        {
            load = new UploadLoad(killed.Accounts);
            await load.UploadAsync(20, Stop);
            await killed.KillAsync();
        }

        await using var again = await LocalProcess.StartAsync(_folder.At("data"));
        await AssertAllVerifiedAsync(load, again);
    }

    // Lives for a while, under the eyes of a monitor, then dies.
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

    private async Task LiveAndDieAsync(string[] storage, IReadOnlyList<NoteVerifier> keys, TimeSpan life, bool starting)
    {
        await using var service = LocalProcess.Start(_folder.At("data"), storage);
        if (!starting)
        {
            await service.ReadyAsync();
            await LookAsync(service, keys);
        }

        await Task.Delay(life, Stop);
        Assert.False(service.HasExited, service.Output);
        await service.KillAsync();
    }

    private async Task LookAsync(LocalProcess service, IReadOnlyList<NoteVerifier> keys)
    {
        var checkpoint = SignedCheckpoint.Open(await _http.GetByteArrayAsync(new Uri($"{service.Address}/log/checkpoint"), Stop), LocalOptions.Origin, keys);
        Assert.True(_seen.Count == 0 || _seen[^1].Size <= checkpoint.Size, "the published log shrank");
        _seen.Add(checkpoint);
    }

    private async Task<StorageAudit> AuditAsync(StorageAccounts accounts, IReadOnlyList<NoteVerifier> keys, UploadLoad load)
    {
        var audit = await StorageAudit.RunAsync(accounts, keys, Stop);
        _seen.ForEach(audit.RequirePast);
        string[] inEffect = [.. audit.InEffect.Select(item => item.Act.Digest.Hex)];
        Assert.Distinct(inEffect);
        Assert.Subset(inEffect.ToHashSet(), load.Uploaded.Values.ToHashSet());
        Assert.Subset(load.Begun.Values.ToHashSet(), inEffect.ToHashSet());
        return audit;
    }

    private async Task AssertAllVerifiedAsync(UploadLoad load, LocalProcess service)
    {
        var (verified, asked) = (0, 0);
        try
        {
            await UntilAsync(async () =>
            {
                var answers = await load.VerifyAsync(_http, service.Address, Stop);
                Assert.DoesNotContain(answers, answer => answer.Verdict is not (Verdict.Verified or Verdict.Unknown));
                (verified, asked) = (answers.Count(answer => answer.Verdict == Verdict.Verified), answers.Count);
                return verified == asked;
            });
        }
        catch (OperationCanceledException) when (!Stop.IsCancellationRequested)
        {
            Assert.Fail($"{verified} of {asked} are verified, after minutes. The service said:\n{service.Output}");
        }
    }

    // A dead sequencer's lease ends by itself within a minute; the next ones would only wait for that.
    private static async Task ExpireLeaseAsync(StorageAccounts accounts)
    {
        var blob = accounts.Ledger.GetBlobContainerClient(StorageNames.StateContainer).GetBlobClient("sequencer");
        if (await blob.ExistsAsync(Stop) && (await blob.GetPropertiesAsync(cancellationToken: Stop)).Value.LeaseState == LeaseState.Leased)
            await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Stop);
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

    private static Task UntilNothingIsPendingAsync(StorageAccounts accounts) => UntilOfEachQueueAsync(accounts, async queue =>
        (await queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount == 0);

    // Of as many as storage shows at once.
    private static Task UntilNothingIsHeldAsync(StorageAccounts accounts) => UntilOfEachQueueAsync(accounts, async queue =>
        (await queue.PeekMessagesAsync(32, Stop)).Value.Length >= Math.Min(32, (await queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount));

    private static Task UntilOfEachQueueAsync(StorageAccounts accounts, Func<QueueClient, Task<bool>> isSo) => UntilAsync(async () =>
    {
        foreach (var queue in new[] { StorageNames.BlobEventsQueue, StorageNames.StagedActsQueue, StorageNames.StagedBulkQueue })
        {
            if (!await isSo(accounts.Queues.GetQueueClient(queue)))
                return false;
        }

        return true;
    });

    // A service that says that it is too busy is asked again, as every client does. To ask about every upload is work, and some of
    // what is waited for takes minutes.
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Wait.Limit);
        while (!await HoldsAsync())
            await timer.WaitForNextTickAsync(patience.Token);

        async Task<bool> HoldsAsync()
        {
            try
            {
                return await condition();
            }
            catch (HttpRequestException exception) when (exception.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
            {
                return false;
            }
        }
    }
}
