using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>A blob lease of a minute, renewed three times a minute. If it is lost, the head's compare-and-swap still keeps the log safe.</summary>
public sealed partial class BlobSequencerLease(StorageAccounts accounts, TimeProvider time, ILogger<BlobSequencerLease> logger)
    : ISequencerLease
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(20);
    private readonly BlobClient _blob = accounts.Ledger.GetBlobContainerClient(StorageNames.StateContainer).GetBlobClient("sequencer");

    /// <inheritdoc/>
    public async Task<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        var lease = _blob.GetBlobLeaseClient();
        try
        {
            await lease.AcquireAsync(Duration, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            await CreateAsync(cancellationToken);
            return await TryAcquireAsync(cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 409)
        {
            return null;
        }

        return new Held(lease, time, logger);
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _blob.UploadAsync(BinaryData.FromString(""), overwrite: false, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            // Another process created it first, and may hold the lease already.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sequencer's lease could not be {Action}; it will expire by itself.")]
    private static partial void LogLeaseTrouble(ILogger logger, string action, Exception exception);

    private sealed class Held : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly BlobLeaseClient _lease;
        private readonly ILogger _logger;
        private readonly Task _renewing;

        public Held(BlobLeaseClient lease, TimeProvider time, ILogger logger)
        {
            _lease = lease;
            _logger = logger;
            _renewing = RenewAsync(time, _stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            try
            {
                await _renewing;
                await _lease.ReleaseAsync(cancellationToken: CancellationToken.None);
            }
            catch (Exception exception) when (StorageFailure.Explains(exception))
            {
                LogLeaseTrouble(_logger, "released", exception);
            }
            finally
            {
                _stop.Dispose();
            }
        }

        private async Task RenewAsync(TimeProvider time, CancellationToken cancellationToken)
        {
            using var timer = new PeriodicTimer(RenewEvery, time);
            while (await WaitAsync(timer, cancellationToken))
            {
                try
                {
                    await _lease.RenewAsync(cancellationToken: cancellationToken);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception exception)
                {
                    // Whatever it was, a token that could not be had among it: the next renewal may succeed, and if none
                    // does, the lease, which is no more than an optimisation, is another's. Its release is tried all the same.
                    LogLeaseTrouble(_logger, "renewed", exception);
                }
            }
        }

        private static async ValueTask<bool> WaitAsync(PeriodicTimer timer, CancellationToken cancellationToken)
        {
            try
            {
                return await timer.WaitForNextTickAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Disposed: the normal end.
                return false;
            }
        }
    }
}
