namespace TrueCopy.Ledger.Storage;

/// <summary>A container of the inbox account.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Since">When its metadata was last changed.</param>
/// <param name="Metadata">Its metadata.</param>
public sealed record BlobContainer(string Name, DateTimeOffset Since, IReadOnlyDictionary<string, string> Metadata);

/// <summary>The inbox account: a container for each issuer's uploads and one for the answers to them.</summary>
public interface IIssuerContainers : IBlobStore
{
    /// <summary>A container; null if there is none.</summary>
    Task<BlobContainer?> FindContainerAsync(string container, CancellationToken cancellationToken);

    /// <summary>The containers whose names begin with a prefix, by name.</summary>
    IAsyncEnumerable<BlobContainer> ListContainersAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Opens an upload as one stream, whatever its length. If the blob changes while it is read, reading fails with <see cref="BlobChangedException"/>.</summary>
    /// <param name="blob">The upload.</param>
    /// <param name="etag">The version that it has to be; null for the one that is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The upload; null if it is gone.</returns>
    /// <exception cref="BlobChangedException">It is another version.</exception>
    /// <exception cref="UploadRejectedException">It is a blob that storage does not hand out, or that may change without an event.</exception>
    Task<InboxDocument?> OpenAsync(BlobAddress blob, string? etag, CancellationToken cancellationToken);

    /// <summary>Deletes a version of an upload, with its snapshots.</summary>
    /// <returns>False if it is not that version that is there, which storage says of a blob that is gone as well; true if it is deleted or known to be gone.</returns>
    /// <exception cref="MissingInStorageException">There is no such container.</exception>
    Task<bool> TryDeleteAsync(BlobAddress blob, string etag, CancellationToken cancellationToken);

    /// <summary>Copies a version of a blob within its container, with what is noted on it, whatever its length.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="etag">The version that it has to be.</param>
    /// <param name="name">The copy's name.</param>
    /// <param name="condition">What has to be true of the blob in whose place the copy goes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False if it is not that version that is there, or the condition does not hold.</returns>
    /// <exception cref="MissingInStorageException">There is no such container.</exception>
    Task<bool> TryCopyAsync(BlobAddress blob, string etag, string name, BlobCondition condition, CancellationToken cancellationToken);

    /// <summary>Replaces a blob's metadata.</summary>
    /// <exception cref="MissingInStorageException">There is no such blob.</exception>
    Task SetMetadataAsync(BlobAddress blob, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken);

    /// <summary>Stages a block of a blob under an id; all ids of a blob have one length. The blob stays as it is.</summary>
    /// <exception cref="MissingInStorageException">There is no such container.</exception>
    Task StageBlockAsync(BlobAddress blob, string id, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Ids of the blocks that are staged and not committed.</summary>
    Task<IReadOnlySet<string>> ListStagedBlocksAsync(BlobAddress blob, CancellationToken cancellationToken);

    /// <summary>Makes a blob of staged blocks, in this order, whatever was there.</summary>
    Task CommitBlocksAsync(BlobAddress blob, IReadOnlyList<string> ids, BlobHeaders headers, CancellationToken cancellationToken);
}
