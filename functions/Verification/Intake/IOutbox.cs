using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Intake;

/// <summary>Where the service answers: blobs under <see cref="Folder"/> in the issuer's own container.</summary>
public interface IOutbox
{
    /// <summary>What the paths of the service's own blobs begin with; intake ignores them.</summary>
    const string Folder = ".truecopy/";

    /// <summary>Writes the receipt of a document under one algorithm.</summary>
    /// <remarks>
    /// Does nothing, and says so in the log, when the issuer's container is gone: nobody is left to answer.
    /// </remarks>
    Task WriteReceiptAsync(
        BlobVersion source,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken);

    /// <summary>Writes why a blob was refused, as <c>application/problem+json</c>.</summary>
    Task WriteRejectionAsync(BlobVersion source, Rejection rejection, CancellationToken cancellationToken);
}

/// <summary>Why an upload was refused (RFC 9457).</summary>
/// <param name="Cause">Stable name of the cause, the last part of the problem's <c>type</c>.</param>
/// <param name="Title">The cause in a few words, the same each time.</param>
/// <param name="Detail">What in this upload broke which rule.</param>
public sealed record Rejection(string Cause, string Title, string Detail);
