using Azure.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Local.Triggers;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>An end that is asked for abandons nobody who could still finish.</summary>
public sealed class QueueTriggerTests(SharedAzurite azurite) : IAsyncLifetime
{
    private readonly TaskCompletionSource<CancellationToken> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider _time = new();
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

    private async Task<QueueTrigger> StartAsync()
    {
        var trigger = new QueueTrigger(
            _storage.Connect(),
            StorageNames.BlobEventsQueue,
            async (_, stop) =>
            {
                _begun.SetResult(stop);
                await _finish.Task.WaitAsync(stop);
            },
            _time,
            NullLogger<QueueTrigger>.Instance);
        await trigger.StartAsync(Stop);
        return trigger;
    }

    private async Task<int> CountAsync() => (await Queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount;
}
