using System.Threading.Channels;
using Azure.Core;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Local.Triggers;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>It takes what comes when it comes, and an end that is asked for abandons nobody who could still finish.</summary>
public sealed class QueueTriggerTests(SharedAzurite azurite) : IAsyncLifetime
{
    private readonly TaskCompletionSource<CancellationToken> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider _time = new();
    private readonly SentMessages _sent = new();
    private AzuriteFixture _storage = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private QueueClient Queue => _storage.Connect().Queues.GetQueueClient(StorageNames.BlobEventsQueue);

    public async ValueTask InitializeAsync()
    {
        _storage = await azurite.NewAsync(Stop);
        await Queue.SendMessageAsync("an event", Stop);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Told_to_stop_it_lets_a_running_handler_finish_and_settles_its_message()
    {
        using var trigger = await StartAsync();
        var handlers = await _begun.Task;
        var stopping = trigger.StopAsync(CancellationToken.None);
        Assert.False(handlers.IsCancellationRequested);
        Assert.False(stopping.IsCompleted);
        _finish.SetResult();
        await stopping;
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_handler_that_takes_too_long_is_abandoned_and_its_message_stays()
    {
        using var trigger = await StartAsync();
        var handlers = await _begun.Task;
        var stopping = trigger.StopAsync(CancellationToken.None);
        while (!stopping.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        await stopping;
        Assert.True(handlers.IsCancellationRequested);
        Assert.Equal(1, await CountAsync());
    }

    // The clock stands still, so that a look for its own sake never comes.
    [Fact]
    public async Task What_this_process_sends_is_taken_without_waiting_and_what_others_send_at_the_next_look()
    {
        var taken = Channel.CreateUnbounded<string>();
        using var trigger = await StartAsync(async (message, stop) => await taken.Writer.WriteAsync(message.Body.ToString(), stop));
        await taken.Reader.ReadAsync(Stop);
        var ours = _storage.Connect(client => client.AddPolicy(_sent, HttpPipelinePosition.PerCall)).RawQueues.GetQueueClient(StorageNames.BlobEventsQueue);
        await ours.SendMessageAsync("ours", Stop);
        Assert.Equal("ours", await taken.Reader.ReadAsync(Stop));

        await _storage.Connect().RawQueues.GetQueueClient(StorageNames.BlobEventsQueue).SendMessageAsync("another's", Stop);
        var another = taken.Reader.ReadAsync(Stop).AsTask();
        while (!another.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("another's", await another);
        await trigger.StopAsync(Stop);
    }

    private Task<QueueTrigger> StartAsync() => StartAsync(async (_, stop) =>
    {
        _begun.SetResult(stop);
        await _finish.Task.WaitAsync(stop);
    });

    private async Task<QueueTrigger> StartAsync(Func<QueueMessage, CancellationToken, Task> handler)
    {
        var trigger = new QueueTrigger(
            _storage.Connect(),
            StorageNames.BlobEventsQueue,
            handler,
            _sent,
            _time,
            NullLogger<QueueTrigger>.Instance);
        await trigger.StartAsync(Stop);
        return trigger;
    }

    private async Task<int> CountAsync() => (await Queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount;
}
