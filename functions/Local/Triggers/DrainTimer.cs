using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Local.Triggers;

/// <summary>The safety net: once a minute, picks up what a crash left staged or unfinished.</summary>
internal sealed partial class DrainTimer(Sequencer sequencer, TimeProvider time, ILogger<DrainTimer> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await sequencer.DrainAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Sequencing failed; trying again in a minute.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
