using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Ledger.Index;

/// <summary>A document under an issuer's own name for it.</summary>
/// <param name="Issuer">The issuer's id.</param>
/// <param name="Reference">The issuer's name for the document.</param>
/// <param name="Digest">The document.</param>
public readonly record struct DocumentReference(string Issuer, string Reference, Digest Digest);

/// <summary>
/// The documents of an issuer by its own references. Derived: the journal can rebuild it. The table holds no reference: its
/// keys are SHA-256 over issuer and reference, because a reference may hold characters that keys may not, and is nobody's
/// business. Partition key: the hash's first two digits; row key: <c>hash:algorithm:digest</c>.
/// </summary>
public sealed class ReferenceIndex(ITableStore tables)
{
    private const int PartitionDigits = 2;
    private const int Parallelism = 16;

    /// <summary>The documents that an issuer issued under a reference, under every algorithm; empty if there is none.</summary>
    public async Task<IReadOnlyList<Digest>> FindAsync(string issuer, string reference, CancellationToken cancellationToken)
    {
        var hash = HashOf(issuer, reference);
        var digests = new List<Digest>();
        await foreach (var row in tables.QueryAsync(StorageNames.ReferencesTable, new RowQuery(hash[..PartitionDigits], KeyPrefix: hash + ":"), RowColumns.Keys, cancellationToken))
        {
            digests.Add(Digest.TryParse(row.Key[(hash.Length + 1)..], out var digest)
                ? digest
                : throw new InvalidDataException("A row of the references does not name a digest."));
        }

        return digests;
    }

    /// <summary>Adds references; those that are there already stay.</summary>
    public async Task AddAsync(IReadOnlyList<DocumentReference> references, CancellationToken cancellationToken)
    {
        var transactions = references
            .Select(reference => RowOf(HashOf(reference.Issuer, reference.Reference), reference.Digest))
            .Distinct()
            .GroupBy(row => row.Partition)
            .SelectMany(partition => partition.Chunk(ITableStore.MaxTransaction));
        var options = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForEachAsync(transactions, options, async (transaction, stop) => await tables.UpsertAsync(StorageNames.ReferencesTable, transaction, stop));
    }

    /// <summary>How rows name an issuer's reference.</summary>
    // An issuer's id has no NUL, so the joined form has one reading.
    public static string HashOf(string issuer, string reference) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer}\0{reference}")));

    /// <summary>Every row: what <see cref="HashOf"/> makes of issuer and reference, the document, and the row itself.</summary>
    internal async IAsyncEnumerable<(string Hash, Digest Digest, TableRow Row)> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in tables.QueryAsync(StorageNames.ReferencesTable, default, RowColumns.Keys, cancellationToken))
        {
            var colon = row.Key.IndexOf(':', StringComparison.Ordinal);
            yield return (row.Key[..Math.Max(colon, 0)], ActIndex.DigestOf(row.Key[(colon + 1)..]), row);
        }
    }

    /// <summary>Takes a row away.</summary>
    internal Task RemoveAsync(TableRow row, CancellationToken cancellationToken) =>
        tables.DeleteAsync(StorageNames.ReferencesTable, row.Partition, row.Key, cancellationToken);

    private static TableRow RowOf(string hash, Digest digest) => new(hash[..PartitionDigits], $"{hash}:{digest}");
}
