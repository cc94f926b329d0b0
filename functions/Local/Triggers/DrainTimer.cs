using TrueCopy.Verification.Issuers;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Local.Triggers;

/// <summary>
/// The safety net: picks up what a crash left staged or unfinished, what waits for its document, and changes of the
/// registry. In Azure once a minute; here more often, because nobody pays for it and someone waits at the keyboard.
/// </summary>
internal sealed partial class DrainTimer(Sequencer sequencer, RegistryWatch registry, TimeProvider time, ILogger<DrainTimer> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await registry.CheckAsync(stoppingToken);
                await sequencer.DrainAsync(stoppingToken);
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
