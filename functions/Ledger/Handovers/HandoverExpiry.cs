using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Handovers;

/// <summary>
/// Has packages expire that nobody took in time, by listing what waits: the log says so, and then they are deleted. What is still there
/// though it waits for nobody, or never was in the log, is deleted as well.
/// </summary>
/// <remarks>Remembers when it looked last; a restart is harmless.</remarks>
public sealed partial class HandoverExpiry(
    IIssuerContainers containers,
    HandoverTraces traces,
    Packages packages,
    StagedActs staged,
    HandoverOptions options,
    TimeProvider time,
    ILogger<HandoverExpiry> logger)
{
    private long? _lookedAt;

    /// <summary>Looks, if it is time to, and stages what is due.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_lookedAt is { } at && time.GetElapsedTime(at) < options.SweepEvery)
            return;
        var now = time.GetTimestamp();
        var isDone = true;
        await foreach (var container in containers.ListContainersAsync(ReceiverContainer.Prefix, cancellationToken))
        {
            await foreach (var blob in containers.ListAsync(container.Name, "", cancellationToken))
            {
                if (options.ExpiryOf(blob.At) <= time.GetUtcNow())
                    isDone &= await TryEndAsync(new BlobVersion(container.Name, blob.Path, blob.ETag), cancellationToken);
            }
        }

        if (isDone)
            _lookedAt = now;
    }

    // What stands against one keeps neither the others from expiring nor the log from going on.
    private async Task<bool> TryEndAsync(BlobVersion package, CancellationToken cancellationToken)
    {
        try
        {
            await EndAsync(package, cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogLeft(logger, package.Container, exception);
            return false;
        }
    }

    private async Task EndAsync(BlobVersion package, CancellationToken cancellationToken)
    {
        var handover = ReceiverContainer.HandoverOf(package.Path) is { } id ? await traces.FindAsync(id, cancellationToken) : null;
        if (handover is { Record.Sent: { } sent, Life.Waits: true } && sent.Source == package)
            await staged.StageAsync(new StagedHandover(package, handover.Id, ActKind.Expired, time.WholeSecond(), sent.Package), cancellationToken);
        else
            await packages.DeleteAsync(package, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A package in {Container} whose time is over is left to the next look.")]
    private static partial void LogLeft(ILogger logger, string container, Exception exception);
}
