namespace TrueCopy.Ledger.Storage;

/// <summary>A row of one of the ledger's tables; what it has no column for is null.</summary>
/// <param name="Partition">Partition key.</param>
/// <param name="Key">Row key, unique within the partition.</param>
public sealed record TableRow(string Partition, string Key)
{
    /// <summary>Index of an entry in the log.</summary>
    public long? LogIndex { get; init; }

    /// <summary>Id of an act.</summary>
    public string? Act { get; init; }

    /// <summary>An entry's JSON.</summary>
    public string? Entry { get; init; }

    /// <summary>The nonce of an entry's commitment, in hex.</summary>
    public string? Opening { get; init; }

    /// <summary>JSON of what an entry does not say.</summary>
    public string? Confidential { get; init; }

    /// <summary>A signed checkpoint.</summary>
    public string? Note { get; init; }
}

/// <summary>Which rows a query asks for.</summary>
/// <param name="Partition">Of which partition; null for all of them.</param>
/// <param name="Key">With which row key; null for any.</param>
/// <param name="KeyPrefix">With which beginning of the row key, which ends in a colon; null for any.</param>
public readonly record struct RowQuery(string? Partition = null, string? Key = null, string? KeyPrefix = null);

/// <summary>Which columns of its rows a query asks for.</summary>
public enum RowColumns
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>The keys alone.</summary>
    Keys,

    /// <summary>The keys, and which act it is where in the log.</summary>
    Place,
}

/// <summary>
/// Tables, as storage has them: rows by partition and key, transactions within one partition. Each method is one request (a
/// query one a thousand rows); one whose answer is lost is sent again by the implementation, so an insertion may meet what it
/// did itself.
/// </summary>
public interface ITableStore
{
    /// <summary>The most rows of one transaction.</summary>
    const int MaxTransaction = 100;

    /// <summary>Rows, by partition and key.</summary>
    IAsyncEnumerable<TableRow> QueryAsync(string table, RowQuery query, RowColumns columns, CancellationToken cancellationToken);

    /// <summary>Inserts rows of one partition: all of them or none.</summary>
    /// <returns>False if one of the keys is taken; nothing was inserted then.</returns>
    Task<bool> TryInsertAsync(string table, IReadOnlyList<TableRow> rows, CancellationToken cancellationToken);

    /// <summary>Writes rows of one partition, whatever is there.</summary>
    Task UpsertAsync(string table, IReadOnlyList<TableRow> rows, CancellationToken cancellationToken);

    /// <summary>Deletes a row; does nothing if there is none.</summary>
    Task DeleteAsync(string table, string partition, string key, CancellationToken cancellationToken);
}
