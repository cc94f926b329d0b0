using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.AzureStorage;

namespace TrueCopy.App.Functions;

/// <summary>Messages that failed for good: kept, alerted on, and answered where an issuer waits.</summary>
public sealed class PoisonFunctions(PoisonHandler poison)
{
    /// <summary>A staged upload that could not be read.</summary>
    [Function("OnPoisonStagedActs")]
    public Task OnStagedActsAsync(
        [QueueTrigger(StorageNames.StagedActsQueue + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message,
        CancellationToken cancellationToken) =>
        HandleAsync(StorageNames.StagedActsQueue, message, cancellationToken);

    /// <summary>A part of a long upload that could not be read.</summary>
    [Function("OnPoisonStagedBulk")]
    public Task OnStagedBulkAsync(
        [QueueTrigger(StorageNames.StagedBulkQueue + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message,
        CancellationToken cancellationToken) =>
        HandleAsync(StorageNames.StagedBulkQueue, message, cancellationToken);

    /// <summary>Answers that could not even be taken apart.</summary>
    [Function("OnPoisonAnswers")]
    public Task OnAnswersAsync(
        [QueueTrigger(StorageNames.AnswersQueue + StorageNames.PoisonSuffix, Connection = AppSettings.LedgerConnection)] QueueMessage message,
        CancellationToken cancellationToken) =>
        HandleAsync(StorageNames.AnswersQueue, message, cancellationToken);

    private Task HandleAsync(string queue, QueueMessage message, CancellationToken cancellationToken) =>
        poison.HandleAsync(queue, message.MessageId, QueueBody.Of(message).Bytes, cancellationToken);
}
