using System.Text;
using Azure;
using Azure.Data.Tables;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Commitments;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Recovery;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>
/// The index as a table. Partition key: first two hex digits of the digest. Row key: <c>algorithm:digest:act id</c>, so
/// a document's acts are one range of one partition.
/// </summary>
/// <remarks>
/// 256 partitions: at the 20,000 entities a second that an account takes, each sees 78 of the 2,000 that it could; and
/// a batch of a long manifest fills transactions of 64 rows, where 4,096 partitions would leave 4 rows to each.
/// </remarks>
public sealed class TableAnchorIndex(StorageAccounts accounts) : IAnchorIndex
{
    internal const string LogIndexColumn = "LogIndex";
    private const string EntryColumn = "Entry";
    private const string OpeningColumn = "Opening";
    private const string ConfidentialColumn = "Confidential";
    private const int PartitionDigits = 2;
    private const int MaxTransaction = 100;
    private const int Parallelism = 16;

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
    public async Task<IReadOnlyList<Anchor>> AddAsync(IReadOnlyList<Anchor> anchors, CancellationToken cancellationToken)
    {
        var transactions = anchors
            .GroupBy(anchor => anchor.Digest.Hex[..PartitionDigits])
            .SelectMany(partition => partition.Chunk(MaxTransaction));
        var lost = new System.Collections.Concurrent.ConcurrentBag<Anchor>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(transactions, options, async (transaction, stop) =>
        {
            foreach (var anchor in await AddTransactionAsync(transaction, stop))
                lost.Add(anchor);
        });
        return [.. lost];
    }

    private async Task<IReadOnlyList<Anchor>> AddTransactionAsync(Anchor[] anchors, CancellationToken cancellationToken)
    {
        if (anchors.Length > 1)
        {
            try
            {
                var actions = anchors.Select(anchor => new TableTransactionAction(TableTransactionActionType.Add, ToRow(anchor)));
                await _table.SubmitTransactionAsync(actions, cancellationToken);
                return [];
            }
            catch (RequestFailedException exception) when (exception.Status == 409)
            {
                // One of the rows exists: a batch being finished again, or an act that was delivered twice.
            }
        }

        var lost = new List<Anchor>();
        foreach (var anchor in anchors)
        {
            if (!await TryAddAsync(anchor, cancellationToken))
                lost.Add(anchor);
        }

        return lost;
    }

    private async Task<bool> TryAddAsync(Anchor anchor, CancellationToken cancellationToken)
    {
        var row = ToRow(anchor);
        try
        {
            await _table.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status == 409)
        {
            var existing = await _table.GetEntityAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: cancellationToken);
            return existing.Value.GetInt64(LogIndexColumn) == anchor.LogIndex;
        }
    }

    internal static (string Partition, string Row) KeyOf(Digest digest, ActId act) =>
        (digest.Hex[..PartitionDigits], $"{digest}:{act}");

    /// <exception cref="LogFormatException">The key is not one of this table's.</exception>
    internal static AnchorRow ReadKey(TableEntity row)
    {
        var end = row.RowKey.LastIndexOf(':');
        return end > 0 && Digest.TryParse(row.RowKey[..end], out var digest)
            ? new AnchorRow(digest, new ActId(row.RowKey[(end + 1)..]), row.GetInt64(LogIndexColumn))
            : throw new LogFormatException("index: a row's key does not name a digest and an act");
    }

    internal static TableEntity ToRow(Anchor anchor)
    {
        var (partition, key) = KeyOf(anchor.Digest, anchor.ActId);
        var row = new TableEntity(partition, key)
        {
            [LogIndexColumn] = anchor.LogIndex,
            [EntryColumn] = Encoding.UTF8.GetString(anchor.Entry.Span),
            [OpeningColumn] = anchor.Opening.Hex,
        };
        if (!anchor.Confidential.IsEmpty)
            row[ConfidentialColumn] = Encoding.UTF8.GetString(ConfidentialJson.Encode(anchor.Confidential));
        return row;
    }

    private static Anchor ToAnchor(Digest digest, TableEntity row) =>
        row.GetInt64(LogIndexColumn) is { } index
        && row.GetString(EntryColumn) is { } entry
        && Opening.TryParse(row.GetString(OpeningColumn), out var opening)
            ? new Anchor(
                digest,
                new ActId(row.RowKey[(row.RowKey.LastIndexOf(':') + 1)..]),
                index,
                Encoding.UTF8.GetBytes(entry),
                opening,
                row.GetString(ConfidentialColumn) is { } text ? ConfidentialJson.Decode(Encoding.UTF8.GetBytes(text)) : Confidential.None)
            : throw new InvalidDataException("A row of the index lacks a column.");
}
