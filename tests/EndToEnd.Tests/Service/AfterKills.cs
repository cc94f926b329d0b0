using Azure.Storage.Queues;
using TrueCopy.AzureStorage;
using TrueCopy.Local;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>What a service that was killed has to have when it runs again.</summary>
public abstract class AfterKills : IDisposable
{
    private readonly List<SignedCheckpoint> _seen = [];

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected TempFolder Folder { get; } = new();

    private protected HttpClient Http { get; } = new();

    public void Dispose()
    {
        Http.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task LookAsync(LocalProcess service, IReadOnlyList<NoteVerifier> keys)
    {
        var checkpoint = SignedCheckpoint.Open(await Http.GetByteArrayAsync(new Uri($"{service.Address}/log/checkpoint"), Stop), LocalOptions.Origin, keys);
        Assert.True(_seen.Count == 0 || _seen[^1].Size <= checkpoint.Size, "the published log shrank");
        _seen.Add(checkpoint);
    }

    private protected async Task<StorageAudit> AuditAsync(StorageAccounts accounts, IReadOnlyList<NoteVerifier> keys, UploadLoad load)
    {
        var audit = await StorageAudit.RunAsync(accounts, keys, Stop);
        _seen.ForEach(audit.RequirePast);
        string[] inEffect = [.. audit.InEffect.Select(item => item.Act.Digest.Hex)];
        Assert.Distinct(inEffect);
        Assert.Subset(inEffect.ToHashSet(), load.Uploaded.Values.ToHashSet());
        Assert.Subset(load.Begun.Values.ToHashSet(), inEffect.ToHashSet());
        return audit;
    }

    private protected async Task AssertAllVerifiedAsync(UploadLoad load, LocalProcess service)
    {
        var (verified, asked) = (0, 0);
        try
        {
            await UntilAsync(async () =>
            {
                var answers = await load.VerifyAsync(Http, service.Address, Stop);
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

    private protected static Task UntilNothingIsPendingAsync(StorageAccounts accounts) => UntilOfEachQueueAsync(accounts, async queue =>
        (await queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount == 0);

    private protected static Task UntilOfEachQueueAsync(StorageAccounts accounts, Func<QueueClient, Task<bool>> isSo) => UntilAsync(async () =>
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
    private protected static async Task UntilAsync(Func<Task<bool>> condition)
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
