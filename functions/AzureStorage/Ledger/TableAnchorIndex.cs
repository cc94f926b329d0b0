using System.Collections.Concurrent;
using System.Text;
using Azure;
using Azure.Data.Tables;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>
/// The index as a table. Partition key: first two hex digits of the digest. Row key: <c>algorithm:digest:act id</c>, or
/// <c>algorithm:digest:@issuer</c> for the first issue by an issuer, so a document's acts are one range of one partition.
/// </summary>
/// <remarks>
/// 256 partitions: at the 20,000 entities a second that an account takes, each sees 78 of the 2,000 that it could; and
/// a batch of a long manifest fills transactions of 64 rows, where 4,096 partitions would leave 4 rows to each.
/// </remarks>
public sealed class TableAnchorIndex(StorageAccounts accounts) : IAnchorIndex
{
    internal const string LogIndexColumn = "LogIndex";
    internal const string ActColumn = "Act";
    private const string FirstIssue = "@";
    private const string EntryColumn = "Entry";
    private const string OpeningColumn = "Opening";
    private const string ConfidentialColumn = "Confidential";
    private const int PartitionDigits = 2;
    private const int MaxTransaction = 100;
    private const int Parallelism = 64;

    private readonly TableClient _table = accounts.Tables.GetTableClient(StorageNames.AnchorsTable);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Anchor>> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        var hex = digest.Hex;
        var prefix = $"{digest.Algorithm.Name}:{hex}";

        // ';' follows ':' in ASCII, so the range holds exactly the keys that begin with the prefix and a colon.
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {hex[..PartitionDigits]} and RowKey ge {prefix + ":"} and RowKey lt {prefix + ";"}");
        var anchors = new List<Anchor>();
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            anchors.Add(ToAnchor(digest, row));
        anchors.Sort((left, right) => left.LogIndex.CompareTo(right.LogIndex));
        return anchors;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DisplacedAct>> AddAsync(IReadOnlyList<NewAct> acts, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        var unsettled = new ConcurrentBag<NewAct>();
        var keys = new HashSet<string>(acts.Count);
        foreach (var repeated in acts.Where(act => !keys.Add(KeyOf(act))))
            unsettled.Add(repeated);
        var transactions = acts
            .Except(unsettled)
            .GroupBy(act => act.Anchor.Digest.Hex[..PartitionDigits])
            .SelectMany(partition => partition.Chunk(MaxTransaction));
        await Parallel.ForEachAsync(transactions, options, async (transaction, stop) =>
        {
            if (await TryAddAsync(transaction, stop))
                return;
            foreach (var act in transaction)
                unsettled.Add(act);
        });

        // What becomes of an act depends on the earlier ones on its document, and on nothing else.
        var displaced = new ConcurrentBag<DisplacedAct>();
        await Parallel.ForEachAsync(unsettled.GroupBy(act => act.Anchor.Digest), options, async (document, stop) =>
        {
            foreach (var act in document.OrderBy(act => act.Anchor.LogIndex))
            {
                if (await SettleAsync(act, stop) is { } lost)
                    displaced.Add(lost);
            }
        });
        return [.. displaced];
    }

    /// <returns>Whether all of them were added; if not, none was: one of the keys is taken.</returns>
    private async Task<bool> TryAddAsync(NewAct[] acts, CancellationToken cancellationToken)
    {
        try
        {
            var rows = acts.Select(act => ToRow(act.Anchor, KeyOf(act)));
            if (acts.Length == 1)
                await _table.AddEntityAsync(rows.Single(), cancellationToken);
            else
                await _table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status == 409)
        {
            // A batch being finished again, an act that was delivered twice, or a document that its issuer issued before.
            return false;
        }
    }

    private async Task<DisplacedAct?> SettleAsync(NewAct act, CancellationToken cancellationToken)
    {
        if (await TryAddAsync([act], cancellationToken))
            return null;
        var rows = await FindAsync(act.Anchor.Digest, cancellationToken);
        if (DocumentActs.Displace(act, rows) is { } displaced)
            return displaced;
        if (!rows.Any(row => row.ActId == act.Anchor.ActId))
            await _table.UpsertEntityAsync(ToRow(act.Anchor, KeyOf(act.Anchor.Digest, act.Anchor.ActId)), TableUpdateMode.Replace, cancellationToken);
        return null;
    }

    // The first issue of a document by an issuer has a key that says so. That a document was issued before is then found out
    // by adding its row, which costs nothing where it was not, instead of by a query for every line of a manifest.
    private static string KeyOf(NewAct act) => act.Kind == ActKind.Issue
        ? FirstIssueKey(act.Anchor.Digest, act.Issuer)
        : KeyOf(act.Anchor.Digest, act.Anchor.ActId);

    internal static string FirstIssueKey(Digest digest, string issuer) => $"{digest}:{FirstIssue}{issuer}";

    internal static string KeyOf(Digest digest, ActId act) => $"{digest}:{act}";

    /// <exception cref="LogFormatException">The key is not one of this table's.</exception>
    internal static AnchorRow ReadKey(TableEntity row)
    {
        var end = row.RowKey.LastIndexOf(':');
        return end > 0 && Digest.TryParse(row.RowKey[..end], out var digest)
            ? new AnchorRow(digest, ActOf(row), row.GetInt64(LogIndexColumn), row.RowKey)
            : throw new LogFormatException("index: a row's key does not name a digest and an act");
    }

    internal static TableEntity ToRow(Anchor anchor, string key)
    {
        var row = new TableEntity(anchor.Digest.Hex[..PartitionDigits], key)
        {
            [LogIndexColumn] = anchor.LogIndex,
            [ActColumn] = anchor.ActId.Value,
            [EntryColumn] = Encoding.UTF8.GetString(anchor.Entry.Span),
            [OpeningColumn] = anchor.Opening.Hex,
        };
        if (!anchor.Confidential.IsEmpty)
            row[ConfidentialColumn] = Encoding.UTF8.GetString(ConfidentialJson.Encode(anchor.Confidential));
        return row;
    }

    // Where it is missing the row is damaged, and belongs to no act.
    internal static ActId ActOf(TableEntity row) => new(row.GetString(ActColumn) ?? "");

    private static Anchor ToAnchor(Digest digest, TableEntity row) =>
        row.GetInt64(LogIndexColumn) is { } index
        && row.GetString(ActColumn) is { } act
        && row.GetString(EntryColumn) is { } entry
        && Opening.TryParse(row.GetString(OpeningColumn), out var opening)
            ? new Anchor(
                digest,
                new ActId(act),
                index,
                Encoding.UTF8.GetBytes(entry),
                opening,
                row.GetString(ConfidentialColumn) is { } text ? ConfidentialJson.Decode(Encoding.UTF8.GetBytes(text)) : Confidential.None)
            : throw new InvalidDataException("A row of the index lacks a column.");
}
