using System.Collections.Concurrent;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>Counts requests to storage and keys by name, and hands each to whoever models what it costs.</summary>
internal sealed class OperationCounts(Func<StorageRequest, CancellationToken, ValueTask>? model = null) : IRequests
{
    private readonly ConcurrentDictionary<string, StrongBox> _counts = new();

    public long Total => _counts.Values.Sum(count => Volatile.Read(ref count.Value));

    public long Of(string name) => _counts.TryGetValue(name, out var count) ? Volatile.Read(ref count.Value) : 0;

    public Task<T> RunAsync<T>(StorageRequest request, Func<T> operation, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _counts.GetOrAdd(request.Name, _ => new StrongBox()).Value);
        return model is null ? Task.FromResult(operation()) : ModelAsync();

        async Task<T> ModelAsync()
        {
            await model(request, cancellationToken);
            return operation();
        }
    }

    private sealed class StrongBox
    {
        public long Value;
    }
}
