using System.Globalization;
using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TrueCopy.FunctionDoubles.Worker;

/// <summary>A queue trigger with the figures of <c>host.json</c>, but that it polls more often.</summary>
internal sealed partial class QueueListener : BackgroundService
{
    private readonly FunctionHost.DeclaredFunction _function;
    private readonly IServiceProvider _services;
    private readonly ILogger<QueueListener> _logger;
    private readonly QueueClient _queue;
    private readonly QueueClient _poison;
    private readonly int _batchSize;
    private readonly int _maxDequeueCount;
    private readonly TimeSpan _visibilityTimeout;

    public QueueListener(
        FunctionHost.DeclaredFunction function,
        QueueTriggerAttribute trigger,
        JsonElement queues,
        IConfiguration configuration,
        IServiceProvider services,
        ILogger<QueueListener> logger)
    {
        (_function, _services, _logger) = (function, services, logger);
        var encoding = queues.GetProperty("messageEncoding").GetString() == "base64" ? QueueMessageEncoding.Base64 : QueueMessageEncoding.None;
        var account = new QueueServiceClient(configuration[trigger.Connection!], new QueueClientOptions { MessageEncoding = encoding });
        _queue = account.GetQueueClient(trigger.QueueName);
        _poison = account.GetQueueClient(trigger.QueueName + "-poison");
        _batchSize = queues.GetProperty("batchSize").GetInt32();
        _maxDequeueCount = queues.GetProperty("maxDequeueCount").GetInt32();
        _visibilityTimeout = TimeSpan.Parse(queues.GetProperty("visibilityTimeout").GetString()!, CultureInfo.InvariantCulture);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            QueueMessage[] messages = await _queue.ReceiveMessagesAsync(_batchSize, _visibilityTimeout, stoppingToken);
            await Task.WhenAll(messages.Select(message => HandleAsync(message, stoppingToken)));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task HandleAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await FunctionHost.InvokeAsync(_function, _services, parameter =>
                parameter.ParameterType == typeof(QueueMessage) ? message : cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(_logger, _function.Name, exception);
            if (message.DequeueCount < _maxDequeueCount)
                return;
            await _poison.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await _poison.SendMessageAsync(message.Body, cancellationToken: cancellationToken);
        }

        await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed.")]
    private static partial void LogFailed(ILogger logger, string function, Exception exception);
}

/// <summary>A timer trigger: once a second at the second that the schedule names is all that this product asks.</summary>
internal sealed partial class TimerListener(
    FunctionHost.DeclaredFunction function,
    TimerTriggerAttribute trigger,
    IServiceProvider services,
    ILogger<TimerListener> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Six fields: seconds, minutes, hours, days, months, weekdays. What is not "every minute" is not known here.
        if (trigger.Schedule.Split(' ') is not ["0", "*", "*", "*", "*", "*"])
            throw new NotSupportedException($"The double does not know the schedule {trigger.Schedule}.");
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1));
        do
        {
            try
            {
                await FunctionHost.InvokeAsync(function, services, parameter =>
                    parameter.ParameterType == typeof(TimerInfo) ? new TimerInfo() : stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, function.Name, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed.")]
    private static partial void LogFailed(ILogger logger, string function, Exception exception);
}
