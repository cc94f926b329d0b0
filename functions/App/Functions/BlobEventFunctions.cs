using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.AzureStorage;

namespace TrueCopy.App.Functions;

/// <summary>
/// Uploads, as Event Grid reports them: a function a queue of <see cref="BlobEventQueues.All"/>, because the platform wants each written down.
/// Nothing comes into those of queues that a deployment does not use, and the platform runs no instance for them.
/// </summary>
public sealed class BlobEventFunctions(IntakeHandler intake, PoisonHandler poison)
{
    /// <summary>Hashes an upload and has it put into the log.</summary>
    [Function("OnBlobCreated")]
    public Task OnBlobCreatedAsync([QueueTrigger(StorageNames.BlobEventsQueue, Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(0, message, cancellationToken);

    /// <summary>Hashes an upload and has it put into the log; of the queue with this number.</summary>
    [Function("OnBlobCreated1")]
    public Task OnBlobCreated1Async([QueueTrigger(StorageNames.BlobEventsQueue + "-1", Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(1, message, cancellationToken);

    /// <summary>Hashes an upload and has it put into the log; of the queue with this number.</summary>
    [Function("OnBlobCreated2")]
    public Task OnBlobCreated2Async([QueueTrigger(StorageNames.BlobEventsQueue + "-2", Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(2, message, cancellationToken);

    /// <summary>Hashes an upload and has it put into the log; of the queue with this number.</summary>
    [Function("OnBlobCreated3")]
    public Task OnBlobCreated3Async([QueueTrigger(StorageNames.BlobEventsQueue + "-3", Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(3, message, cancellationToken);

    /// <summary>Hashes an upload and has it put into the log; of the queue with this number.</summary>
    [Function("OnBlobCreated4")]
    public Task OnBlobCreated4Async([QueueTrigger(StorageNames.BlobEventsQueue + "-4", Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(4, message, cancellationToken);

    /// <summary>Hashes an upload and has it put into the log; of the queue with this number.</summary>
    [Function("OnBlobCreated5")]
    public Task OnBlobCreated5Async([QueueTrigger(StorageNames.BlobEventsQueue + "-5", Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(5, message, cancellationToken);

    /// <summary>Hashes an upload and has it put into the log; of the queue with this number.</summary>
    [Function("OnBlobCreated6")]
    public Task OnBlobCreated6Async([QueueTrigger(StorageNames.BlobEventsQueue + "-6", Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(6, message, cancellationToken);

    /// <summary>Hashes an upload and has it put into the log; of the queue with this number.</summary>
    [Function("OnBlobCreated7")]
    public Task OnBlobCreated7Async([QueueTrigger(StorageNames.BlobEventsQueue + "-7", Connection = AppSettings.LedgerConnection)] QueueMessage message, CancellationToken cancellationToken) =>
        HandleAsync(7, message, cancellationToken);

    private async Task HandleAsync(int queue, QueueMessage message, CancellationToken cancellationToken)
    {
        var body = QueueBody.Of(message).Bytes;
        if (await intake.HandleAsync(body, cancellationToken) == IntakeOutcome.Unreadable)
            await poison.HandleAsync(BlobEventQueues.All[queue], message.MessageId, body, cancellationToken);
    }
}
