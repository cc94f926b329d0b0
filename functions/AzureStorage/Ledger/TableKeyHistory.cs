using System.Globalization;
using System.Text;
using Azure.Data.Tables;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>
/// Announcements of keys in the table of the issuers, in a partition whose key is no issuer's id; row key: the entry's log
/// index, padded to sort; the entry and its first checkpoint are the values.
/// </summary>
public sealed class TableKeyHistory(StorageAccounts accounts) : IKeyHistory
{
    /// <summary>The partition: ids of issuers have no colon.</summary>
    public const string Partition = ":keys";

    private const string EntryColumn = "Entry";
    private const string NoteColumn = "Note";

    private readonly TableClient _table = accounts.Tables.GetTableClient(StorageNames.IssuersTable);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var records = new List<KeyRecord>();
        await foreach (var row in _table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            records.Add(new KeyRecord(
                long.Parse(row.RowKey, NumberStyles.None, CultureInfo.InvariantCulture),
                Encoding.UTF8.GetBytes(row.GetString(EntryColumn) ?? throw new InvalidDataException("A row of the keys lacks its entry.")),
                row.GetString(NoteColumn) is { } note ? Encoding.UTF8.GetBytes(note) : default(ReadOnlyMemory<byte>?)));
        }

        return records;
    }

    /// <inheritdoc/>
    public Task AddAsync(KeyRecord record, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Partition, record.LogIndex.ToString("d19", CultureInfo.InvariantCulture))
        {
            [EntryColumn] = Encoding.UTF8.GetString(record.Entry.Span),
        };
        if (record.Note is { } note)
            row[NoteColumn] = Encoding.UTF8.GetString(note.Span);
        return _table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }
}
