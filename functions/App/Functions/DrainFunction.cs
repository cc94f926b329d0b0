using Microsoft.Azure.Functions.Worker;

namespace TrueCopy.App.Functions;

/// <summary>Runs the housekeeping, which picks up what a crash left.</summary>
public sealed class DrainFunction(Housekeeping housekeeping)
{
    /// <summary>Once a minute; not monitored, because a run that was missed is made up for by the next.</summary>
    [Function("DrainStagedActs")]
    public Task RunAsync([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        housekeeping.RunAsync(cancellationToken);
}
