using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>
/// References as a table that holds no reference: the keys are SHA-256 over issuer and reference, because a reference
/// may hold characters that keys may not, and is nobody's business. Partition key: the hash's first two digits; row
/// key: <c>hash:algorithm:digest</c>.
/// </summary>
public sealed class TableReferenceIndex(StorageAccounts accounts) : IReferenceIndex
{
    private const int PartitionDigits = 2;
    private const int MaxTransaction = 100;
    private const int Parallelism = 16;

    private readonly TableClient _table = accounts.Tables.GetTableClient(StorageNames.ReferencesTable);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Digest>> FindAsync(string issuer, string reference, CancellationToken cancellationToken)
    {
        var hash = Hash(issuer, reference);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {hash[..PartitionDigits]} and RowKey ge {hash + ":"} and RowKey lt {hash + ";"}");
        var digests = new List<Digest>();
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: [nameof(ITableEntity.RowKey)], cancellationToken: cancellationToken))
        {
            digests.Add(Digest.TryParse(row.RowKey[(hash.Length + 1)..], out var digest)
                ? digest
                : throw new InvalidDataException("A row of the references does not name a digest."));
        }

        return digests;
    }

    /// <inheritdoc/>
    public async Task AddAsync(IReadOnlyList<DocumentReference> references, CancellationToken cancellationToken)
    {
        var transactions = references
            .Select(reference => (Hash: Hash(reference.Issuer, reference.Reference), reference.Digest))
            .Distinct()
            .GroupBy(item => item.Hash[..PartitionDigits])
            .SelectMany(partition => partition.Chunk(MaxTransaction));
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(transactions, options, async (transaction, stop) =>
        {
            var rows = transaction.Select(item => KeyOf(item.Hash, item.Digest)).Select(key => new TableEntity(key.Partition, key.Row));
            await _table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)), stop);
        });
    }

    internal static (string Partition, string Row) KeyOf(string hash, Digest digest) => (hash[..Math.Min(PartitionDigits, hash.Length)], $"{hash}:{digest}");

    // An issuer's id has no NUL, so the joined form has one reading.
    internal static string Hash(string issuer, string reference) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer}\0{reference}")));
}
