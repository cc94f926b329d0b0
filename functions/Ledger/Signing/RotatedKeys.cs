using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Signing;

/// <summary>
/// Keys from a source that may change them and may be out of reach: read again every few minutes. While the source does
/// not answer, verifying goes on with the keys that are known; signing needs the source in any case.
/// </summary>
public sealed partial class RotatedKeys(ILogKeySource source, TimeProvider time, ILogger<RotatedKeys> logger) : ILogKeys, IDisposable
{
    /// <summary>How old the keys may be before they are read again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>How long the source is left alone after it failed.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private Known? _known;

    /// <inheritdoc/>
    public async ValueTask<LogIdentity> CurrentAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } fresh)
            return fresh;

        await _loading.WaitAsync(cancellationToken);
        try
        {
            return Fresh() ?? await LoadAsync(cancellationToken);
        }
        catch (Exception exception) when (_known is not null && !cancellationToken.IsCancellationRequested)
        {
            LogUnreachable(logger, exception);
            _known = _known with { Until = time.GetUtcNow() + RetryAfter };
            return _known.Identity;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<LogIdentity> ReloadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            return await LoadAsync(cancellationToken);
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _loading.Dispose();

    private LogIdentity? Fresh() => Volatile.Read(ref _known) is { } known && time.GetUtcNow() < known.Until ? known.Identity : null;

    private async Task<LogIdentity> LoadAsync(CancellationToken cancellationToken)
    {
        var identity = await source.LoadAsync(cancellationToken);
        Volatile.Write(ref _known, new Known(identity, time.GetUtcNow() + Lifetime));
        return identity;
    }

    private sealed record Known(LogIdentity Identity, DateTimeOffset Until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log's keys cannot be read; going on with those that are known.")]
    private static partial void LogUnreachable(ILogger logger, Exception exception);
}
