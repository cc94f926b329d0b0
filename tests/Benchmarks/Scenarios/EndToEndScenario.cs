using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using TrueCopy.AzureStorage;
using TrueCopy.Benchmarks.Ports;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>
/// From uploads to receipts on a real Azurite, with the operations that Azure would bill counted by a policy of the SDK:
/// theirs is the figure that matters; the emulator's speed is not Azure's.
/// </summary>
internal sealed class EndToEndScenario : IScenario
{
    private const string Container = "issuer-bank";
    private const int Offered = 100;

    public string Name => "end-to-end";

    public string Title => "from uploads to receipts on Azurite, storage and signing operations counted";

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        await using var azurite = await AzuriteFixture.StartAsync(cancellationToken);
        var plain = azurite.Connect();
        await plain.CreateIssuerAsync("bank", new Dictionary<string, string> { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD" }, cancellationToken);
        var naive = await NaiveAsync(azurite, plain, run.Scale(300, 30), cancellationToken);

        var key = LeanService.NewKey();

        // Alone first: while others upload short things, a long upload takes its turn in smaller batches.
        await WithServiceAsync(azurite, key, (services, counts) => ManifestAsync(run, services, plain, counts, naive, first: 0, run.Scale(100_000, 20_000), isAlone: true, cancellationToken), cancellationToken);
        await WithServiceAsync(
            azurite,
            key,
            async (services, counts) =>
            {
                await FilesAsync(run, services, plain, counts, naive, cancellationToken);
                await ManifestAsync(run, services, plain, counts, naive, first: 1_000_000, run.Scale(20_000, 5_000), isAlone: false, cancellationToken);
            },
            cancellationToken);
        run.Notes.Add("Operations are requests of the SDK, each attempt; the upload itself and Event Grid's message are the issuer's and Event Grid's.");
    }

    private static async Task WithServiceAsync(AzuriteFixture azurite, EcdsaP256Signer key, Func<ServiceProvider, (OperationCounter Storage, OperationCounts Signing), Task> work, CancellationToken cancellationToken)
    {
        var counter = new OperationCounter();
        var signing = new OperationCounts();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddAzureStorage(azurite.Connect(options => options.AddPolicy(counter, HttpPipelinePosition.PerRetry)))
            .AddSingleton(new LogIdentity(LeanService.Origin, [new SlowSigner(key, TimeSpan.FromMilliseconds(20), signing, TimeProvider.System)]))
            .AddLedger()
            .BuildServiceProvider();
        await services.GetRequiredService<Sequencer>().DrainAsync(cancellationToken);
        await work(services, (counter, signing));
    }

    private static async Task FilesAsync(
        ScenarioRun run,
        ServiceProvider services,
        StorageAccounts plain,
        (OperationCounter Storage, OperationCounts Signing) counts,
        (double Rate, double Operations) naive,
        CancellationToken cancellationToken)
    {
        var count = run.Scale(1500, 150);
        var (operations, signatures) = (counts.Storage.Total, counts.Signing.Of("sign"));
        var accounts = services.GetRequiredService<StorageAccounts>();
        var intake = services.GetRequiredService<IntakeHandler>();
        var pump = new EventPump(accounts, async (message, stop) => await intake.HandleAsync(message, stop));
        var started = TimeProvider.System.GetTimestamp();
        var uploading = UploadAsync(plain, count, cancellationToken);
        await pump.RunAsync(count, cancellationToken);
        await uploading;
        await DrainAllAsync(services, cancellationToken);
        var rate = count / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        run.Add(new Measurement($"files, {Offered} a second offered", rate, "files/s") { Baseline = new Baseline("one signature and row a file, as fast as it goes", naive.Rate) });
        run.Add(new Measurement("storage operations of a file, end to end", (counts.Storage.Total - operations) / (double)count, "operations")
        {
            Baseline = new Baseline("one signature and row a file, no receipt", naive.Operations),
            Goal = Goal.AtMost(8),
            Headline = true,
        });
        run.Add(new Measurement("signatures of a file", (counts.Signing.Of("sign") - signatures) / (double)count, "signatures")
        {
            Baseline = new Baseline("one signature and row a file", 1),
            Goal = Goal.AtMost(0.05),
            Headline = true,
        });
        run.Notes.Add($"Files: {counts.Storage}.");
    }

    private static async Task DrainAllAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        while (await services.GetRequiredService<StagedActs>().OldestAsync(cancellationToken) is not null)
            await services.GetRequiredService<Sequencer>().DrainAsync(cancellationToken);
    }

    private static async Task UploadAsync(StorageAccounts plain, int count, CancellationToken cancellationToken)
    {
        var (container, events) = (plain.Inbox.GetBlobContainerClient(Container), plain.Queues.GetQueueClient(StorageNames.BlobEventsQueue));
        var started = TimeProvider.System.GetTimestamp();
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, count, options, async (i, stop) =>
        {
            var due = TimeSpan.FromSeconds(i / (double)Offered) - TimeProvider.System.GetElapsedTime(started);
            if (due > TimeSpan.Zero)
                await Task.Delay(due, TimeProvider.System, stop);
            var path = $"file {i}.txt";
            var uploaded = await container.UploadBlobAsync(path, BinaryData.FromString($"file {i}"), stop);
            await events.SendMessageAsync(BinaryData.FromBytes(InMemoryWorld.EventOf(new BlobVersion(Container, path, uploaded.Value.ETag.ToString().Trim('"')))), cancellationToken: stop);
        });
    }

    private static async Task ManifestAsync(
        ScenarioRun run,
        ServiceProvider services,
        StorageAccounts plain,
        (OperationCounter Storage, OperationCounts Signing) counts,
        (double Rate, double Operations) naive,
        int first,
        int lines,
        bool isAlone,
        CancellationToken cancellationToken)
    {
        var path = $"long {first}.sha256";
        var client = plain.Inbox.GetBlobContainerClient(Container).GetBlobClient(path);
        var text = new StringBuilder();
        for (var i = 0; i < lines; i++)
            text.Append(CultureInfo.InvariantCulture, $"{Uploads.DigestOf(first + i).Hex}  {i}.pdf\n");
        var uploaded = await client.UploadAsync(BinaryData.FromString(text.ToString()), cancellationToken);
        var (operations, signatures) = (counts.Storage.Total, counts.Signing.Of("sign"));
        var started = TimeProvider.System.GetTimestamp();
        var source = new BlobVersion(Container, path, uploaded.Value.ETag.ToString().Trim('"'));
        await services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(source), cancellationToken);
        await DrainAllAsync(services, cancellationToken);
        var perThousand = (counts.Storage.Total - operations) * 1000.0 / lines;
        if (!isAlone)
        {
            run.Add(new Measurement($"the same while others upload files, manifest of {lines:#,0}", perThousand, "operations"));
            return;
        }

        run.Add(new Measurement("digests of a manifest", lines / TimeProvider.System.GetElapsedTime(started).TotalSeconds, "digests/s")
        {
            Baseline = new Baseline("one signature and row a file", naive.Rate),
            Headline = true,
        });
        run.Add(new Measurement($"storage operations of 1,000 digests, manifest of {lines:#,0}", perThousand, "operations")
        {
            Baseline = new Baseline("one signature and row a file, no receipt", naive.Operations * 1000),
            Goal = Goal.AtMost(30),
            Headline = true,
        });
        run.Add(new Measurement("signatures of 1,000 digests", (counts.Signing.Of("sign") - signatures) * 1000.0 / lines, "signatures"));
    }

    // The way of a typical sample: each event's blob is read, hashed, signed for and written down in one row, by itself.
    private static async Task<(double Rate, double Operations)> NaiveAsync(AzuriteFixture azurite, StorageAccounts plain, int count, CancellationToken cancellationToken)
    {
        var counter = new OperationCounter();
        var accounts = azurite.Connect(options => options.AddPolicy(counter, HttpPipelinePosition.PerRetry));
        var table = accounts.Tables.GetTableClient("naive");
        await table.CreateIfNotExistsAsync(cancellationToken);
        var container = accounts.Inbox.GetBlobContainerClient(Container);
        var signer = new SlowSigner(LeanService.NewKey(), TimeSpan.FromMilliseconds(20), new OperationCounts(), TimeProvider.System);
        var names = Enumerable.Range(0, count).Select(i => $"naive {i}.txt").ToArray();
        var events = plain.Queues.GetQueueClient(StorageNames.BlobEventsQueue);
        foreach (var name in names)
        {
            await plain.Inbox.GetBlobContainerClient(Container).UploadBlobAsync(name, BinaryData.FromString(name), cancellationToken);
            await events.SendMessageAsync(name, cancellationToken);
        }

        var before = counter.Total;
        var started = TimeProvider.System.GetTimestamp();
        var pump = new EventPump(accounts, async (message, stop) =>
        {
            var content = (await container.GetBlobClient(Encoding.UTF8.GetString(message.Span)).DownloadContentAsync(stop)).Value.Content;
            var hex = Convert.ToHexStringLower(SHA256.HashData(content));
            var signature = await signer.SignAsync(Encoding.UTF8.GetBytes(hex), stop);
            await table.UpsertEntityAsync(new TableEntity(hex[..2], hex) { ["Signature"] = signature.ToArray() }, cancellationToken: stop);
        });
        await pump.RunAsync(count, cancellationToken);
        return (count / TimeProvider.System.GetElapsedTime(started).TotalSeconds, (counter.Total - before) / (double)count);
    }
}
