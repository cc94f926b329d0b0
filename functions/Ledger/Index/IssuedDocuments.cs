using System.Collections.Concurrent;
using System.Globalization;

namespace TrueCopy.Ledger.Index;

/// <summary>
/// Finds out before a batch is committed which of its documents their issuers issued before. What is about to be issued is
/// inserted, which costs a request for many; only where that meets something is the index asked. Partition key: first
/// hex digit of the digest; row key: <c>algorithm:digest:issuer</c>. A row does not say that a document was issued, since the
/// batch may not have been committed; that there is none says that it was not. Derived: the journal can rebuild it.
/// </summary>
/// <remarks>
/// 16 partitions, so that a batch of 1,000 documents fills 16 transactions, where 256 partitions would leave it 250: at the
/// 20,000 entities a second that an account takes, each sees 1,250 of the 2,000 that it could. One instance a process.
/// </remarks>
public sealed class IssuedDocuments(ITableStore tables, ActIndex index)
{
    private const int PartitionCount = 16;
    private static readonly string[] Partitions = [.. Enumerable.Range(0, PartitionCount).Select(first => first.ToString("x", CultureInfo.InvariantCulture))];
    private const int Parallelism = 64;

    // Of a transaction that meets something, so many are tried together next, so that one repeated document costs a query for as few.
    private const int NarrowTransaction = 12;

    // What this process noted as new since the head is what it is: while nobody commits it stays new, however often a batch of it fails.
    private readonly ConcurrentBag<ArraySegment<(string Issuer, Digest Document)>> _new = [];
    private string? _head;

    /// <summary>Begins a batch after a head. What was noted before another commit may have been issued by that.</summary>
    /// <param name="head">Version of the head.</param>
    public void Begin(string? head)
    {
        if (head != _head)
            _new.Clear();
        _head = head;
    }

    /// <summary>Notes what is about to be issued.</summary>
    /// <param name="documents">Documents with the ids of their issuers, each once.</param>
    /// <param name="isComplete">Whether all that was ever issued is noted here; it is not in a log of before this was kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Of those that may have been issued before, what their issuers did to them; the others are left out.</returns>
    public async Task<IReadOnlyDictionary<(string Issuer, Digest Document), IReadOnlyList<IndexedAct>>> NoteAsync(
        IReadOnlyCollection<(string Issuer, Digest Document)> documents,
        bool isComplete,
        CancellationToken cancellationToken)
    {
        var options = SideBySide.Of(Parallelism, cancellationToken);
        var perhaps = new ConcurrentBag<(string Issuer, Digest Document)>(isComplete ? [] : documents);
        var known = _new.IsEmpty ? null : _new.SelectMany(noted => noted).ToHashSet();
        var transactions = TransactionsOf(known is null ? documents : [.. documents.Where(item => !known.Contains(item))]);
        await Parallel.ForAsync(0, isComplete ? transactions.Count : 0, options, async (i, stop) =>
        {
            foreach (var item in await InsertAsync(transactions[i], stop))
                perhaps.Add(item);
        });

        var found = new ConcurrentDictionary<(string, Digest), IReadOnlyList<IndexedAct>>();
        await Parallel.ForEachAsync(perhaps, options, async (item, stop) =>
            found[item] = DocumentActs.OwnedBy(item.Issuer, await index.FindAsync(item.Document, stop)));
        return found;
    }

    /// <summary>Notes of documents those that are new, so that <see cref="NoteAsync"/> need not after the same head; what else there is it is left to find.</summary>
    public Task NoteNewAsync(IReadOnlyCollection<(string Issuer, Digest Document)> documents, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(TransactionsOf(documents), SideBySide.Of(Parallelism, cancellationToken), async (transaction, stop) =>
        {
            if (await tables.TryInsertAsync(StorageNames.IssuedTable, RowsOf(transaction), stop))
                _new.Add(transaction);
        });

    /// <summary>Notes what was issued, whatever is there.</summary>
    public async Task AddAsync(IEnumerable<(string Issuer, Digest Document)> documents, CancellationToken cancellationToken)
    {
        var transactions = TransactionsOf(documents.ToHashSet());
        var options = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForEachAsync(transactions, options, async (transaction, stop) => await tables.UpsertAsync(StorageNames.IssuedTable, RowsOf(transaction), stop));
    }

    /// <summary>Whether a document is noted.</summary>
    internal async Task<bool> HasAsync(string issuer, Digest document, CancellationToken cancellationToken)
    {
        var row = new IssuedRow(issuer, document);
        await foreach (var _ in tables.QueryAsync(StorageNames.IssuedTable, new RowQuery(row.Partition, row.Key), RowColumns.Keys, cancellationToken))
            return true;
        return false;
    }

    /// <returns>Those that may have been there.</returns>
    private async Task<IReadOnlyList<(string Issuer, Digest Document)>> InsertAsync(ArraySegment<(string Issuer, Digest Document)> transaction, CancellationToken cancellationToken)
    {
        // One that is there already keeps all of them out.
        var rows = RowsOf(transaction);
        if (await tables.TryInsertAsync(StorageNames.IssuedTable, rows, cancellationToken))
        {
            _new.Add(transaction);
            return [];
        }

        if (rows.Length <= NarrowTransaction)
        {
            if (rows.Length > 1)
                await tables.UpsertAsync(StorageNames.IssuedTable, rows, cancellationToken);
            return transaction;
        }

        var perhaps = await Task.WhenAll(transaction.Chunk(NarrowTransaction).Select(part => InsertAsync(part, cancellationToken)));
        return [.. perhaps.SelectMany(part => part)];
    }

    private static IReadOnlyList<ArraySegment<(string Issuer, Digest Document)>> TransactionsOf(IReadOnlyCollection<(string Issuer, Digest Document)> documents) =>
        Transactions.Of(documents, PartitionCount, item => PartitionOf(item.Document));

    private static IssuedRow[] RowsOf(ArraySegment<(string Issuer, Digest Document)> transaction)
    {
        var rows = new IssuedRow[transaction.Count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = new IssuedRow(transaction[i].Issuer, transaction[i].Document);
        return rows;
    }

    private static int PartitionOf(Digest document) => document.Bytes[0] >> 4;

    // Of its key there is no text until somebody asks.
    private sealed class IssuedRow(string issuer, Digest document) : ITableRow
    {
        public string Partition => Partitions[PartitionOf(document)];

        public string Key => $"{document}:{issuer}";

        public bool TryFormatKey(Span<char> destination, out int length) => destination.TryWrite(CultureInfo.InvariantCulture, $"{document}:{issuer}", out length);
    }
}
