using Microsoft.Extensions.DependencyInjection.Extensions;
using TrueCopy.AzureStorage;

namespace TrueCopy.Local.Triggers;

/// <summary>The queue-triggered functions of the Function App: uploads, answers, and messages that failed for good.</summary>
internal static class QueueTriggers
{
    /// <summary>Adds them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="eventQueues">How many queues of blob events there are.</param>
    public static IServiceCollection AddQueueTriggers(this IServiceCollection services, int eventQueues = BlobEventQueues.Default)
    {
        services.TryAddSingleton<SentMessages>();
        foreach (var queue in BlobEventQueues.All.Take(eventQueues))
        {
            services.AddSingleton<IHostedService>(provider =>
            {
                var intake = provider.GetRequiredService<IntakeHandler>();
                var poison = provider.GetRequiredService<PoisonHandler>();
                return Trigger(provider, queue, async (message, stop) =>
                {
                    var body = QueueBody.Of(message).Bytes;
                    if (await intake.HandleAsync(body, stop) == IntakeOutcome.Unreadable)
                        await poison.HandleAsync(queue, message.MessageId, body, stop);
                });
            });
        }

        services.AddSingleton<IHostedService>(provider =>
        {
            var answers = provider.GetRequiredService<AnswerHandler>();
            var poison = provider.GetRequiredService<PoisonHandler>();
            return Trigger(provider, StorageNames.AnswersQueue, async (message, stop) =>
            {
                var body = QueueBody.Of(message).Bytes;
                if (await answers.HandleAsync(body, stop) == AnswerOutcome.Unreadable)
                    await poison.HandleAsync(StorageNames.AnswersQueue, message.MessageId, body, stop);
            });
        });
        foreach (var queue in StorageNames.Queues.Except(BlobEventQueues.All.Skip(eventQueues)))
        {
            services.AddSingleton<IHostedService>(provider =>
            {
                var poison = provider.GetRequiredService<PoisonHandler>();
                return Trigger(
                    provider,
                    queue + StorageNames.PoisonSuffix,
                    (message, stop) => poison.HandleAsync(queue, message.MessageId, QueueBody.Of(message).Bytes, stop));
            });
        }

        return services;
    }

    private static QueueTrigger Trigger(IServiceProvider provider, string queue, Func<Azure.Storage.Queues.Models.QueueMessage, CancellationToken, Task> handle) =>
        ActivatorUtilities.CreateInstance<QueueTrigger>(provider, queue, handle);
}
