using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.AzureStorage;

namespace TrueCopy.App.Functions;

/// <summary>Uploads, as Event Grid reports them.</summary>
public sealed class BlobEventFunctions(IntakeHandler intake, PoisonHandler poison)
{
    /// <summary>Hashes an upload and has it put into the log.</summary>
    [Function("OnBlobCreated")]
    public async Task OnBlobCreatedAsync(
        [QueueTrigger(StorageNames.BlobEventsQueue, Connection = AppSettings.LedgerConnection)] QueueMessage message,
        CancellationToken cancellationToken)
    {
        var body = QueueBody.Of(message).Bytes;
        if (await intake.HandleAsync(body, cancellationToken) == IntakeOutcome.Unreadable)
            await poison.HandleAsync(StorageNames.BlobEventsQueue, message.MessageId, body, cancellationToken);
    }
}
