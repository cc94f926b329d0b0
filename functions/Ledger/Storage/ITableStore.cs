namespace TrueCopy.Ledger.Storage;

/// <summary>
/// A row that is to be written; what it has no column for is null. Texts may be made when they are asked for, so whoever writes a row asks
/// once for each, and whoever does not need one leaves it.
/// </summary>
public interface ITableRow
{
    /// <summary>Partition key.</summary>
    string Partition { get; }

    /// <summary>Row key, unique within the partition.</summary>
    string Key { get; }

    /// <summary>Index of an entry in the log.</summary>
    long? LogIndex => null;

    /// <summary>Id of an act.</summary>
    string? Act => null;

    /// <summary>An entry's JSON.</summary>
    string? Entry => null;

    /// <summary>The nonce of an entry's commitment, in hex.</summary>
    string? Opening => null;

    /// <summary>JSON of what an entry does not say.</summary>
    string? Confidential => null;

    /// <summary>A signed checkpoint.</summary>
    string? Note => null;

    /// <summary>Writes <see cref="Key"/> where no text of it is needed.</summary>
    /// <param name="destination">To where.</param>
    /// <param name="length">How long it is.</param>
    /// <returns>False if there is no room for it.</returns>
    bool TryFormatKey(Span<char> destination, out int length)
    {
        var key = Key;
        length = key.TryCopyTo(destination) ? key.Length : 0;
        return length == key.Length;
    }
}

/// <summary>A row of one of the ledger's tables, all of it; what it has no column for is null.</summary>
/// <param name="Partition">Partition key.</param>
/// <param name="Key">Row key, unique within the partition.</param>
public sealed record TableRow(string Partition, string Key) : ITableRow
{
    /// <inheritdoc/>
    public long? LogIndex { get; init; }

    /// <inheritdoc/>
    public string? Act { get; init; }

    /// <inheritdoc/>
    public string? Entry { get; init; }

    /// <inheritdoc/>
    public string? Opening { get; init; }

    /// <inheritdoc/>
    public string? Confidential { get; init; }

    /// <inheritdoc/>
    public string? Note { get; init; }

    /// <summary>All of a row, as storage has it once it is written.</summary>
    public static TableRow Of(ITableRow row) => row as TableRow ?? new TableRow(row.Partition, row.Key)
    {
        LogIndex = row.LogIndex,
        Act = row.Act,
        Entry = row.Entry,
        Opening = row.Opening,
        Confidential = row.Confidential,
        Note = row.Note,
    };
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
    Task<bool> TryInsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken);

    /// <summary>Writes rows of one partition, whatever is there.</summary>
    Task UpsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken);

    /// <summary>Deletes a row; does nothing if there is none.</summary>
    Task DeleteAsync(string table, string partition, string key, CancellationToken cancellationToken);
}
