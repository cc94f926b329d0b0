namespace TrueCopy.Local.Triggers;

/// <summary>Runs the housekeeping: in Azure once a minute, here more often, because nobody pays for it and someone waits.</summary>
internal sealed partial class DrainTimer(Housekeeping housekeeping, TimeProvider time, ILogger<DrainTimer> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await housekeeping.RunAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Sequencing failed; trying again soon.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
