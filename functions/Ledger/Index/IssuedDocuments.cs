using System.Collections.Concurrent;

namespace TrueCopy.Ledger.Index;

/// <summary>
/// Finds out before a batch is committed which of its documents their issuers issued before. What is about to be issued is
/// inserted, which costs a request for many; only where that meets something is the index asked. Partition key: first two
/// hex digits of the digest; row key: <c>algorithm:digest:issuer</c>. A row does not say that a document was issued, since the
/// batch may not have been committed; that there is none says that it was not. Derived: the journal can rebuild it.
/// </summary>
public sealed class IssuedDocuments(ITableStore tables, ActIndex index)
{
    private const int PartitionDigits = 2;
    private const int Parallelism = 64;

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
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        var perhaps = new ConcurrentBag<(string Issuer, Digest Document)>(isComplete ? [] : documents);
        var transactions = documents.GroupBy(item => item.Document.Hex[..PartitionDigits]).SelectMany(partition => partition.Chunk(ITableStore.MaxTransaction));
        await Parallel.ForEachAsync(isComplete ? transactions : [], options, async (transaction, stop) =>
        {
            // One that is there already keeps all of them out.
            TableRow[] rows = [.. transaction.Select(RowOf)];
            if (await tables.TryInsertAsync(StorageNames.IssuedTable, rows, stop))
                return;
            if (rows.Length > 1)
                await tables.UpsertAsync(StorageNames.IssuedTable, rows, stop);
            foreach (var item in transaction)
                perhaps.Add(item);
        });

        var found = new ConcurrentDictionary<(string, Digest), IReadOnlyList<IndexedAct>>();
        await Parallel.ForEachAsync(perhaps, options, async (item, stop) =>
            found[item] = DocumentActs.OwnedBy(item.Issuer, await index.FindAsync(item.Document, stop)));
        return found;
    }

    /// <summary>Notes what was issued, whatever is there.</summary>
    public async Task AddAsync(IEnumerable<(string Issuer, Digest Document)> documents, CancellationToken cancellationToken)
    {
        var transactions = documents.Distinct().GroupBy(item => item.Document.Hex[..PartitionDigits]).SelectMany(partition => partition.Chunk(ITableStore.MaxTransaction));
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(transactions, options, async (transaction, stop) => await tables.UpsertAsync(StorageNames.IssuedTable, [.. transaction.Select(RowOf)], stop));
    }

    /// <summary>Whether a document is noted.</summary>
    internal async Task<bool> HasAsync(string issuer, Digest document, CancellationToken cancellationToken)
    {
        var row = RowOf((issuer, document));
        await foreach (var _ in tables.QueryAsync(StorageNames.IssuedTable, new RowQuery(row.Partition, row.Key), RowColumns.Keys, cancellationToken))
            return true;
        return false;
    }

    private static TableRow RowOf((string Issuer, Digest Document) item) => new(item.Document.Hex[..PartitionDigits], $"{item.Document}:{item.Issuer}");
}
