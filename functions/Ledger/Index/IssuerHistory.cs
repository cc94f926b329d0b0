using System.Globalization;
using System.Text;

namespace TrueCopy.Ledger.Index;

/// <summary>How the registry described an issuer, as an entry of the log records it.</summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Issuer">The description; its <see cref="Issuer.Since"/> is the entry's time.</param>
public sealed record IssuerRecord(long LogIndex, Issuer Issuer);

/// <summary>
/// Who was called what, and since when. Derived: the log itself can rebuild it. Partition key: the issuer's id; row key: the
/// entry's log index, padded to sort; the entry itself is the value.
/// </summary>
public sealed class IssuerHistory(ITableStore tables)
{
    /// <summary>Every description of an issuer that the log holds, oldest first.</summary>
    public async Task<IReadOnlyList<IssuerRecord>> FindAsync(string issuer, CancellationToken cancellationToken)
    {
        var records = new List<IssuerRecord>();
        await foreach (var row in tables.QueryAsync(StorageNames.IssuersTable, new RowQuery(issuer), RowColumns.All, cancellationToken))
        {
            var entry = Entry.Parse(Encoding.UTF8.GetBytes(row.Entry ?? throw new InvalidDataException("A row of the issuers lacks its entry.")));
            records.Add(new IssuerRecord(long.Parse(row.Key, NumberStyles.None, CultureInfo.InvariantCulture), BatchIndexer.Describe(entry)));
        }

        return records;
    }

    /// <summary>Adds a description; adding it again changes nothing.</summary>
    public Task AddAsync(IssuerRecord record, CancellationToken cancellationToken)
    {
        var row = new TableRow(record.Issuer.Id, record.LogIndex.ToString("d19", CultureInfo.InvariantCulture))
        {
            Entry = Encoding.UTF8.GetString(record.Issuer.ToEntry(record.Issuer.Since).Encode()),
        };
        return tables.UpsertAsync(StorageNames.IssuersTable, [row], cancellationToken);
    }
}
