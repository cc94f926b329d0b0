using System.Collections.Concurrent;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>
/// Tables in memory that keep the rows that they are given, without making texts of them, and look them up by hash, so that what is measured is
/// who asks. Rows are found by what their keys say before the last colon, which is how documents are asked for.
/// </summary>
internal sealed class LeanTables(OperationCounts operations) : ITableStore
{
    private static readonly Task<bool> Inserted = Task.FromResult(true);
    private static readonly Task<bool> Taken = Task.FromResult(false);

    private readonly ConcurrentDictionary<(string Table, string Partition), Partition> _partitions = new();

    public IAsyncEnumerable<TableRow> QueryAsync(string table, RowQuery query, RowColumns columns, CancellationToken cancellationToken)
    {
        var asked = operations.RunAsync(new StorageRequest(RequestNames.Of("query", table, query.Partition), StorageService.Table, query.Partition ?? ""), cancellationToken);
        var partition = PartitionOf(table, query.Partition ?? throw new NotSupportedException("No benchmark lists tables."));
        return asked.IsCompletedSuccessfully ? partition.Ask(query) : AwaitAsync(asked, partition, query);
    }

    private static async IAsyncEnumerable<TableRow> AwaitAsync(ValueTask asked, Partition partition, RowQuery query)
    {
        await asked;
        await foreach (var row in partition.Ask(query))
            yield return row;
    }

    public Task<bool> TryInsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken)
    {
        var requested = RequestAsync("insert", table, rows, cancellationToken);
        return requested.IsCompletedSuccessfully ? TryInsert(table, rows) ? Inserted : Taken : InsertAsync(requested.AsTask());

        async Task<bool> InsertAsync(Task request)
        {
            await request;
            return TryInsert(table, rows);
        }
    }

    public async Task UpsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken)
    {
        await RequestAsync("upsert", table, rows, cancellationToken);
        foreach (var row in rows)
            Set(table, row);
    }

    public Task DeleteAsync(string table, string partition, string key, CancellationToken cancellationToken) => throw new NotSupportedException("No benchmark deletes rows.");

    /// <summary>Writes a row without a request, whatever is there.</summary>
    public void Set(string table, ITableRow row) => PartitionOf(table, row.Partition).Set(row);

    /// <summary>All rows of a table.</summary>
    public IEnumerable<ITableRow> Rows(string table) => _partitions.Where(partition => partition.Key.Table == table).SelectMany(partition => partition.Value.Find(default));

    private bool TryInsert(string table, IReadOnlyList<ITableRow> rows) => PartitionOf(table, rows[0].Partition).TryInsert(rows);

    private ValueTask RequestAsync(string verb, string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken) =>
        operations.RunAsync(new StorageRequest(RequestNames.Of(verb, table, rows[0].Partition), StorageService.Table, rows[0].Partition, rows.Count), cancellationToken);

    private Partition PartitionOf(string table, string partition) => _partitions.GetOrAdd((table, partition), _ => new Partition());

    private sealed class Partition
    {
        private const int MaxKey = 1024;

        // By the hash of the stems of their keys; those of one hash one after the other.
        private readonly Dictionary<int, Node> _rows = [];

        public IReadOnlyList<ITableRow> Find(RowQuery query)
        {
            lock (_rows)
            {
                if (query is { Key: null, KeyPrefix: null })
                    return [.. _rows.Values.SelectMany(first => All(first))];
                var key = query.Key ?? query.KeyPrefix!;
                return _rows.GetValueOrDefault(HashOf(key)) is { } found
                    ? [.. All(found).Where(row => query.Key is null ? row.Key.StartsWith(key, StringComparison.Ordinal) : row.Key == key)]
                    : [];
            }
        }

        public Found Ask(RowQuery query)
        {
            if (query is { Key: null, KeyPrefix: { } prefix })
            {
                lock (_rows)
                {
                    if (!_rows.TryGetValue(HashOf(prefix), out var first))
                        return Found.Nothing;
                    if (first.Next is null && TableRow.Of(first.Row) is var row && row.Key.StartsWith(prefix, StringComparison.Ordinal))
                        return new Found(row, null);
                }
            }

            return new Found(null, [.. Find(query).Select(TableRow.Of)]);
        }

        public bool TryInsert(IReadOnlyList<ITableRow> rows)
        {
            if (rows.Count > ITableStore.MaxTransaction)
                throw new ArgumentException("A transaction has at most a hundred rows.", nameof(rows));
            Span<char> key = stackalloc char[MaxKey];
            Span<int> hashes = stackalloc int[rows.Count];
            lock (_rows)
            {
                for (var i = 0; i < rows.Count; i++)
                {
                    if (!ReferenceEquals(rows[i].Partition, rows[0].Partition) && rows[i].Partition != rows[0].Partition)
                        throw new ArgumentException("A transaction has rows of one partition.", nameof(rows));
                    var text = KeyOf(rows[i], key);
                    hashes[i] = HashOf(text);
                    if (Find(hashes[i], text) is not null)
                        return false;
                }

                for (var i = 0; i < rows.Count; i++)
                    Add(hashes[i], rows[i]);
                return true;
            }
        }

        public void Set(ITableRow row)
        {
            var text = KeyOf(row, stackalloc char[MaxKey]);
            var hash = HashOf(text);
            lock (_rows)
            {
                if (Find(hash, text) is { } node)
                    node.Row = row;
                else
                    Add(hash, row);
            }
        }

        private Node? Find(int hash, ReadOnlySpan<char> key)
        {
            Span<char> other = stackalloc char[MaxKey];
            var node = _rows.GetValueOrDefault(hash);
            while (node is not null && !KeyOf(node.Row, other).SequenceEqual(key))
                node = node.Next;
            return node;
        }

        private void Add(int hash, ITableRow row)
        {
            ref var first = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_rows, hash, out _);
            first = new Node(row, first);
        }

        private static ReadOnlySpan<char> KeyOf(ITableRow row, Span<char> text) =>
            row.TryFormatKey(text, out var length) ? text[..length] : throw new ArgumentException("A key is at most a kilobyte long.", nameof(row));

        // Stems end in what tells them apart, mostly a digest.
        private static int HashOf(ReadOnlySpan<char> key)
        {
            var stem = key[..(key.LastIndexOf(':') + 1)];
            return string.GetHashCode(stem[Math.Max(0, stem.Length - 16)..]);
        }

        private static IEnumerable<ITableRow> All(Node? node)
        {
            for (; node is not null; node = node.Next)
                yield return node.Row;
        }
    }

    private sealed class Node(ITableRow row, Node? next)
    {
        public ITableRow Row { get; set; } = row;

        public Node? Next => next;
    }

    // Rows that are at hand, without what an iterator takes.
    private sealed class Found(TableRow? only, IReadOnlyList<TableRow>? all) : IAsyncEnumerable<TableRow>, IAsyncEnumerator<TableRow>
    {
        public static readonly Found Nothing = new(null, null);

        private int _next;

        public TableRow Current { get; private set; } = null!;

        public IAsyncEnumerator<TableRow> GetAsyncEnumerator(CancellationToken cancellationToken) => this;

        public ValueTask<bool> MoveNextAsync()
        {
            var row = all is null ? (_next == 0 ? only : null) : _next < all.Count ? all[_next] : null;
            if (row is null)
                return new(false);
            (_next, Current) = (_next + 1, row);
            return new(true);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
