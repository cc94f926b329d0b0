using Azure.Core;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>What a file costs in storage operations, from its event to its receipt; counted, so the same on every machine.</summary>
public sealed class FileOperationTests(Azurite azurite)
{
    private const int Files = 64;

    [Fact]
    public async Task A_burst_of_files_costs_at_most_eight_operations_a_file()
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
        await services.GetRequiredService<Sequencer>().DrainAsync(stop);
        var events = await UploadAsync(storage.Connect().Inbox.GetBlobContainerClient("issuer-bank"));

        // Held elsewhere, as by another process, until all is staged.
        var before = counter.Total;
        var held = await services.GetRequiredService<SequencerLease>().TryAcquireAsync(stop);
        await Parallel.ForEachAsync(events, stop, async (message, each) =>
            Assert.Equal(IntakeOutcome.Staged, await services.GetRequiredService<IntakeHandler>().HandleAsync(message, each)));
        await held!.DisposeAsync();
        await services.GetRequiredService<Sequencer>().DrainAsync(stop);

        var each = (counter.Total - before) / (double)Files;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each:0.00} operations a file: {counter}");
        Assert.Null(await services.GetRequiredService<StagedActs>().OldestAsync(stop));

        // Besides: the event is deleted, and taken with fifteen others.
        Assert.InRange(each, 5.0, 8.0);
    }

    private static async Task<List<byte[]>> UploadAsync(BlobContainerClient container)
    {
        var events = new List<byte[]>();
        for (var i = 0; i < Files; i++)
        {
            var uploaded = await container.UploadBlobAsync($"{i}", BinaryData.FromString($"file {i}"), TestContext.Current.CancellationToken);
            events.Add(InMemoryWorld.EventOf(new BlobVersion(container.Name, $"{i}", uploaded.Value.ETag.ToString().Trim('"'))));
        }

        return events;
    }
}
