namespace TrueCopy.Local.Triggers;

/// <summary>A function with a timer trigger: in Azure it runs once a minute or less, here more often, because nobody pays for it and someone waits.</summary>
internal sealed partial class TimerTrigger(string name, Func<CancellationToken, Task> handler, TimeProvider time, ILogger<TimerTrigger> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await handler(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, name, exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Name} failed; trying again soon.")]
    private static partial void LogFailed(ILogger logger, string name, Exception exception);
}

/// <summary>The timer-triggered functions of the Function App: what picks up the rest, and what asks domains.</summary>
internal static class TimerTriggers
{
    public static IServiceCollection AddTimerTriggers(this IServiceCollection services) => services
        .AddSingleton<IHostedService>(provider => Trigger(provider, "Sequencing", provider.GetRequiredService<Housekeeping>().RunAsync))
        .AddSingleton<IHostedService>(provider => Trigger(provider, "Asking domains", provider.GetRequiredService<DomainWatch>().RunAsync));

    private static TimerTrigger Trigger(IServiceProvider provider, string name, Func<CancellationToken, Task> handler) =>
        ActivatorUtilities.CreateInstance<TimerTrigger>(provider, name, handler);
}
