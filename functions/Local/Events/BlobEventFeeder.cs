using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TrueCopy.AzureStorage;

namespace TrueCopy.Local.Events;

/// <summary>
/// Stands in for Event Grid, which Azurite lacks: lists the issuers' and receivers' containers and puts one event into the queue for
/// each blob version it has not seen. What was answered before the last stop is known from the answers' metadata;
/// anything else is fed again, which is as harmless as any redelivery.
/// </summary>
internal sealed partial class BlobEventFeeder(StorageAccounts accounts, TimeProvider time, ILogger<BlobEventFeeder> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    // Where nothing came for a while it is looked less often: most containers are at rest, and together would take most of the looks.
    private static readonly TimeSpan RestInterval = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan RestAfter = TimeSpan.FromSeconds(5);

    // Institutions come seldom, so that not every look at what they upload is a look for them as well.
    private static readonly TimeSpan ContainersInterval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<(string Container, string Path), string> _fed = new();
    private readonly HashSet<(string Container, string Name, string ETag)> _answered = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var containers = new Dictionary<string, Watched>();
        long? listed = null;
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (listed is null || time.GetElapsedTime(listed.Value) >= ContainersInterval)
                {
                    await ListContainersAsync(containers, stoppingToken);
                    listed = time.GetTimestamp();
                }

                foreach (var container in containers.Values)
                {
                    var now = time.GetTimestamp();
                    if (time.GetElapsedTime(container.Fed, now) >= RestAfter && time.GetElapsedTime(container.Looked, now) < RestInterval)
                        continue;
                    container.Looked = now;
                    if (await FeedAsync(container.Client, stoppingToken))
                        container.Fed = now;
                }
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                // It was removed since they were listed.
                containers.Clear();
                listed = null;
            }
            catch (Exception exception) when (StorageFailure.Explains(exception) && !stoppingToken.IsCancellationRequested)
            {
                LogUnreachable(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ListContainersAsync(Dictionary<string, Watched> containers, CancellationToken cancellationToken)
    {
        await foreach (var container in accounts.Inbox.GetBlobContainersAsync(prefix: IssuerContainer.Prefix, cancellationToken: cancellationToken))
        {
            if (containers.ContainsKey(container.Name))
                continue;
            await RememberAnsweredAsync(container.Name, cancellationToken);
            containers.Add(container.Name, new Watched(accounts.Inbox.GetBlobContainerClient(container.Name), time.GetTimestamp()));
        }

        await foreach (var container in accounts.Handovers.GetBlobContainersAsync(prefix: ReceiverContainer.Prefix, cancellationToken: cancellationToken))
            containers.TryAdd(container.Name, new Watched(accounts.Handovers.GetBlobContainerClient(container.Name), time.GetTimestamp()));
    }

    private async Task RememberAnsweredAsync(string container, CancellationToken cancellationToken)
    {
        var answers = accounts.Inbox.GetBlobContainerClient(IssuerContainer.AnswersOf(container));
        try
        {
            await foreach (var answer in answers.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata }, cancellationToken))
            {
                if (AnswerPath.TryParse(answer.Name, out var name, out _) && answer.Metadata.TryGetValue(AnswerMetadata.SourceETag, out var etag))
                    _answered.Add((container, name, etag));
            }
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was ever answered there.
        }
    }

    /// <returns>Whether there was something new.</returns>
    private async Task<bool> FeedAsync(BlobContainerClient container, CancellationToken cancellationToken)
    {
        var created = new List<BlobItem>();
        await foreach (var blob in container.GetBlobsAsync(cancellationToken: cancellationToken))
        {
            var etag = ETagOf(blob);
            if (_fed.GetValueOrDefault((container.Name, blob.Name)) == etag)
                continue;
            if (AnswerPath.NamesFor(blob.Name).Any(name => _answered.Contains((container.Name, name, etag))))
                _fed[(container.Name, blob.Name)] = etag;
            else
                created.Add(blob);
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(created, parallel, async (blob, stop) =>
        {
            var queue = accounts.Queues.GetQueueClient(BlobEventQueues.QueueOf(ETagOf(blob), BlobEventQueues.Default));
            await queue.SendMessageAsync(CloudEvent.BlobCreated(container.Uri, container.Name, blob, time), cancellationToken: stop);
            _fed[(container.Name, blob.Name)] = ETagOf(blob);
        });
        return created.Count > 0;
    }

    private static string ETagOf(BlobItem blob) => blob.Properties.ETag.ToString()!.Trim('"');

    [LoggerMessage(Level = LogLevel.Warning, Message = "The inbox cannot be listed; trying again.")]
    private static partial void LogUnreachable(ILogger logger, Exception exception);

    /// <summary>A container that is looked into.</summary>
    private sealed class Watched(BlobContainerClient client, long found)
    {
        public BlobContainerClient Client { get; } = client;

        /// <summary>When something new was there, or it was itself.</summary>
        public long Fed { get; set; } = found;

        public long Looked { get; set; }
    }
}
