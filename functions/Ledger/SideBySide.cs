namespace TrueCopy.Ledger;

/// <summary>Requests that do not wait for each other, so many at a time: a connection to storage carries one at a time.</summary>
internal static class SideBySide
{
    /// <summary>Options for so many at a time, on the caller's own scheduler, which need not be the pool: on a simulated clock all runs in one order.</summary>
    public static ParallelOptions Of(int most, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = most, TaskScheduler = TaskScheduler.Current, CancellationToken = cancellationToken };
}
