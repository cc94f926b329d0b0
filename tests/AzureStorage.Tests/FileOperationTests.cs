using Azure.Core;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using TrueCopy.Testing.Simulation;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>What a file costs in storage operations, from its event to its receipt; counted, so the same on every machine.</summary>
public sealed class FileOperationTests(Azurite azurite)
{
    // The host takes sixteen events at once, and deletes each by itself.
    private const double OperationsAnEvent = 1 + (1 / 16.0);

    /// <summary>How many files, and the most operations of each.</summary>
    public static TheoryData<int, double> Together => new() { { 1, 22 }, { 64, 7 }, { Extent.IsExhaustive ? 1000 : 250, 6 } };

    // How many share a message is a matter of the machine here: at worst each has its own. On a simulated clock LoadTests count them.
    [Theory]
    [MemberData(nameof(Together))]
    public async Task Files_that_come_together_cost_no_more_than_so_many_operations_each(int files, double most)
    {
        var stop = TestContext.Current.CancellationToken;
        var storage = await azurite.NewStorageAsync();
        var counter = new OperationCounter();
        var accounts = storage.Connect(options => options.AddPolicy(counter, HttpPipelinePosition.PerRetry));
        await storage.Connect().CreateIssuerAsync("bank", new Dictionary<string, string> { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD" }, stop);
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddAzureStorage(accounts)
            .AddSingleton(new LogIdentity(InMemoryWorld.Origin, [InMemoryWorld.NewEd25519()]))
            .AddLedger()
            .BuildServiceProvider();
        var uploads = storage.Connect().Inbox.GetBlobContainerClient("issuer-bank");

        // What a process finds out once.
        foreach (var message in await UploadAsync(uploads, "first", 1))
            await services.GetRequiredService<IntakeHandler>().HandleAsync(message, stop);
        var events = await UploadAsync(uploads, "file", files);
        counter.Clear();

        // Held elsewhere, as by another process, until all of several are staged.
        var held = files > 1 ? await services.GetRequiredService<SequencerLease>().TryAcquireAsync(stop) : null;
        await Parallel.ForEachAsync(events, new ParallelOptions { MaxDegreeOfParallelism = SimulatedDeployment.AtOnce, CancellationToken = stop }, async (message, each) =>
            Assert.Equal(IntakeOutcome.Staged, await services.GetRequiredService<IntakeHandler>().HandleAsync(message, each)));
        if (held is not null)
        {
            await held.DisposeAsync();
            await services.GetRequiredService<Sequencer>().DrainAsync(stop);
        }

        var each = OperationsAnEvent + (counter.Total / (double)files);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{files} files: {each:0.00} operations a file, {OperationsAnEvent:0.00} of them on its event; the others: {counter}"));
        Assert.Null(await services.GetRequiredService<StagedActs>().OldestAsync(stop));
        Assert.InRange(each, 3, most);
    }

    private static async Task<List<byte[]>> UploadAsync(BlobContainerClient container, string name, int files)
    {
        var events = new List<byte[]>();
        for (var i = 0; i < files; i++)
        {
            var uploaded = await container.UploadBlobAsync($"{name} {i}", BinaryData.FromString($"{name} {i}"), TestContext.Current.CancellationToken);
            events.Add(InMemoryWorld.EventOf(new BlobVersion(container.Name, $"{name} {i}", uploaded.Value.ETag.ToString().Trim('"'))));
        }

        return events;
    }
}
