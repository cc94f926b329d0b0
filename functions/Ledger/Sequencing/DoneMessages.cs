using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Deletes staged messages that are done with. One that storage does not take away stands in nobody's way: it is tried again with
/// later ones, and what never goes comes back by itself and is recognised by its act ids.
/// </summary>
/// <remarks>One instance a process, used by one drain at a time.</remarks>
public sealed partial class DoneMessages(StagedActs staged, TimeProvider time, ILogger<DoneMessages> logger)
{
    // A connection to storage carries one request at a time.
    private const int Parallelism = 64;

    private readonly ConcurrentQueue<(StagedMessage Message, long Since)> _refused = new();

    /// <summary>Deletes messages, and once more tries those that storage refused before.</summary>
    public async Task DeleteAsync(IReadOnlyList<StagedMessage> messages, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        var all = TakeRefused();
        all.EnsureCapacity(all.Count + messages.Count);
        all.AddRange(messages.Select(message => (message, now)));
        await Parallel.ForAsync(0, all.Count, SideBySide.Of(Parallelism, cancellationToken), async (i, stop) =>
        {
            try
            {
                await staged.DeleteAsync(all[i].Message, stop);
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                LogRefused(logger, exception);
                _refused.Enqueue(all[i]);
            }
        });
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "A staged message that is done with could not be deleted; it is tried again.")]
    private static partial void LogRefused(ILogger logger, Exception exception);
}
