using System.Diagnostics;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using TrueCopy.AzureStorage;
using TrueCopy.Local;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>
/// SIGKILL at random moments, while documents are uploaded: 3 times, 50 when all is gone through, or as often as
/// <c>TRUECOPY_KILLS</c> says. <c>TRUECOPY_SEED</c> repeats the moments of a run.
/// </summary>
public sealed class KillTests(SharedAzurite shared) : AfterKills
{
    private static readonly int Kills = Extent.Of("TRUECOPY_KILLS", 3, 50);
    private static readonly TimeSpan UploadInterval = TimeSpan.FromMilliseconds(120);

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
        await using (await LocalProcess.StartAsync(Folder.At("data"), storage))
        {
        }

        var keys = (await KeyFiles.ReadAsync(Folder.At("data/keys"), LocalOptions.Origin, Stop)).Verifiers;
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
        await using var last = await LocalProcess.StartAsync(Folder.At("data"), storage);
        await AssertAllVerifiedAsync(load, last);
        var verified = clock.Elapsed;
        await last.StopAsync();

        // Messages that a killed process held come back after two minutes, long after their uploads were answered; until then there is
        // nothing to do.
        await UntilNothingIsHeldAsync(accounts);
        await using var cleaner = await LocalProcess.StartAsync(Folder.At("data"), storage);
        await UntilNothingIsPendingAsync(accounts);
        await cleaner.StopAsync();
        var audit = await AuditAsync(accounts, keys, load);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {seed}: {Kills} kills ({whileStarting} while starting) in {killing.TotalSeconds:0} s, {load.Uploaded.Count} uploads all verified after {verified.TotalSeconds:0} s, "
            + $"nothing pending after {clock.Elapsed.TotalSeconds:0} s; {audit.Batches} batches, {audit.Size} entries, {audit.Repeated} of them repeat an act, {audit.Receipts} receipts");
    }

    // Lives for a while, under the eyes of a monitor, then dies.
    private async Task LiveAndDieAsync(string[] storage, IReadOnlyList<NoteVerifier> keys, TimeSpan life, bool starting)
    {
        await using var service = LocalProcess.Start(Folder.At("data"), storage);
        if (!starting)
        {
            await service.ReadyAsync();
            await LookAsync(service, keys);
        }

        await Task.Delay(life, Stop);
        Assert.False(service.HasExited, service.Output);
        await service.KillAsync();
    }

    // A dead sequencer's lease ends by itself within a minute; the next ones would only wait for that.
    private static async Task ExpireLeaseAsync(StorageAccounts accounts)
    {
        var blob = accounts.Ledger.GetBlobContainerClient(StorageNames.StateContainer).GetBlobClient("sequencer");
        if (await blob.ExistsAsync(Stop) && (await blob.GetPropertiesAsync(cancellationToken: Stop)).Value.LeaseState == LeaseState.Leased)
            await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Stop);
    }

    // Of as many as storage shows at once.
    private static Task UntilNothingIsHeldAsync(StorageAccounts accounts) => UntilOfEachQueueAsync(accounts, async queue =>
        (await queue.PeekMessagesAsync(32, Stop)).Value.Length >= Math.Min(32, (await queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount));
}
