using System.Collections.Concurrent;
using TrueCopy.Testing.InMemory;

namespace TrueCopy.Testing.Simulation;

/// <summary>What Azure publishes about its services, and how long a request takes in the same region.</summary>
/// <remarks>
/// Limits: "Scalability and performance targets for standard storage accounts", "… for Blob storage", "… for Queue
/// Storage", "… for Table storage", and "Azure Key Vault service limits". Times are assumptions: medians seen for small
/// requests within a region, with a tail.
/// </remarks>
public sealed record AzureLimits
{
    /// <summary>Requests a second of one storage account.</summary>
    public double Account { get; init; } = 20_000;

    /// <summary>Entities a second of all tables of an account.</summary>
    public double TableAccount { get; init; } = 20_000;

    /// <summary>Entities a second of one partition.</summary>
    public double TablePartition { get; init; } = 2_000;

    /// <summary>Messages a second of one queue; each is counted when it is put, taken and deleted.</summary>
    public double Queue { get; init; } = 2_000;

    /// <summary>Requests a second for one blob.</summary>
    public double Blob { get; init; } = 500;

    /// <summary>Signatures a second with a P-256 key in one vault: 2,000 in ten seconds.</summary>
    public double Vault { get; init; } = 200;

    /// <summary>The same account at a part of its size, so that what it does at its limits takes less to find out.</summary>
    public AzureLimits Scaled(double part) => new()
    {
        Account = Account * part,
        TableAccount = TableAccount * part,
        TablePartition = TablePartition * part,
        Queue = Queue * part,
        Blob = Blob * part,
        Vault = Vault * part,
    };

    /// <summary>The time of a request without its tail.</summary>
    public static TimeSpan TimeOf(StorageService service) => TimeSpan.FromMilliseconds(service switch
    {
        StorageService.Queue => 6,
        StorageService.Table => 8,
        StorageService.Vault => 25,
        _ => 12,
    });
}

/// <summary>Makes requests take the time that they take on Azure, and refuses those above its limits, to be tried again as the SDK does.</summary>
public sealed class AzureModel(AzureLimits limits, TimeProvider time)
{
    private const double TailShare = 0.3;
    private const int MaxRetries = 4;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    // The same each time, where one thread asks.
    private readonly Random _random = new(1);
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new();
    private readonly ConcurrentDictionary<string, int> _refused = new();

    /// <summary>Requests that were refused, by the limit that refused them.</summary>
    public IReadOnlyDictionary<string, int> Refused => _refused;

    /// <summary>Runs a request.</summary>
    public async ValueTask RunAsync(StorageRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var tail = -Math.Log(1 - NextRandom()) * TailShare;
            await Task.Delay(AzureLimits.TimeOf(request.Service) * (1 - TailShare + tail), time, cancellationToken);
            if (BucketsOf(request).FirstOrDefault(bucket => !bucket.TryTake(bucket.CountsRequests ? 1 : request.Rows)) is not { } full)
                return;
            _refused.AddOrUpdate(full.Name, 1, (_, count) => count + 1);
            if (attempt == MaxRetries)
                throw new StorageBusyException(null);
            await Task.Delay(RetryDelay * Math.Pow(2, attempt) * (0.8 + (NextRandom() * 0.4)), time, cancellationToken);
        }
    }

    private double NextRandom()
    {
        lock (_random)
            return _random.NextDouble();
    }

    private IEnumerable<Bucket> BucketsOf(StorageRequest request)
    {
        if (request.Service == StorageService.Vault)
            return [Limit("vault", limits.Vault)];
        var account = Limit(request.Service == StorageService.InboxBlob ? "inbox account" : "ledger account", limits.Account);
        return request.Service switch
        {
            StorageService.Queue => [account, Limit("queue " + request.Partition, limits.Queue)],
            StorageService.Table => [account, Limit("tables of the account", limits.TableAccount), Limit("table partition", limits.TablePartition, request.Partition)],
            _ when request.Partition.Length == 0 => [account],
            _ => [account, Limit("one blob", limits.Blob, request.Partition)],
        };
    }

    private Bucket Limit(string name, double rate, string partition = "") =>
        _buckets.GetOrAdd($"{name} {partition}", _ => new Bucket(name, rate, time));

    /// <summary>A limit as tokens: a second's worth at most.</summary>
    private sealed class Bucket(string name, double rate, TimeProvider time)
    {
        private readonly Lock _lock = new();
        private double _tokens;
        private long? _at;

        public string Name => name;

        /// <summary>An account's limit is on requests, the others' on rows and messages.</summary>
        public bool CountsRequests => name is "inbox account" or "ledger account";

        public bool TryTake(int count)
        {
            lock (_lock)
            {
                var now = time.GetTimestamp();
                _tokens = _at is { } then ? Math.Min(rate, _tokens + (time.GetElapsedTime(then, now).TotalSeconds * rate)) : rate;
                _at = now;
                if (_tokens < count)
                    return false;
                _tokens -= count;
                return true;
            }
        }
    }
}
