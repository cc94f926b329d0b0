using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>
/// How much one process takes on at a time. A request beyond that waits in a queue that is bounded; one beyond the queue is
/// refused at once, so that those inside are answered in time and memory stays bounded.
/// </summary>
/// <remarks>
/// The service refuses with 503, not 429: it knows no clients that one could be told apart from another, so the cause is
/// never what one client did. Fairness among clients is for whatever stands before the service.
/// </remarks>
public sealed class Admission : IDisposable
{
    /// <summary>Requests that are worked on at once; each waits for storage most of the time.</summary>
    public const int MaxRequests = 128;

    /// <summary>Requests that wait for those.</summary>
    public const int MaxWaiting = 512;

    /// <summary>Batches that are read, worked on and written at once: each holds a body of 256 KiB and an answer of a few MiB.</summary>
    public const int MaxBatches = 16;

    /// <summary>Batches that wait for those, unread.</summary>
    public const int MaxWaitingBatches = 32;

    private readonly ConcurrencyLimiter _requests = Limiter(MaxRequests, MaxWaiting);
    private readonly ConcurrencyLimiter _batches = Limiter(MaxBatches, MaxWaitingBatches);

    /// <summary>How many requests wait now.</summary>
    public long Waiting => _requests.GetStatistics()!.CurrentQueuedCount;

    /// <summary>How many batches wait now.</summary>
    public long WaitingBatches => _batches.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Lets a request in, perhaps after a while; disposing the lease lets the next one in.</summary>
    /// <exception cref="OverloadedException">Too many wait already.</exception>
    public ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken) => EnterAsync(_requests, cancellationToken);

    /// <summary>Lets a batch in until its answer is written: a client that reads slowly holds memory.</summary>
    /// <exception cref="OverloadedException">Too many wait already.</exception>
    public async ValueTask EnterBatchAsync(HttpResponse response, CancellationToken cancellationToken) =>
        response.RegisterForDispose(await EnterAsync(_batches, cancellationToken));

    /// <inheritdoc/>
    public void Dispose()
    {
        _requests.Dispose();
        _batches.Dispose();
    }

    private static async ValueTask<IDisposable> EnterAsync(ConcurrencyLimiter limiter, CancellationToken cancellationToken)
    {
        var lease = await limiter.AcquireAsync(1, cancellationToken);
        if (lease.IsAcquired)
            return lease;
        lease.Dispose();
        throw new OverloadedException();
    }

    private static ConcurrencyLimiter Limiter(int at, int waiting) => new(new ConcurrencyLimiterOptions
    {
        PermitLimit = at,
        QueueLimit = waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });
}

/// <summary>The process has as much to do as it takes on; asking again in a moment may help.</summary>
public sealed class OverloadedException() : Exception("More requests than this process takes on.");
