using System.Runtime.CompilerServices;

namespace TrueCopy.Ledger.Index;

/// <summary>
/// What each issuer has revoked, so that a manifest is checked against it with one query a thousand revocations instead
/// of one a line. Derived: the journal can rebuild it. Partition key: the issuer's id; row key: <c>algorithm:digest</c>.
/// </summary>
public sealed class RevocationIndex(ITableStore tables)
{
    /// <summary>Every document that an issuer has revoked.</summary>
    public async Task<IReadOnlySet<Digest>> LoadAsync(string issuer, CancellationToken cancellationToken)
    {
        var revoked = new HashSet<Digest>();
        await foreach (var row in tables.QueryAsync(StorageNames.RevocationsTable, new RowQuery(issuer), RowColumns.Keys, cancellationToken))
        {
            revoked.Add(Digest.TryParse(row.Key, out var digest)
                ? digest
                : throw new InvalidDataException("A row of the revocations does not name a digest."));
        }

        return revoked;
    }

    /// <summary>Adds revoked documents; adding them again changes nothing.</summary>
    public async Task AddAsync(string issuer, IReadOnlyList<Digest> digests, CancellationToken cancellationToken)
    {
        foreach (var transaction in digests.Chunk(ITableStore.MaxTransaction))
            await tables.UpsertAsync(StorageNames.RevocationsTable, [.. transaction.Select(digest => new TableRow(issuer, digest.ToString()))], cancellationToken);
    }

    /// <summary>Every revoked document that the index names, with its issuer's id.</summary>
    internal async IAsyncEnumerable<(string Issuer, Digest Digest)> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in tables.QueryAsync(StorageNames.RevocationsTable, default, RowColumns.Keys, cancellationToken))
            yield return (row.Partition, ActIndex.DigestOf(row.Key));
    }

    /// <summary>Takes a row away.</summary>
    internal Task RemoveAsync(string issuer, Digest digest, CancellationToken cancellationToken) =>
        tables.DeleteAsync(StorageNames.RevocationsTable, issuer, digest.ToString(), cancellationToken);
}
