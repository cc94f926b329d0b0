namespace TrueCopy.Ledger.Handovers;

/// <summary>
/// Has packages expire that nobody took in time, by listing what waits: the log says so, and then they are deleted. What is still there
/// though it waits for nobody, or never was in the log, is deleted as well.
/// </summary>
/// <remarks>Remembers when it looked last; a restart is harmless.</remarks>
public sealed class HandoverExpiry(IIssuerContainers containers, HandoverTraces traces, Packages packages, StagedActs staged, HandoverOptions options, TimeProvider time)
{
    private long? _lookedAt;

    /// <summary>Looks, if it is time to, and stages what is due.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_lookedAt is { } at && time.GetElapsedTime(at) < options.SweepEvery)
            return;
        var now = time.GetTimestamp();
        await foreach (var container in containers.ListContainersAsync(ReceiverContainer.Prefix, cancellationToken))
        {
            await foreach (var blob in containers.ListAsync(container.Name, "", cancellationToken))
            {
                if (options.ExpiryOf(blob.At) <= time.GetUtcNow())
                    await EndAsync(new BlobVersion(container.Name, blob.Path, blob.ETag), cancellationToken);
            }
        }

        _lookedAt = now;
    }

    private async Task EndAsync(BlobVersion package, CancellationToken cancellationToken)
    {
        var handover = ReceiverContainer.HandoverOf(package.Path) is { } id ? await traces.FindAsync(id, cancellationToken) : null;
        if (handover is { Record.Sent: { } sent, Life.Waits: true } && sent.Source == package)
            await staged.StageAsync(new StagedHandover(package, handover.Id, ActKind.Expired, WholeSecond(time.GetUtcNow()), sent.Package), cancellationToken);
        else
            await packages.DeleteAsync(package, cancellationToken);
    }

    private static DateTimeOffset WholeSecond(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond));
}
