using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>
/// Tables in memory that keep what they are given and look it up by hash, so that what is measured is who asks. Rows are found by what their
/// keys say before the last colon, which is how documents are asked for.
/// </summary>
internal sealed class LeanTables(OperationCounts operations, Action<string, TableRow> inserting) : ITableStore
{
    private static readonly Task<bool> Inserted = Task.FromResult(true);
    private static readonly Task<bool> Taken = Task.FromResult(false);

    private readonly ConcurrentDictionary<(string Table, string Partition), Partition> _partitions = new();

    public async IAsyncEnumerable<TableRow> QueryAsync(string table, RowQuery query, RowColumns columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest(RequestNames.Of("query", table, query.Partition), StorageService.Table, query.Partition ?? ""), cancellationToken);
        foreach (var row in PartitionOf(table, query.Partition ?? throw new NotSupportedException("No benchmark lists tables.")).Find(query))
            yield return row;
    }

    public Task<bool> TryInsertAsync(string table, IReadOnlyList<TableRow> rows, CancellationToken cancellationToken)
    {
        var requested = RequestAsync("insert", table, rows, cancellationToken);
        return requested.IsCompletedSuccessfully ? TryInsert(table, rows) ? Inserted : Taken : InsertAsync(requested.AsTask());

        async Task<bool> InsertAsync(Task request)
        {
            await request;
            return TryInsert(table, rows);
        }
    }

    public async Task UpsertAsync(string table, IReadOnlyList<TableRow> rows, CancellationToken cancellationToken)
    {
        await RequestAsync("upsert", table, rows, cancellationToken);
        foreach (var row in rows)
            Set(table, row);
    }

    public Task DeleteAsync(string table, string partition, string key, CancellationToken cancellationToken) => throw new NotSupportedException("No benchmark deletes rows.");

    /// <summary>Writes a row without a request, whatever is there.</summary>
    public void Set(string table, TableRow row) => PartitionOf(table, row.Partition).Set(row);

    private bool TryInsert(string table, IReadOnlyList<TableRow> rows)
    {
        if (!PartitionOf(table, rows[0].Partition).TryInsert(rows))
            return false;
        foreach (var row in rows)
            inserting(table, row);
        return true;
    }

    private ValueTask RequestAsync(string verb, string table, IReadOnlyList<TableRow> rows, CancellationToken cancellationToken) =>
        operations.RunAsync(new StorageRequest(RequestNames.Of(verb, table, rows[0].Partition), StorageService.Table, rows[0].Partition, rows.Count), cancellationToken);

    private Partition PartitionOf(string table, string partition) => _partitions.GetOrAdd((table, partition), _ => new Partition());

    private sealed class Partition
    {
        private readonly Dictionary<string, Node> _rows = new(ByStem.Comparer);

        public IReadOnlyList<TableRow> Find(RowQuery query)
        {
            lock (_rows)
            {
                if (query is { Key: null, KeyPrefix: null })
                    return [.. _rows.Values.SelectMany(first => All(first))];
                return _rows.GetValueOrDefault(query.Key ?? query.KeyPrefix!) is { } found
                    ? [.. All(found).Where(row => query.Key is null || row.Key == query.Key)]
                    : [];
            }
        }

        public bool TryInsert(IReadOnlyList<TableRow> rows)
        {
            if (rows.Count > ITableStore.MaxTransaction)
                throw new ArgumentException("A transaction has at most a hundred rows.", nameof(rows));
            lock (_rows)
            {
                for (var i = 0; i < rows.Count; i++)
                {
                    if (rows[i].Partition != rows[0].Partition)
                        throw new ArgumentException("A transaction has rows of one partition.", nameof(rows));
                    for (var node = _rows.GetValueOrDefault(rows[i].Key); node is not null; node = node.Next)
                    {
                        if (node.Row.Key == rows[i].Key)
                            return false;
                    }
                }

                for (var i = 0; i < rows.Count; i++)
                    Add(rows[i]);
                return true;
            }
        }

        public void Set(TableRow row)
        {
            lock (_rows)
            {
                for (var node = _rows.GetValueOrDefault(row.Key); node is not null; node = node.Next)
                {
                    if (node.Row.Key == row.Key)
                    {
                        node.Row = row;
                        return;
                    }
                }

                Add(row);
            }
        }

        private void Add(TableRow row)
        {
            ref var first = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_rows, row.Key, out _);
            first = new Node(row, first);
        }

        private static IEnumerable<TableRow> All(Node? node)
        {
            for (; node is not null; node = node.Next)
                yield return node.Row;
        }
    }

    private sealed class Node(TableRow row, Node? next)
    {
        public TableRow Row { get; set; } = row;

        public Node? Next => next;
    }

    private sealed class ByStem : IEqualityComparer<string>
    {
        public static readonly ByStem Comparer = new();

        public bool Equals(string? left, string? right) => StemOf(left).SequenceEqual(StemOf(right));

        public int GetHashCode(string key) => string.GetHashCode(StemOf(key));

        private static ReadOnlySpan<char> StemOf(ReadOnlySpan<char> key) => key[..(key.LastIndexOf(':') + 1)];
    }
}
