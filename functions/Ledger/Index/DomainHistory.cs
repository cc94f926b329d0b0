using System.Globalization;
using System.Text;

namespace TrueCopy.Ledger.Index;

/// <summary>What an issuer's domain said, as an entry of the log records it.</summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Issuer">The issuer's id.</param>
/// <param name="Outcome">What was said; its <see cref="DomainOutcome.At"/> is the entry's time.</param>
public sealed record DomainRecord(long LogIndex, string Issuer, DomainOutcome Outcome)
{
    /// <summary>The record that an entry is.</summary>
    /// <exception cref="LogFormatException">The entry is not of the kind <c>domain</c>.</exception>
    public static DomainRecord Of(long logIndex, Entry entry) => entry is { Kind: ActKind.Domain, Issuer: { } issuer, Outcome: { } word }
        ? new DomainRecord(logIndex, issuer, new DomainOutcome(entry.Domain, word, entry.At))
        : throw new LogFormatException("domains: an entry does not say what a domain says");

    /// <summary>The record as the HTTP API answers it.</summary>
    public DomainOutcomeDocument ToDocument() => new(Outcome.Word, Outcome.At, LogIndex, Outcome.Domain);
}

/// <summary>
/// What issuers' domains said, and since when. Derived: the log itself can rebuild it. In the table of the issuers, in a
/// partition whose key is no issuer's id; row key: the issuer's id, a colon, and the entry's log index, padded to sort; the
/// entry itself is the value.
/// </summary>
public sealed class DomainHistory(ITableStore tables)
{
    /// <summary>The partition: ids of issuers have no colon.</summary>
    public const string Partition = ":domains";

    /// <summary>Everything that the log records of one issuer's domain, oldest first.</summary>
    public Task<IReadOnlyList<DomainRecord>> FindAsync(string issuer, CancellationToken cancellationToken) =>
        ReadAsync(new RowQuery(Partition, KeyPrefix: issuer + ":"), cancellationToken);

    /// <summary>What each issuer's domain said last, by the issuer's id.</summary>
    public async Task<IReadOnlyDictionary<string, DomainRecord>> LatestAsync(CancellationToken cancellationToken)
    {
        var latest = new Dictionary<string, DomainRecord>(StringComparer.Ordinal);
        foreach (var record in await ReadAsync(new RowQuery(Partition), cancellationToken))
            latest[record.Issuer] = record;
        return latest;
    }

    /// <summary>Adds what a domain said; adding it again changes nothing.</summary>
    public Task AddAsync(DomainRecord record, CancellationToken cancellationToken)
    {
        var row = new TableRow(Partition, string.Create(CultureInfo.InvariantCulture, $"{record.Issuer}:{record.LogIndex:d19}"))
        {
            LogIndex = record.LogIndex,
            Entry = Encoding.UTF8.GetString(record.Outcome.ToEntry(record.Issuer).Encode()),
        };
        return tables.UpsertAsync(StorageNames.IssuersTable, [row], cancellationToken);
    }

    private async Task<IReadOnlyList<DomainRecord>> ReadAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var records = new List<DomainRecord>();
        await foreach (var row in tables.QueryAsync(StorageNames.IssuersTable, query, RowColumns.All, cancellationToken))
        {
            records.Add(row is { LogIndex: { } index, Entry: { } entry }
                ? DomainRecord.Of(index, Entry.Parse(Encoding.UTF8.GetBytes(entry)))
                : throw new InvalidDataException("A row of the domains lacks a column."));
        }

        return records;
    }
}
