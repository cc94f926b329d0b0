using Azure.Data.Tables;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>Revocations as a table. Partition key: the issuer's id; row key: <c>algorithm:digest</c>.</summary>
public sealed class TableRevocationIndex(StorageAccounts accounts) : IRevocationIndex
{
    private const int MaxTransaction = 100;

    private readonly TableClient _table = accounts.Tables.GetTableClient(StorageNames.RevocationsTable);

    /// <inheritdoc/>
    public async Task<IReadOnlySet<Digest>> LoadAsync(string issuer, CancellationToken cancellationToken)
    {
        var revoked = new HashSet<Digest>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {issuer}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: [nameof(ITableEntity.RowKey)], cancellationToken: cancellationToken))
        {
            revoked.Add(Digest.TryParse(row.RowKey, out var digest)
                ? digest
                : throw new InvalidDataException("A row of the revocations does not name a digest."));
        }

        return revoked;
    }

    /// <inheritdoc/>
    public async Task AddAsync(string issuer, IReadOnlyList<Digest> digests, CancellationToken cancellationToken)
    {
        foreach (var transaction in digests.Chunk(MaxTransaction))
        {
            var rows = transaction.Select(digest => new TableEntity(issuer, digest.ToString()));
            await _table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)), cancellationToken);
        }
    }
}
