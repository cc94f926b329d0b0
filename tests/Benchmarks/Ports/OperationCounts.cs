using System.Collections.Concurrent;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>Counts requests to storage and keys by name, and hands each to whoever models what it costs.</summary>
internal sealed class OperationCounts(Func<StorageRequest, CancellationToken, ValueTask>? model = null)
{
    private readonly ConcurrentDictionary<string, StrongBox> _counts = new();

    public long Total => _counts.Values.Sum(count => Volatile.Read(ref count.Value));

    public long Of(string name) => _counts.TryGetValue(name, out var count) ? Volatile.Read(ref count.Value) : 0;

    public ValueTask RunAsync(StorageRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _counts.GetOrAdd(request.Name, _ => new StrongBox()).Value);
        return model is null ? ValueTask.CompletedTask : model(request, cancellationToken);
    }

    private sealed class StrongBox
    {
        public long Value;
    }
}

/// <summary>One request as storage sees it.</summary>
/// <param name="Name">Port and verb.</param>
/// <param name="Service">Which service takes it.</param>
/// <param name="Partition">What its limit applies to: a queue, a table's partition, a blob.</param>
/// <param name="Rows">Entities or messages in it.</param>
internal readonly record struct StorageRequest(string Name, StorageService Service, string Partition = "", int Rows = 1);

internal enum StorageService
{
    InboxBlob,
    LedgerBlob,
    Queue,
    Table,
    Vault,
}
