using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;

namespace TrueCopy.Ledger.Index;

/// <summary>
/// The acts of every document, by digest. Derived: the journal can rebuild it. Partition key: first two hex digits of the
/// digest. Row key: <c>algorithm:digest:act id</c>, or
/// <c>algorithm:digest:@issuer</c> for the first issue by an issuer, so a document's acts are one range of one partition.
/// </summary>
/// <remarks>
/// 256 partitions: at the 20,000 entities a second that an account takes, each sees 78 of the 2,000 that it could; and
/// a batch of a long manifest fills transactions of 64 rows, where 4,096 partitions would leave 4 rows to each.
/// </remarks>
public sealed class ActIndex(ITableStore tables)
{
    private const int PartitionCount = 256;
    private const int Parallelism = 64;

    /// <summary>The acts on a document, in log order; empty for a document that is unknown.</summary>
    public async Task<IReadOnlyList<IndexedAct>> FindAsync(Digest digest, CancellationToken cancellationToken) => await FindAsync(digest, null, cancellationToken);

    /// <summary>The acts on a document, in log order; empty for a document that is unknown.</summary>
    /// <param name="digest">The document.</param>
    /// <param name="known">Rows that need not be read again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<IndexedAct>> FindAsync(Digest digest, KnownRows? known, CancellationToken cancellationToken)
    {
        // Most documents have one, and most questions are about those.
        IndexedAct? only = null;
        List<IndexedAct>? more = null;
        var query = new RowQuery(ActRow.PartitionOf(digest), KeyPrefix: $"{digest}:");
        await foreach (var row in tables.QueryAsync(StorageNames.AnchorsTable, query, RowColumns.All, cancellationToken))
        {
            var act = known?.Read(digest, row) ?? ToAct(digest, row);
            if (only is null)
                only = act;
            else
                (more ??= [only]).Add(act);
        }

        if (more is null)
            return only is null ? Array.Empty<IndexedAct>() : new[] { only };
        more.Sort((left, right) => left.LogIndex.CompareTo(right.LogIndex));
        return more;
    }

    /// <summary>
    /// Adds the rows of a batch, in log order. Those that take no effect get none (<see cref="DocumentActs.Displace"/>);
    /// those that are there already stay as they are.
    /// </summary>
    /// <returns>The acts that take no effect.</returns>
    public async Task<IReadOnlyList<DisplacedAct>> AddAsync(IReadOnlyList<IndexedAct> acts, CancellationToken cancellationToken)
    {
        var options = SideBySide.Of(Parallelism, cancellationToken);
        var unsettled = new ConcurrentBag<IndexedAct>();
        var keys = new HashSet<(Digest, string)>(acts.Count);
        var fresh = new List<IndexedAct>(acts.Count);
        for (var i = 0; i < acts.Count; i++)
        {
            var act = acts[i];
            if (act.Entry.Yields is not null || !keys.Add((act.Digest, IsFirstIssue(act) ? act.Entry.Issuer! : act.ActId.Value)))
                unsettled.Add(act);
            else
                fresh.Add(act);
        }

        var transactions = Transactions.Of(fresh, PartitionCount, act => act.Digest.Bytes[0]);
        await Parallel.ForAsync(0, transactions.Count, options, async (i, stop) =>
        {
            if (await TryAddAsync(transactions[i], stop))
                return;
            foreach (var act in transactions[i])
                unsettled.Add(act);
        });

        // What becomes of an act depends on the earlier ones on its document, and on nothing else.
        var displaced = new ConcurrentBag<DisplacedAct>();
        await Parallel.ForEachAsync(unsettled.GroupBy(act => act.Digest), options, async (document, stop) =>
        {
            foreach (var act in document.OrderBy(act => act.LogIndex))
            {
                if (await SettleAsync(act, stop) is { } lost)
                    displaced.Add(lost);
            }
        });
        return [.. displaced];
    }

    // Otherwise one of the keys is taken: a batch being finished again, an act that was delivered twice, or a document that
    // its issuer issued before.
    private Task<bool> TryAddAsync(ArraySegment<IndexedAct> acts, CancellationToken cancellationToken)
    {
        var rows = new ActRow[acts.Count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = RowOf(acts[i]);
        return tables.TryInsertAsync(StorageNames.AnchorsTable, rows, cancellationToken);
    }

    private async Task<DisplacedAct?> SettleAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        if (act.Entry.Yields is null && await TryAddAsync(new([act]), cancellationToken))
            return null;
        var rows = await FindAsync(act.Digest, cancellationToken);
        if (DocumentActs.Displace(act, rows) is { } displaced)
            return displaced;
        if (!rows.Any(row => row.ActId == act.ActId))
            await tables.UpsertAsync(StorageNames.AnchorsTable, [new ActRow(act, isFirstIssue: false)], cancellationToken);
        return null;
    }

    // The first issue of a document by an issuer has a key that says so. In a log of before status was kept, that a document was
    // issued before is found out by adding its row, which costs nothing where it was not.
    private static ActRow RowOf(IndexedAct act) => new(act, IsFirstIssue(act));

    private static bool IsFirstIssue(IndexedAct act) => act.Entry is { Kind: ActKind.Issue, Replaces: null, Yields: null };

    /// <summary>Writes a row, whatever is there.</summary>
    public async Task ReplaceAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        // The key of the issuer's first issue may hold this act, or nothing that could be read.
        var row = new ActRow(act, isFirstIssue: true);
        TableRow? first = null;
        await foreach (var found in tables.QueryAsync(StorageNames.AnchorsTable, new RowQuery(row.Partition, row.Key), RowColumns.Place, cancellationToken))
            first = found;
        if (first is null || (first.Act is { Length: > 0 } other && other != act.ActId.Value))
            row = new ActRow(act, isFirstIssue: false);
        await tables.UpsertAsync(StorageNames.AnchorsTable, [row], cancellationToken);
    }

    /// <summary>Every row, and which document it is of.</summary>
    internal async IAsyncEnumerable<(Digest Digest, TableRow Row)> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in tables.QueryAsync(StorageNames.AnchorsTable, default, RowColumns.Place, cancellationToken))
            yield return (DigestOf(row.Key[..Math.Max(row.Key.LastIndexOf(':'), 0)]), row);
    }

    /// <summary>Takes a row away.</summary>
    internal Task RemoveAsync(TableRow row, CancellationToken cancellationToken) =>
        tables.DeleteAsync(StorageNames.AnchorsTable, row.Partition, row.Key, cancellationToken);

    /// <summary>The digest in a row's key.</summary>
    /// <exception cref="LogFormatException">There is none.</exception>
    internal static Digest DigestOf(string text) => Digest.TryParse(text, out var digest)
        ? digest
        : throw new LogFormatException("index: a row's key does not name a digest");

    /// <summary>Reads a row of a document.</summary>
    /// <exception cref="InvalidDataException">It lacks a column.</exception>
    public static IndexedAct ToAct(Digest digest, TableRow row) =>
        row is { LogIndex: { } index, Act: { } act, Entry: { } entry } && Opening.TryParse(row.Opening, out var opening)
            ? new IndexedAct(
                digest,
                new ActId(act),
                index,
                Encoding.UTF8.GetBytes(entry),
                opening,
                row.Confidential is { } text ? UnpublishedJson.Decode(Encoding.UTF8.GetBytes(text)) : Unpublished.None)
            : throw new InvalidDataException("A row of the index lacks a column.");

    /// <summary>The row of an act under a key.</summary>
    public static TableRow ToRow(IndexedAct act, string key) => TableRow.Of(new ActRow(act, isFirstIssue: false)) with { Key = key };
}
