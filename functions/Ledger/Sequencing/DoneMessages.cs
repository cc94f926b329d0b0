using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Deletes staged messages that are done with, beside what the sequencer does next. One that storage does not take away is tried
/// again with later ones; what never goes comes back by itself and is recognised by its act ids.
/// </summary>
/// <remarks>One instance a process, used by one drain at a time.</remarks>
public sealed partial class DoneMessages(StagedActs staged, TimeProvider time, ILogger<DoneMessages> logger)
{
    // A connection to storage carries one request at a time.
    private const int Parallelism = 64;

    private readonly ConcurrentQueue<(StagedMessage Message, long Since)> _refused = new();
    private Task _deleting = Task.CompletedTask;

    /// <summary>Begins to delete messages, once those of the last time are through, so that no more are taken than can be deleted.</summary>
    public async Task BeginAsync(IReadOnlyList<StagedMessage> messages, CancellationToken cancellationToken)
    {
        await _deleting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var now = time.GetTimestamp();
        _deleting = DeleteAsync([.. TakeRefused(), .. messages.Select(message => (message, now))], cancellationToken);
    }

    /// <summary>Waits until all that was begun is through, and tries once more what storage refused.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await BeginAsync([], cancellationToken);
        await _deleting;
    }

    private List<(StagedMessage Message, long Since)> TakeRefused()
    {
        var refused = new List<(StagedMessage, long)>();
        while (_refused.TryDequeue(out var message))
        {
            // Later its handle is no good: it is delivered again.
            if (time.GetElapsedTime(message.Since) < StagedActs.Invisible)
                refused.Add(message);
        }

        return refused;
    }

    private Task DeleteAsync(List<(StagedMessage Message, long Since)> messages, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(messages, SideBySide.Of(Parallelism, cancellationToken), async (item, stop) =>
        {
            try
            {
                await staged.DeleteAsync(item.Message, stop);
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                LogRefused(logger, exception);
                _refused.Enqueue(item);
            }
        });

    [LoggerMessage(Level = LogLevel.Warning, Message = "A staged message that is done with could not be deleted; it is tried again.")]
    private static partial void LogRefused(ILogger logger, Exception exception);
}
