using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace TrueCopy.AzureStorage;

/// <summary>Tables of the ledger account.</summary>
public sealed class AzureTables(TableServiceClient account) : ITableStore
{
    private static readonly string[] Keys = [nameof(ITableEntity.PartitionKey), nameof(ITableEntity.RowKey)];
    private static readonly string[] Place = [.. Keys, nameof(TableRow.LogIndex), nameof(TableRow.Act)];
    private readonly ConcurrentDictionary<string, TableClient> _tables = new();

    /// <inheritdoc/>
    public async IAsyncEnumerable<TableRow> QueryAsync(string table, RowQuery query, RowColumns columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var select = columns switch { RowColumns.Keys => Keys, RowColumns.Place => Place, _ => null };
        await foreach (var row in ClientOf(table).QueryAsync<TableEntity>(FilterOf(query), select: select, cancellationToken: cancellationToken))
        {
            yield return new TableRow(row.PartitionKey, row.RowKey)
            {
                LogIndex = row.GetInt64(nameof(TableRow.LogIndex)),
                Act = row.GetString(nameof(TableRow.Act)),
                Entry = row.GetString(nameof(TableRow.Entry)),
                Opening = row.GetString(nameof(TableRow.Opening)),
                Confidential = row.GetString(nameof(TableRow.Confidential)),
                Note = row.GetString(nameof(TableRow.Note)),
            };
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryInsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken)
    {
        try
        {
            if (rows is [var row])
                await ClientOf(table).AddEntityAsync(EntityOf(row), cancellationToken);
            else
                await ClientOf(table).SubmitTransactionAsync(Actions(rows, TableTransactionActionType.Add), cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status == 409)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Task UpsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken) => rows is [var row]
        ? ClientOf(table).UpsertEntityAsync(EntityOf(row), TableUpdateMode.Replace, cancellationToken)
        : ClientOf(table).SubmitTransactionAsync(Actions(rows, TableTransactionActionType.UpsertReplace), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string table, string partition, string key, CancellationToken cancellationToken) =>
        ClientOf(table).DeleteEntityAsync(partition, key, ETag.All, cancellationToken);

    // ';' follows ':' in ASCII, so the range holds exactly the keys that begin with a prefix that ends in a colon.
    private static string? FilterOf(RowQuery query) => query switch
    {
        { Partition: { } partition, KeyPrefix: [.. var stem, ':'] prefix } => TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {prefix} and RowKey lt {stem + ";"}"),
        { Partition: { } partition, Key: { } key } => TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey eq {key}"),
        { Partition: { } partition, Key: null, KeyPrefix: null } => TableClient.CreateQueryFilter($"PartitionKey eq {partition}"),
        { Partition: null, Key: null, KeyPrefix: null } => null,
        _ => throw new ArgumentException("Keys are asked for within a partition, and a prefix ends in a colon.", nameof(query)),
    };

    private static TableEntity EntityOf(ITableRow row)
    {
        var entity = new TableEntity(row.Partition, row.Key);
        if (row.LogIndex is { } index)
            entity[nameof(TableRow.LogIndex)] = index;
        Set(nameof(TableRow.Act), row.Act);
        Set(nameof(TableRow.Entry), row.Entry);
        Set(nameof(TableRow.Opening), row.Opening);
        Set(nameof(TableRow.Confidential), row.Confidential);
        Set(nameof(TableRow.Note), row.Note);
        return entity;

        void Set(string column, string? value)
        {
            if (value is not null)
                entity[column] = value;
        }
    }

    // Azure takes no others, Azurite does.
    private static IEnumerable<TableTransactionAction> Actions(IReadOnlyList<ITableRow> rows, TableTransactionActionType type) =>
        rows.All(row => row.Partition == rows[0].Partition)
            ? rows.Select(row => new TableTransactionAction(type, EntityOf(row)))
            : throw new ArgumentException("A transaction has rows of one partition.", nameof(rows));

    private TableClient ClientOf(string table) => _tables.GetOrAdd(table, static (name, service) => service.GetTableClient(name), account);
}
