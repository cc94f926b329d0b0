using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Intake;

/// <summary>
/// Where the service answers: blobs under <see cref="Folder"/> in the issuer's own container. Every method does
/// nothing, and says so in the log, when that container is gone: nobody is left to answer.
/// </summary>
public interface IOutbox
{
    /// <summary>What the paths of the service's own blobs begin with; intake ignores them.</summary>
    const string Folder = ".truecopy/";

    /// <summary>Writes the receipt of a document under one algorithm.</summary>
    Task WriteReceiptAsync(
        BlobVersion source,
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
    Task WriteManifestReceiptsAsync(BlobVersion source, int part, int parts, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken);

    /// <summary>Whether the receipts of this version of a manifest have appeared.</summary>
    Task<bool> HasManifestReceiptsAsync(BlobVersion source, CancellationToken cancellationToken);

    /// <summary>Writes the answer to a list of acts: receipts as JSON lines, and what was refused. Either may be empty.</summary>
    Task WriteActReceiptsAsync(BlobVersion source, ReadOnlyMemory<byte> lines, Rejection? refused, CancellationToken cancellationToken);

    /// <summary>Writes why a blob was refused, as <c>application/problem+json</c>.</summary>
    Task WriteRejectionAsync(BlobVersion source, Rejection rejection, CancellationToken cancellationToken);
}
