namespace TrueCopy.Ledger.Intake;

/// <summary>An upload being read from an issuer's container.</summary>
/// <param name="Version">The version that is read.</param>
/// <param name="Content">The bytes, from the first; owned by this.</param>
/// <param name="LastModified">When storage took it in.</param>
/// <param name="Metadata">What the issuer states about it.</param>
public sealed record InboxDocument(BlobVersion Version, Stream Content, DateTimeOffset LastModified, IReadOnlyDictionary<string, string> Metadata)
    : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>What issuers upload.</summary>
public sealed class Inbox(IIssuerContainers containers)
{
    /// <summary>
    /// Opens a blob: the version that an event names or, where that is gone, the one that is there, because new metadata
    /// makes a new version of which storage tells nobody. If the blob changes while it is read, reading fails with
    /// <see cref="BlobChangedException"/>.
    /// </summary>
    /// <returns>The upload; null if the blob is gone.</returns>
    /// <exception cref="UploadRejectedException">It is a blob that cannot be read, or that may change without an event.</exception>
    public async Task<InboxDocument?> OpenAsync(BlobVersion blob, CancellationToken cancellationToken)
    {
        var address = new BlobAddress(blob.Container, blob.Path);
        try
        {
            return await containers.OpenAsync(address, blob.ETag, cancellationToken);
        }
        catch (BlobChangedException)
        {
            return await containers.OpenAsync(address, etag: null, cancellationToken);
        }
    }
}

/// <summary>A blob is not the version that was asked for, or was replaced or deleted while it was being read.</summary>
public sealed class BlobChangedException(Exception innerException)
    : Exception("The blob changed while it was read.", innerException);
