using System.Globalization;
using System.Text;

namespace TrueCopy.Ledger.Index;

/// <summary>Which keys sign, as an entry of the log says it: the genesis, or one of the kind <c>keys</c>.</summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Note">The first signed checkpoint that holds the entry; null where the log is older than the rule to keep it.</param>
public sealed record KeyRecord(long LogIndex, ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte>? Note);

/// <summary>
/// Every announcement of keys. Derived: the journal can rebuild it. In the table of the issuers, in a partition whose key is
/// no issuer's id; row key: the entry's log index, padded to sort; the entry and its first checkpoint are the values.
/// </summary>
public sealed class KeyHistory(ITableStore tables)
{
    /// <summary>The partition: ids of issuers have no colon.</summary>
    public const string Partition = ":keys";

    /// <summary>Every announcement that the log holds, oldest first.</summary>
    public async Task<IReadOnlyList<KeyRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var records = new List<KeyRecord>();
        await foreach (var row in tables.QueryAsync(StorageNames.IssuersTable, new RowQuery(Partition), RowColumns.All, cancellationToken))
        {
            records.Add(new KeyRecord(
                long.Parse(row.Key, NumberStyles.None, CultureInfo.InvariantCulture),
                Encoding.UTF8.GetBytes(row.Entry ?? throw new InvalidDataException("A row of the keys lacks its entry.")),
                row.Note is { } note ? Encoding.UTF8.GetBytes(note) : default(ReadOnlyMemory<byte>?)));
        }

        return records;
    }

    /// <summary>Adds an announcement; adding it again changes nothing.</summary>
    public Task AddAsync(KeyRecord record, CancellationToken cancellationToken)
    {
        var row = new TableRow(Partition, record.LogIndex.ToString("d19", CultureInfo.InvariantCulture))
        {
            Entry = Encoding.UTF8.GetString(record.Entry.Span),
            Note = record.Note is { } note ? Encoding.UTF8.GetString(note.Span) : null,
        };
        return tables.UpsertAsync(StorageNames.IssuersTable, [row], cancellationToken);
    }
}
