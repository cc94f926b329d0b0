using System.Globalization;
using System.Text;
using Azure.Data.Tables;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>Descriptions of issuers as a table. Partition key: the issuer's id; row key: the entry's log index, padded to sort; the entry itself is the value.</summary>
public sealed class TableIssuerHistory(StorageAccounts accounts) : IIssuerHistory
{
    private const string EntryColumn = "Entry";

    private readonly TableClient _table = accounts.Tables.GetTableClient(StorageNames.IssuersTable);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IssuerRecord>> FindAsync(string issuer, CancellationToken cancellationToken)
    {
        var records = new List<IssuerRecord>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {issuer}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            var entry = Entry.Parse(Encoding.UTF8.GetBytes(row.GetString(EntryColumn) ?? throw new InvalidDataException("A row of the issuers lacks its entry.")));
            records.Add(new IssuerRecord(long.Parse(row.RowKey, NumberStyles.None, CultureInfo.InvariantCulture), BatchIndexer.Describe(entry)));
        }

        return records;
    }

    /// <inheritdoc/>
    public Task AddAsync(IssuerRecord record, CancellationToken cancellationToken)
    {
        var row = new TableEntity(record.Issuer.Id, record.LogIndex.ToString("d19", CultureInfo.InvariantCulture))
        {
            [EntryColumn] = Encoding.UTF8.GetString(record.Issuer.ToEntry(record.Issuer.Since).Encode()),
        };
        return _table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }
}
