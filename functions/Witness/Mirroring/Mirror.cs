using Microsoft.Extensions.Logging;

namespace TrueCopy.Witness.Mirroring;

/// <summary>Reads a log's tiles under its prefix; what it reads may be a lie.</summary>
/// <param name="prefix">The log's address in the policy line that names it.</param>
public delegate ITileReader OpenLog(Uri prefix);

/// <summary>
/// Keeps a copy of each log that has an address, up to what the witness beside it has cosigned; checks what the entries mean, and
/// cosigns under a name of its own only then (C2SP tlog-mirror's statement, and its monitoring prefix). It pulls, and has no
/// <c>add-entries</c>.
/// </summary>
public sealed partial class Mirror : IDisposable
{
    private readonly Dictionary<string, MirroredLog> _logs;
    private readonly SemaphoreSlim _pulling = new(1);
    private readonly SemaphoreSlim _awake = new(0);
    private readonly WitnessService _witness;
    private readonly WitnessMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<Mirror> _logger;
    private readonly DateTimeOffset _started;

    /// <summary>A mirror over an account's blobs; of no logs where the options have no key for it.</summary>
    public Mirror(IBlobStore blobs, WitnessService witness, WitnessOptions options, OpenLog open, WitnessMetrics metrics, TimeProvider time, ILogger<Mirror> logger)
    {
        (_witness, _metrics, _time, _logger, _started) = (witness, metrics, time, logger, time.GetUtcNow());
        _logs = options.MirrorCosigners.Count == 0
            ? []
            : options.Logs.Where(log => log.Url is not null).DistinctBy(log => log.Key.Name).ToDictionary(
                log => log.Key.Name,
                log => new MirroredLog(blobs, log.Key.Name, open(log.Url!), options.MirrorCosigners, time));
    }

    /// <summary>Says that something was cosigned, which the log is about to publish.</summary>
    public void Wake()
    {
        if (_logs.Count > 0 && _awake.CurrentCount == 0)
            _awake.Release();
    }

    /// <summary>Waits until something was cosigned.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _awake.WaitAsync(cancellationToken);

    /// <summary>Brings every copy to what was cosigned. One at a time in a process; several processes do the same work.</summary>
    /// <returns>Whether every log's copy is whole, or its log broke a rule.</returns>
    public async Task<bool> PullAsync(CancellationToken cancellationToken)
    {
        await _pulling.WaitAsync(cancellationToken);
        try
        {
            var isDone = true;
            foreach (var (origin, log) in _logs)
                isDone &= await PullAsync(origin, log, cancellationToken);
            return isDone;
        }
        finally
        {
            _pulling.Release();
        }
    }

    /// <summary>The mirror's checkpoint of a log; null if there is none.</summary>
    /// <param name="originHash">SHA-256 of the log's origin, in lower-case hex.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(string originHash, CancellationToken cancellationToken) =>
        Find(originHash) is { } log ? await log.ReadCheckpointAsync(cancellationToken) : null;

    /// <summary>A tile or bundle of a mirrored log; null if there is none.</summary>
    /// <param name="originHash">SHA-256 of the log's origin, in lower-case hex.</param>
    /// <param name="tile">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ReadOnlyMemory<byte>?> ReadTileAsync(string originHash, TileId tile, CancellationToken cancellationToken) =>
        Find(originHash) is { } log ? await log.ReadTileAsync(tile, cancellationToken) : null;

    /// <summary>Which log broke which rule; null if none did.</summary>
    public string? Broken => _logs.Where(log => log.Value.Broken is not null).Select(log => $"{log.Key} broke a rule. {log.Value.Broken}").FirstOrDefault();

    /// <inheritdoc/>
    public void Dispose()
    {
        _pulling.Dispose();
        _awake.Dispose();
    }

    private async Task<bool> PullAsync(string origin, MirroredLog log, CancellationToken cancellationToken)
    {
        var wasBroken = log.Broken is not null;

        // Cosigned every quarter of an hour as long as all is well, in whichever process.
        var last = _started;
        var (outcome, reason) = (PullOutcome.Whole, (string?)null);
        try
        {
            last = await log.FindLastCosignedAsync(cancellationToken) ?? _started;
            if (await _witness.ReadCheckpointAsync(CosignedHead.HashOf(origin), cancellationToken) is { } pending)
                (outcome, reason) = await log.PullAsync(pending, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // What cannot be read now is behind; how long so is in a metric. The other logs do not wait for it.
            (outcome, reason) = (PullOutcome.Behind, exception.Message);
        }

        _metrics.Behind(outcome == PullOutcome.Behind ? _time.GetUtcNow() - last : TimeSpan.Zero);
        if (outcome == PullOutcome.Behind)
            LogBehind(_logger, origin, reason!);
        if (outcome == PullOutcome.Broken)
        {
            _metrics.Broken();
            if (!wasBroken)
                LogBroken(_logger, origin, reason!);
        }

        return outcome != PullOutcome.Behind;
    }

    private MirroredLog? Find(string originHash) => _logs.FirstOrDefault(log => CosignedHead.HashOf(log.Key) == originHash).Value;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mirror of {Origin} is not whole: {Reason}")]
    private static partial void LogBehind(ILogger logger, string origin, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Origin} broke a rule, and the mirror signs no more of it. {Reason} The notes are kept as evidence.")]
    private static partial void LogBroken(ILogger logger, string origin, string reason);
}
