using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TrueCopy.AzureStorage;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Issuers;

namespace TrueCopy.Local.Events;

/// <summary>
/// Stands in for Event Grid, which Azurite lacks: lists the issuers' containers and puts one event into the queue for
/// each blob version it has not seen. What was answered before the last stop is known from the answers' metadata;
/// anything else is fed again, which is as harmless as any redelivery.
/// </summary>
internal sealed partial class BlobEventFeeder(StorageAccounts accounts, TimeProvider time, ILogger<BlobEventFeeder> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<(string Container, string Path), string> _fed = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = new HashSet<string>();
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await foreach (var container in accounts.Inbox.GetBlobContainersAsync(prefix: Issuer.ContainerPrefix, cancellationToken: stoppingToken))
                {
                    var client = accounts.Inbox.GetBlobContainerClient(container.Name);
                    if (known.Add(container.Name))
                        await RememberAnsweredAsync(client, stoppingToken);
                    await FeedAsync(client, prefix: null, stoppingToken);
                }
            }
            catch (Exception exception) when (StorageFailure.Explains(exception) && !stoppingToken.IsCancellationRequested)
            {
                LogUnreachable(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RememberAnsweredAsync(BlobContainerClient container, CancellationToken cancellationToken)
    {
        var options = new GetBlobsOptions { Traits = BlobTraits.Metadata, Prefix = IOutbox.Folder };
        await foreach (var answer in container.GetBlobsAsync(options, cancellationToken))
        {
            if (answer.Metadata.TryGetValue(AnswerMetadata.SourcePath, out var path) && answer.Metadata.TryGetValue(AnswerMetadata.SourceETag, out var etag))
                _fed[(container.Name, Uri.UnescapeDataString(path))] = etag;
        }
    }

    // By folder, so that the service's own answers, which trigger nothing, need not be listed.
    private async Task FeedAsync(BlobContainerClient container, string? prefix, CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        var created = new List<BlobItem>();
        var options = new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = prefix };
        await foreach (var item in container.GetBlobsByHierarchyAsync(options, cancellationToken))
        {
            if (item.IsPrefix && item.Prefix != IOutbox.Folder)
                folders.Add(item.Prefix);
            else if (item.IsBlob && _fed.GetValueOrDefault((container.Name, item.Blob.Name)) != ETagOf(item.Blob))
                created.Add(item.Blob);
        }

        var queue = accounts.Queues.GetQueueClient(StorageNames.BlobEventsQueue);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(created, parallel, async (blob, stop) =>
        {
            await queue.SendMessageAsync(CloudEvent.BlobCreated(container.Uri, container.Name, blob, time), cancellationToken: stop);
            _fed[(container.Name, blob.Name)] = ETagOf(blob);
        });

        foreach (var folder in folders)
            await FeedAsync(container, folder, cancellationToken);
    }

    private static string ETagOf(BlobItem blob) => blob.Properties.ETag.ToString()!.Trim('"');

    [LoggerMessage(Level = LogLevel.Warning, Message = "The inbox cannot be listed; trying again.")]
    private static partial void LogUnreachable(ILogger logger, Exception exception);
}
