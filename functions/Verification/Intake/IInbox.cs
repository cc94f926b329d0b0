using TrueCopy.Verification.Acts;

namespace TrueCopy.Verification.Intake;

/// <summary>An upload being read from an issuer's container.</summary>
/// <param name="Content">The bytes, from the first; owned by this.</param>
/// <param name="LastModified">When storage took it in.</param>
/// <param name="Metadata">What the issuer states about it.</param>
public sealed record InboxDocument(Stream Content, DateTimeOffset LastModified, IReadOnlyDictionary<string, string> Metadata) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>What issuers upload.</summary>
public interface IInbox
{
    /// <summary>
    /// Opens exactly the version that an event names. If the blob changes while it is read, reading fails with
    /// <see cref="BlobChangedException"/>.
    /// </summary>
    /// <returns>The upload; null if that version is gone, in which case a later event answers for the blob.</returns>
    Task<InboxDocument?> OpenAsync(BlobVersion blob, CancellationToken cancellationToken);
}

/// <summary>A blob was replaced or deleted while it was being read.</summary>
public sealed class BlobChangedException(Exception innerException)
    : Exception("The blob changed while it was read.", innerException);
