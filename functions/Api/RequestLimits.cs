using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>Requests that wait for one another.</summary>
public enum RequestClass
{
    /// <summary>What costs nothing or may not wait; no client's share counts it either.</summary>
    Unlimited,

    /// <summary>One question.</summary>
    Question,

    /// <summary>Many questions in one request, or an answer about all documents: what may take much memory.</summary>
    Batch,
}

/// <summary>
/// How much the process takes on at a time, and each client of it. A request beyond what is worked on waits in a queue that is
/// bounded; one beyond the queue, or beyond its client's share, is refused at once, so that those inside are answered in time
/// and memory stays bounded.
/// </summary>
public sealed class RequestLimits : IDisposable
{
    /// <summary>Requests that are worked on at once; each waits for storage most of the time.</summary>
    public const int MaxRequests = 128;

    /// <summary>Requests that wait for those.</summary>
    public const int MaxWaiting = 512;

    /// <summary>
    /// Batches that are read, worked on and written at once: each holds a body of 256 KiB and an answer of up to <see cref="HttpLimits.MaxAnswerLength"/>;
    /// one about the status of all documents up to <see cref="HttpLimits.MaxStatusLength"/>.
    /// </summary>
    public const int MaxBatches = 16;

    /// <summary>Batches that wait for those, unread.</summary>
    public const int MaxWaitingBatches = 32;

    private static readonly RateLimitPartition<IPAddress> Unlimited = RateLimitPartition.GetNoLimiter(IPAddress.None);

    private readonly PartitionedRateLimiter<HttpContext> _clients;
    private readonly PartitionedRateLimiter<HttpContext> _handovers;
    private readonly PartitionedRateLimiter<RequestClass> _classes;
    private readonly PartitionedRateLimiter<HttpContext> _classesByRequest;

    /// <summary>Limits of one process.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The share is too small for one batch, or does not come back.</exception>
    public RequestLimits(ClientShare share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share.Burst, BatchRequestDocument.MaxDigests);
        ArgumentOutOfRangeException.ThrowIfLessThan(share.PerSecond, 1);
        // One function for all requests, which ask for a partition each.
        Func<IPAddress, RateLimiter> ofClient = _ => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = share.Burst,
            TokensPerPeriod = share.PerSecond,
            ReplenishmentPeriod = share.Period,
            AutoReplenishment = false,
        });
        _clients = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => ClassOf(context) == RequestClass.Unlimited
            ? Unlimited
            : RateLimitPartition.Get(ClientOf(context.Connection.RemoteIpAddress), ofClient));
        _handovers = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
            RateLimitPartition.GetTokenBucketLimiter(ClientOf(context.Connection.RemoteIpAddress), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = share.HandoverBurst,
                TokensPerPeriod = share.HandoversPerMinute,
                ReplenishmentPeriod = share.HandoverPeriod,
            }));
        var (questions, batches) = (Concurrency(RequestClass.Question, MaxRequests, MaxWaiting), Concurrency(RequestClass.Batch, MaxBatches, MaxWaitingBatches));
        var others = RateLimitPartition.GetNoLimiter(RequestClass.Unlimited);
        _classes = PartitionedRateLimiter.Create<RequestClass, RequestClass>(requests => requests switch
        {
            RequestClass.Question => questions,
            RequestClass.Batch => batches,
            _ => others,
        });
        _classesByRequest = _classes.WithTranslatedKey<HttpContext>(ClassOf, leaveOpen: true);

        Admission = new AdmissionLimiter(
            PartitionedRateLimiter.CreateChained(_classesByRequest, _clients),
            PartitionedRateLimiter.CreateChained(_clients, _classesByRequest));
    }

    /// <summary>What a request passes before it is worked on. A lease that is refused for the client's share says when to come back.</summary>
    public PartitionedRateLimiter<HttpContext> Admission { get; }

    /// <summary>How many requests of a class wait now.</summary>
    public long Waiting(RequestClass requests) => _classes.GetStatistics(requests)?.CurrentQueuedCount ?? 0;

    /// <summary>Takes from the client's share what a batch costs beyond the one that let it in.</summary>
    /// <returns>Null, or how long until the share is enough.</returns>
    public TimeSpan? Charge(HttpContext context, int further)
    {
        // To take nothing fails where nothing is left.
        if (further == 0)
            return null;
        using var lease = _clients.AttemptAcquire(context, further);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero;
    }

    /// <summary>Takes a handover that is announced, or a consent that is taken back, from what the client may do of it.</summary>
    /// <returns>Null, or how long until it may again.</returns>
    public TimeSpan? ChargeHandover(HttpContext context)
    {
        using var lease = _handovers.AttemptAcquire(context);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Admission.Dispose();
        _classesByRequest.Dispose();
        _classes.Dispose();
        _clients.Dispose();
        _handovers.Dispose();
    }

    /// <summary>Whose share an address counts to: an IPv6 client has a network of 64 bits for itself.</summary>
    internal static IPAddress ClientOf(IPAddress? address)
    {
        if (address is null)
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static RequestClass ClassOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RequestClassMetadata>()?.Requests ?? RequestClass.Unlimited;

    private static RateLimitPartition<RequestClass> Concurrency(RequestClass requests, int at, int waiting) =>
        RateLimitPartition.GetConcurrencyLimiter(requests, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = at,
            QueueLimit = waiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
}

/// <summary>
/// Admits requests, each at the cost of one of its client's share. A request is first tried at once and, where that fails,
/// let wait: what a try takes of a share does not come back, so the try begins with the place, which does.
/// </summary>
/// <param name="atOnce">The place, then the share.</param>
/// <param name="waiting">The share, then the place: who has used up its share takes no place in the queue from others.</param>
internal sealed class AdmissionLimiter(PartitionedRateLimiter<HttpContext> atOnce, PartitionedRateLimiter<HttpContext> waiting) : PartitionedRateLimiter<HttpContext>
{
    /// <inheritdoc/>
    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => waiting.GetStatistics(resource);

    /// <inheritdoc/>
    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) => atOnce.AttemptAcquire(resource, permitCount);

    /// <inheritdoc/>
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
        waiting.AcquireAsync(resource, permitCount, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            atOnce.Dispose();
            waiting.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Says of an endpoint which requests it takes.</summary>
/// <param name="Requests">Their class.</param>
internal sealed record RequestClassMetadata(RequestClass Requests);

/// <summary>
/// What one client address may ask for, so that one that asks without end leaves room for the others: a request costs one,
/// and each further digest that it names one more.
/// </summary>
public sealed record ClientShare
{
    /// <summary>The most at once, after a rest; at least the digests of one batch.</summary>
    public int Burst { get; init; } = 20_000;

    /// <summary>How much of it comes back in a second.</summary>
    public int PerSecond { get; init; } = 2_000;

    /// <summary>How long <see cref="PerSecond"/> takes to come back; another time than a second is for where none is to pass.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most handovers that it announces at once, after a rest. Each makes a row, and may bring gigabytes that somebody else has to look at.</summary>
    public int HandoverBurst { get; init; } = 30;

    /// <summary>How many of them come back in a minute.</summary>
    public int HandoversPerMinute { get; init; } = 6;

    /// <summary>How long <see cref="HandoversPerMinute"/> takes to come back; another time than a minute is for where none is to pass.</summary>
    public TimeSpan HandoverPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The header in which what stands before the server says which address it sees, whatever a client wrote there. Null: the
    /// connection's address counts.
    /// </summary>
    public string? AddressHeader { get; init; }
}
