using System.Collections.Concurrent;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TrueCopy.AzureStorage.Tests.LostAnswers;

/// <summary>A scenario in a storage account of its own.</summary>
/// <param name="scenario">The scenario.</param>
/// <param name="connection">Connection string of the account, which is empty.</param>
/// <param name="identity">Who signs.</param>
internal sealed class ScenarioRun(Scenario scenario, string connection, LogIdentity identity)
{
    private const int MaxDeliveries = 5;
    private const string Name = "示范银行";
    private readonly StorageAccounts _direct = StorageAccounts.Connect(connection, connection);
    private readonly ConcurrentQueue<string> _errors = new();

    /// <summary>What was logged as an error.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Deliveries and timer runs that failed, and so were repeated.</summary>
    public int Failures { get; private set; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Runs it over a network, until nothing is pending, and audits what came of it.</summary>
    public async Task RunAsync(Network network)
    {
        await _direct.CreateLedgerAsync(Stop);
        await _direct.CreateIssuerAsync("bank", Describe(Name), Stop);
        await _direct.CreateIssuerAsync("bureau", new Dictionary<string, string> { ["legalname"] = "Bureau", ["jurisdiction"] = "HK", ["retention"] = "delete" }, Stop);
        if (scenario.Uploads.Length > 0 || scenario.Renamed is not null)
        {
            await using var earlier = Start(_direct);
            await DeliverAsync(earlier, scenario.Before);
            await earlier.GetRequiredService<Housekeeping>().RunAsync(Stop);
        }

        if (scenario.Renamed is { } name)
            await _direct.CreateIssuerAsync("bank", Describe(name), Stop);
        await using (var services = Start(StorageAccounts.Connect(connection, connection, network.Configure)))
        {
            await DeliverAsync(services, scenario.Uploads);
            await FinishAsync(services);
        }

        await CheckAsync();
    }

    // As the queue does: what fails is delivered again.
    private async Task DeliverAsync(ServiceProvider services, Upload[] uploads)
    {
        foreach (var upload in uploads)
        {
            var blob = _direct.Inbox.GetBlobContainerClient("issuer-" + upload.Issuer).GetBlobClient(upload.Path);
            var etag = (await blob.UploadAsync(BinaryData.FromBytes(upload.Content), new BlobUploadOptions { Metadata = upload.Metadata }, Stop)).Value.ETag.ToString().Trim('"');
            var uploaded = InMemoryWorld.EventOf(new BlobVersion("issuer-" + upload.Issuer, upload.Path, etag));
            await RepeatAsync(stop => services.GetRequiredService<IntakeHandler>().HandleAsync(uploaded, stop));
        }
    }

    // As the timer does, minute after minute.
    private async Task FinishAsync(ServiceProvider services)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Wait.Limit);
        do
        {
            await ExpireLeaseAsync();
            await RepeatAsync(services.GetRequiredService<Housekeeping>().RunAsync);
            await DeliverAnswersAsync(services);
        }
        while (await IsPendingAsync() && await timer.WaitForNextTickAsync(patience.Token));
    }

    // As the queue trigger does.
    private async Task DeliverAnswersAsync(ServiceProvider services)
    {
        var queue = _direct.Queues.GetQueueClient(StorageNames.AnswersQueue);
        QueueMessage[] messages = await queue.ReceiveMessagesAsync(16, TimeSpan.FromSeconds(2), Stop);
        foreach (var message in messages)
        {
            await RepeatAsync(async stop => Assert.Equal(AnswerOutcome.Handled, await services.GetRequiredService<AnswerHandler>().HandleAsync(message.Body.ToMemory(), stop)));
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
        }
    }

    private async Task CheckAsync()
    {
        var audit = await StorageAudit.RunAsync(_direct, identity.Verifiers, Stop);
        Upload[] all = [.. scenario.Before, .. scenario.Uploads];
        Assert.Equal(all.Sum(upload => upload.Acts), audit.InEffect.Count);

        // The first sight of each, and the change, once.
        var history = new IssuerHistory(_direct.LedgerTables);
        Assert.Equal(scenario.Renamed is { } renamed ? [Name, renamed] : [Name], (await history.FindAsync("bank", Stop)).Select(record => record.Issuer.LegalName));
        Assert.Single(await history.FindAsync("bureau", Stop));

        await using var services = Start(_direct);
        foreach (var (digest, verdict) in scenario.Verdicts)
            Assert.Equal(verdict, (await services.GetRequiredService<VerdictService>().VerifyAsync(digest, Stop)).Verdict);
        foreach (var upload in all)
        {
            var container = _direct.Inbox.GetBlobContainerClient("issuer-" + upload.Issuer);
            var answers = _direct.Inbox.GetBlobContainerClient(IssuerContainer.AnswersOf(container.Name));
            Assert.Equal(!upload.IsDeleted, (await container.GetBlobClient(upload.Path).ExistsAsync(Stop)).Value);
            foreach (var answer in upload.Answers)
            {
                var metadata = (await answers.GetBlobClient(answer).GetPropertiesAsync(cancellationToken: Stop)).Value.Metadata;
                Assert.Equal(upload.IsDeleted, metadata.ContainsKey(AnswerMetadata.Document));
            }
        }
    }

    private static Dictionary<string, string> Describe(string name) => new() { ["legalname"] = name, ["jurisdiction"] = "CN-GD", ["algorithms"] = "sm3" };

    private ServiceProvider Start(StorageAccounts accounts) => new ServiceCollection()
        .AddLogging(logging => logging.AddProvider(new ErrorLog(_errors)).SetMinimumLevel(LogLevel.Error))
        .AddAzureStorage(accounts)
        .AddSingleton(identity)
        .AddSingleton(new SequencerOptions { DocumentWait = TimeSpan.Zero, RetryDelay = TimeSpan.Zero })
        .AddSingleton(new AnswerOptions { HeadStart = TimeSpan.FromSeconds(5) })
        .AddLedger()
        .BuildServiceProvider();

    private async Task RepeatAsync(Func<CancellationToken, Task> action)
    {
        for (var delivery = 1; ; delivery++)
        {
            try
            {
                await action(Stop);
                return;
            }
            catch (Exception exception) when (delivery < MaxDeliveries && StorageFailure.Explains(exception))
            {
                Failures++;
            }
        }
    }

    // A lease whose holder never learnt that it has it ends by itself after a minute; the test does not wait so long.
    private async Task ExpireLeaseAsync()
    {
        var blob = _direct.Ledger.GetBlobContainerClient(StorageNames.StateContainer).GetBlobClient("sequencer");
        if (await blob.ExistsAsync(Stop) && (await blob.GetPropertiesAsync(cancellationToken: Stop)).Value.LeaseState == LeaseState.Leased)
            await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Stop);
    }

    private async Task<bool> IsPendingAsync()
    {
        foreach (var queue in new[] { StorageNames.StagedActsQueue, StorageNames.StagedBulkQueue, StorageNames.AnswersQueue })
        {
            if ((await _direct.Queues.GetQueueClient(queue).GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount > 0)
                return true;
        }

        return false;
    }

    private sealed class ErrorLog(ConcurrentQueue<string> messages) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            messages.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
