using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.AzureStorage;

namespace TrueCopy.App.Functions;

/// <summary>Uploads that could not be handled, by queue: kept, alerted on, and answered.</summary>
public sealed class PoisonEventFunctions(PoisonHandler poison)
{
    /// <summary>An upload that could not be handled.</summary>
    [Function("OnPoisonBlobEvent")]
    public Task OnBlobEventAsync([QueueTrigger(StorageNames.BlobEventsQueue + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(0, message, cancellationToken);

    /// <summary>An upload that could not be handled; of the queue with this number.</summary>
    [Function("OnPoisonBlobEvent1")]
    public Task OnBlobEvent1Async([QueueTrigger(StorageNames.BlobEventsQueue + "-1" + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(1, message, cancellationToken);

    /// <summary>An upload that could not be handled; of the queue with this number.</summary>
    [Function("OnPoisonBlobEvent2")]
    public Task OnBlobEvent2Async([QueueTrigger(StorageNames.BlobEventsQueue + "-2" + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(2, message, cancellationToken);

    /// <summary>An upload that could not be handled; of the queue with this number.</summary>
    [Function("OnPoisonBlobEvent3")]
    public Task OnBlobEvent3Async([QueueTrigger(StorageNames.BlobEventsQueue + "-3" + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(3, message, cancellationToken);

    /// <summary>An upload that could not be handled; of the queue with this number.</summary>
    [Function("OnPoisonBlobEvent4")]
    public Task OnBlobEvent4Async([QueueTrigger(StorageNames.BlobEventsQueue + "-4" + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(4, message, cancellationToken);

    /// <summary>An upload that could not be handled; of the queue with this number.</summary>
    [Function("OnPoisonBlobEvent5")]
    public Task OnBlobEvent5Async([QueueTrigger(StorageNames.BlobEventsQueue + "-5" + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(5, message, cancellationToken);

    /// <summary>An upload that could not be handled; of the queue with this number.</summary>
    [Function("OnPoisonBlobEvent6")]
    public Task OnBlobEvent6Async([QueueTrigger(StorageNames.BlobEventsQueue + "-6" + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(6, message, cancellationToken);

    /// <summary>An upload that could not be handled; of the queue with this number.</summary>
    [Function("OnPoisonBlobEvent7")]
    public Task OnBlobEvent7Async([QueueTrigger(StorageNames.BlobEventsQueue + "-7" + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(7, message, cancellationToken);

    private Task HandleAsync(int queue, QueueMessage message, CancellationToken cancellationToken) =>
        poison.HandleAsync(BlobEventQueues.All[queue], message.MessageId, QueueBody.Of(message).Bytes, cancellationToken);
}
