using System.Collections.Concurrent;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>Counts requests to storage and keys by name, and hands each to whoever models what it costs.</summary>
internal sealed class OperationCounts(Func<StorageRequest, CancellationToken, ValueTask>? model = null) : IRequests
{
    private readonly ConcurrentDictionary<string, StrongBox> _counts = new();

    public long Total => _counts.Values.Sum(count => Volatile.Read(ref count.Value));

    public long Of(string name) => _counts.TryGetValue(name, out var count) ? Volatile.Read(ref count.Value) : 0;

    /// <summary>A request that does nothing by itself; done at once, and nothing allocated, where nobody models what it costs.</summary>
    public ValueTask RunAsync(StorageRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _counts.GetOrAdd(request.Name, _ => new StrongBox()).Value);
        return model is null ? ValueTask.CompletedTask : model(request, cancellationToken);
    }

    public async Task<T> RunAsync<T>(StorageRequest request, Func<T> operation, CancellationToken cancellationToken)
    {
        await RunAsync(request, cancellationToken);
        return operation();
    }

    private sealed class StrongBox
    {
        public long Value;
    }
}
