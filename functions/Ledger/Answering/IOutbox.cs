namespace TrueCopy.Ledger.Answering;

/// <summary>
/// Where the service answers: a container an issuer, which the service alone writes and that issuer reads. Of two answers
/// under one name the one to the later upload stays, whichever is written last. Every method does nothing, and says so in
/// the log, when the issuer itself is gone: nobody is left to answer.
/// </summary>
public interface IOutbox
{
    /// <summary>Writes the receipt of a document under one algorithm.</summary>
    /// <param name="source">The upload.</param>
    /// <param name="at">The upload's last-modified time.</param>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="logIndex">Index of the act's entry.</param>
    /// <param name="receipt">The <c>.tlog-proof</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task WriteReceiptAsync(
        BlobVersion source,
        DateTimeOffset at,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a document that has its receipts, if it still is the version that they are about, and says so in their
    /// metadata.
    /// </summary>
    Task DeleteDocumentAsync(BlobVersion source, IReadOnlyList<DigestAlgorithm> algorithms, CancellationToken cancellationToken);

    /// <summary>
    /// Adds the receipts of one part of a manifest, as JSON lines. They appear, in order, when the last part is added;
    /// parts may be added in any order and more than once.
    /// </summary>
    Task WriteManifestReceiptsAsync(BlobVersion source, DateTimeOffset at, int part, int parts, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken);

    /// <summary>Whether the receipts of this version of a manifest have appeared.</summary>
    Task<bool> HasManifestReceiptsAsync(BlobVersion source, CancellationToken cancellationToken);

    /// <summary>Writes the answer to a list of acts: receipts as JSON lines, and what was refused. Either may be empty.</summary>
    Task WriteActReceiptsAsync(BlobVersion source, DateTimeOffset at, ReadOnlyMemory<byte> lines, Rejection? refused, CancellationToken cancellationToken);

    /// <summary>Writes why a blob was refused, as <c>application/problem+json</c>.</summary>
    /// <param name="source">The upload.</param>
    /// <param name="at">When it was refused, for it need not have been read.</param>
    /// <param name="rejection">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task WriteRejectionAsync(BlobVersion source, DateTimeOffset at, Rejection rejection, CancellationToken cancellationToken);
}
