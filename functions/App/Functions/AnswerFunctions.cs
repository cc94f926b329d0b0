using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.AzureStorage;

namespace TrueCopy.App.Functions;

/// <summary>Answers that the process which finished their batch did not write.</summary>
public sealed class AnswerFunctions(AnswerHandler answers, PoisonHandler poison)
{
    /// <summary>Writes what issuers are owed.</summary>
    [Function("OnAnswersOwed")]
    public async Task OnAnswersOwedAsync(
        [QueueTrigger(StorageNames.AnswersQueue, Connection = AppSettings.LedgerConnection)] QueueMessage message,
        CancellationToken cancellationToken)
    {
        var body = QueueBody.Of(message).Bytes;
        if (await answers.HandleAsync(body, cancellationToken) == AnswerOutcome.Unreadable)
            await poison.HandleAsync(StorageNames.AnswersQueue, message.MessageId, body, cancellationToken);
    }
}
