using System.Globalization;
using System.Text;

namespace TrueCopy.Ledger.Index;

/// <summary>How the registry described a receiver, as an entry of the log records it.</summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Entry">The entry's exact bytes.</param>
public sealed record ReceiverRecord(long LogIndex, ReadOnlyMemory<byte> Entry)
{
    /// <summary>The description.</summary>
    /// <exception cref="LogFormatException">The entry does not describe a receiver.</exception>
    public Receiver Read() => Receiver.Of(TrueCopy.Receipts.Entries.Entry.Parse(Entry.Span));
}

/// <summary>
/// Which receiver had which key, and since when. Derived: the log itself can rebuild it. Partition key: the receiver's id; row key:
/// the entry's log index, padded to sort; the entry itself is the value.
/// </summary>
public sealed class ReceiverHistory(ITableStore tables)
{
    /// <summary>Every description of a receiver that the log holds, oldest first.</summary>
    public async Task<IReadOnlyList<ReceiverRecord>> FindAsync(string receiver, CancellationToken cancellationToken)
    {
        var records = new List<ReceiverRecord>();
        await foreach (var row in tables.QueryAsync(StorageNames.ReceiversTable, new RowQuery(receiver), RowColumns.All, cancellationToken))
            records.Add(Read(row));
        return records;
    }

    /// <summary>The newest description of each receiver, by its id.</summary>
    public async Task<IReadOnlyDictionary<string, ReceiverRecord>> LatestAsync(CancellationToken cancellationToken)
    {
        var latest = new Dictionary<string, ReceiverRecord>(StringComparer.Ordinal);
        await foreach (var row in tables.QueryAsync(StorageNames.ReceiversTable, default, RowColumns.All, cancellationToken))
            latest[row.Partition] = Read(row);
        return latest;
    }

    /// <summary>Adds a description; adding it again changes nothing.</summary>
    public Task AddAsync(ReceiverRecord record, CancellationToken cancellationToken)
    {
        var row = new TableRow(record.Read().Id, record.LogIndex.ToString("d19", CultureInfo.InvariantCulture)) { Entry = Encoding.UTF8.GetString(record.Entry.Span) };
        return tables.UpsertAsync(StorageNames.ReceiversTable, [row], cancellationToken);
    }

    private static ReceiverRecord Read(TableRow row) => new(
        long.Parse(row.Key, NumberStyles.None, CultureInfo.InvariantCulture),
        Encoding.UTF8.GetBytes(row.Entry ?? throw new InvalidDataException("A row of the receivers lacks its entry.")));
}
