using Microsoft.Extensions.Hosting;

namespace TrueCopy.Witness.Mirroring;

/// <summary>Pulls after each cosignature, as soon as the log has published what was cosigned; a host's timer makes up for what is missed.</summary>
public sealed class MirrorFollower(Mirror mirror, TimeProvider time) : BackgroundService
{
    /// <summary>How long a log is given to publish, before each try.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private const int Tries = 3;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await mirror.WaitAsync(stoppingToken);
            var isDone = false;
            for (var attempt = 0; attempt < Tries && !isDone; attempt++)
            {
                await Task.Delay(Patience, time, stoppingToken);
                isDone = await mirror.PullAsync(stoppingToken);
            }
        }
    }
}
