using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Keeps sequencers from getting in each other's way: a blob lease of a minute, renewed three times a minute. Never needed
/// for safety: if it is lost, the head's compare-and-swap still keeps the log safe.
/// </summary>
public sealed partial class SequencerLease(IBlobStore blobs, TimeProvider time, ILogger<SequencerLease> logger)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(20);
    private static readonly BlobAddress Blob = new(StorageNames.StateContainer, "sequencer");

    /// <summary>Takes the lease until the result is disposed, or returns null if another sequencer holds it.</summary>
    public async Task<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString();
        while (true)
        {
            switch (await blobs.TryLeaseAsync(Blob, id, Duration, cancellationToken))
            {
                case LeaseOutcome.Taken:
                    return new Held(blobs, id, time, logger);
                case LeaseOutcome.Held:
                    return null;
                default:
                    // If another process creates it first, it may hold the lease already.
                    await blobs.TryWriteAsync(Blob, default, BlobCondition.Absent, BlobHeaders.None, cancellationToken);
                    break;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sequencer's lease could not be {Action}; it will expire by itself.")]
    private static partial void LogLeaseTrouble(ILogger logger, string action, Exception exception);

    private sealed class Held : IAsyncDisposable
    {
        private readonly PeriodicTimer _timer;
        private readonly IBlobStore _blobs;
        private readonly string _id;
        private readonly ILogger _logger;
        private readonly Task _renewing;

        public Held(IBlobStore blobs, string id, TimeProvider time, ILogger logger)
        {
            (_blobs, _id, _logger, _timer) = (blobs, id, logger, new PeriodicTimer(RenewEvery, time));
            _renewing = RenewAsync();
        }

        // Whatever stands against it, the lease expires by itself; thrown from here it would hide what the drain met.
        public async ValueTask DisposeAsync()
        {
            _timer.Dispose();
            try
            {
                await _renewing;
                await _blobs.ReleaseLeaseAsync(Blob, _id, CancellationToken.None);
            }
            catch (Exception exception)
            {
                LogLeaseTrouble(_logger, "released", exception);
            }
        }

        // Until the timer is disposed.
        private async Task RenewAsync()
        {
            while (await _timer.WaitForNextTickAsync(CancellationToken.None))
            {
                try
                {
                    await _blobs.RenewLeaseAsync(Blob, _id, CancellationToken.None);
                }
                catch (Exception exception)
                {
                    // Whatever it was, a token that could not be had among it: the next renewal may succeed, and if none
                    // does, the lease, which is no more than an optimisation, is another's. Its release is tried all the same.
                    LogLeaseTrouble(_logger, "renewed", exception);
                }
            }
        }
    }
}
