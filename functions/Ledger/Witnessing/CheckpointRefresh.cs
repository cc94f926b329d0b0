using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Witnessing;

/// <summary>
/// Has the published checkpoint cosigned again while the log does not grow, so that its cosignatures say that it is still the
/// newest; and for the first time, where it was published before there were witnesses, or without enough of them.
/// </summary>
/// <remarks>Safe beside others and beside a batch that is being published: what was read is replaced, or nothing.</remarks>
public sealed partial class CheckpointRefresh(
    LogStore log,
    ILogKeys keys,
    Witnesses witnesses,
    ServicePolicy policy,
    IHashTileSource tiles,
    WitnessingOptions options,
    TimeProvider time,
    ILogger<CheckpointRefresh> logger)
{
    private DateTimeOffset _due = DateTimeOffset.MinValue;

    /// <summary>Runs once; does nothing while what is published is fresh, or while too many witnesses rest.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!witnesses.Any || witnesses.Rest || time.GetUtcNow() < _due || await log.FindCheckpointAsync(cancellationToken) is not { } stored)
            return;
        var identity = await keys.CurrentAsync(cancellationToken);
        var published = SignedCheckpoint.Open(stored.Content, identity.Origin, identity.Verifiers);
        DateTimeOffset? before = null;
        try
        {
            before = SeenAt(published);
        }
        catch (LogFormatException exception)
        {
            // Whoever reads it refuses it, so that nothing of its cosignatures is worth keeping.
            LogDamaged(logger, exception);
            published = published.WithoutCosignatures();
        }

        if (before is { } seen && seen + options.RefreshAfter > time.GetUtcNow())
        {
            _due = seen + options.RefreshAfter;
            return;
        }

        // Lines of witnesses that do not answer stay: what is published never has fewer.
        var cosigned = await witnesses.AskAsync(published, () => tiles, forAll: true, cancellationToken);
        if (cosigned.IsQuorum && SeenAt(cosigned.Checkpoint) is { } now && !(now <= before) && await log.TryReplaceCheckpointAsync(stored, cosigned.Checkpoint, cancellationToken))
            LogRefreshed(logger, published.Size);
    }

    // As of when enough witnesses have seen it; or any, where the policy asks for none.
    private DateTimeOffset? SeenAt(SignedCheckpoint checkpoint)
    {
        var result = policy.Trust.Weigh(checkpoint, time.GetUtcNow());
        return result.SeenAt ?? (policy.Trust.Quorum is null && result.Sightings.Count > 0 ? result.Sightings[^1].At : null);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is published has cosignatures that are wrong; they are replaced.")]
    private static partial void LogDamaged(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The checkpoint of {Size} entries is cosigned anew.")]
    private static partial void LogRefreshed(ILogger logger, long size);
}
