using System.Runtime.CompilerServices;

namespace TrueCopy.Testing.InMemory;

/// <summary>Tables in memory: rows by partition and key, transactions within one partition that take effect wholly or not at all.</summary>
public sealed class InMemoryTables(IRequests requests) : ITableStore
{
    private static readonly Comparer<TableRow> ByKey = Comparer<TableRow>.Create((left, right) => string.CompareOrdinal(left.Key, right.Key));
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Table, string Partition), SortedSet<TableRow>> _partitions = new(
        Comparer<(string Table, string Partition)>.Create((left, right) => (string.CompareOrdinal(left.Table, right.Table), string.CompareOrdinal(left.Partition, right.Partition)).CompareTo((0, 0))));

    /// <summary>Sees every row before it is inserted.</summary>
    public Action<string, TableRow>? Inserting { get; set; }

    /// <summary>Documents of which the index has a row that cannot be read.</summary>
    public HashSet<Digest> Unreadable { get; } = [];

    /// <inheritdoc/>
    public async IAsyncEnumerable<TableRow> QueryAsync(string table, RowQuery query, RowColumns columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = await RunAsync("query", table, query.Partition, 1, () => Find(table, query), cancellationToken);
        foreach (var row in rows)
        {
            yield return columns switch
            {
                RowColumns.Keys => new TableRow(row.Partition, row.Key),
                RowColumns.Place => new TableRow(row.Partition, row.Key) { LogIndex = row.LogIndex, Act = row.Act },
                _ => row,
            };
        }
    }

    /// <inheritdoc/>
    public Task<bool> TryInsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken)
    {
        TableRow[] whole = [.. rows.Select(TableRow.Of)];
        return RunAsync("insert", table, PartitionOf(whole), whole.Length, () => TryInsert(table, whole), cancellationToken);
    }

    /// <inheritdoc/>
    public Task UpsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken)
    {
        TableRow[] whole = [.. rows.Select(TableRow.Of)];
        return RunAsync("upsert", table, PartitionOf(whole), whole.Length, () => Set(table, whole), cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string table, string partition, string key, CancellationToken cancellationToken) =>
        RunAsync("delete", table, partition, 1, () => Remove(table, new TableRow(partition, key)), cancellationToken);

    /// <summary>Takes over other tables.</summary>
    public void CopyFrom(InMemoryTables other)
    {
        foreach (var (key, rows) in other._partitions)
            _partitions[key] = new SortedSet<TableRow>(rows, ByKey);
    }

    /// <summary>Every row of a table, by partition and key.</summary>
    public IReadOnlyList<TableRow> Rows(string table) => Find(table, default);

    /// <summary>Writes rows without a request, whatever is there.</summary>
    public bool Set(string table, params TableRow[] rows)
    {
        lock (_lock)
        {
            foreach (var row in rows)
            {
                var partition = PartitionAt(table, row.Partition);
                partition.Remove(row);
                partition.Add(row);
            }
        }

        return true;
    }

    /// <summary>Inserts rows without a request.</summary>
    public bool TryInsert(string table, IReadOnlyList<TableRow> rows)
    {
        lock (_lock)
        {
            var partition = PartitionAt(table, PartitionOf(rows));
            if (rows.Any(partition.Contains))
                return false;
            foreach (var row in rows)
            {
                Inserting?.Invoke(table, row);
                partition.Add(row);
            }

            return true;
        }
    }

    /// <summary>Takes a row away without a request.</summary>
    public bool Remove(string table, TableRow row)
    {
        lock (_lock)
            return PartitionAt(table, row.Partition).Remove(row);
    }

    /// <summary>Takes every row of a table away, or of one of its partitions.</summary>
    public void Clear(string table, string? partition = null)
    {
        lock (_lock)
        {
            foreach (var (key, rows) in _partitions)
            {
                if (key.Table == table && (partition is null || key.Partition == partition))
                    rows.Clear();
            }
        }
    }

    private TableRow[] Find(string table, RowQuery query)
    {
        lock (_lock)
        {
            if (query.Partition is not { } name)
                return [.. _partitions.Where(partition => partition.Key.Table == table).SelectMany(partition => partition.Value)];
            var partition = PartitionAt(table, name);
            if (query.Key is { } key)
                return partition.TryGetValue(new TableRow(name, key), out var row) ? [row] : [];
            if (query.KeyPrefix is not { } prefix)
                return [.. partition];
            if (Unreadable.Count > 0 && Digest.TryParse(prefix[..^1], out var digest) && Unreadable.Contains(digest))
                return [new TableRow(name, prefix + "00") { LogIndex = 0, Act = "00", Entry = "{}", Opening = new string('0', 64), Confidential = "{" }];
            return [.. partition.GetViewBetween(new TableRow(name, prefix), new TableRow(name, prefix[..^1] + ";"))];
        }
    }

    private SortedSet<TableRow> PartitionAt(string table, string partition)
    {
        if (!_partitions.TryGetValue((table, partition), out var rows))
            _partitions.Add((table, partition), rows = new SortedSet<TableRow>(ByKey));
        return rows;
    }

    private static string PartitionOf(IReadOnlyList<TableRow> rows) =>
        rows.Count is > 0 and <= ITableStore.MaxTransaction && rows.All(row => row.Partition == rows[0].Partition) && rows.DistinctBy(row => row.Key).Count() == rows.Count
            ? rows[0].Partition
            : throw new ArgumentException("A transaction has one to a hundred rows of one partition, each once.", nameof(rows));

    private Task<T> RunAsync<T>(string verb, string table, string? partition, int rows, Func<T> operation, CancellationToken cancellationToken) =>
        requests.RunAsync(new StorageRequest(RequestNames.Of(verb, table, partition), StorageService.Table, partition ?? "", rows), operation, cancellationToken);
}
