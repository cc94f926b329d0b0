namespace TrueCopy.Storage;

/// <summary>Where a blob is in its account.</summary>
/// <param name="Container">The container's name.</param>
/// <param name="Name">The blob's name, slashes included.</param>
public readonly record struct BlobAddress(string Container, string Name);

/// <summary>A blob's content, and of which version it is.</summary>
/// <param name="Content">All of it.</param>
/// <param name="ETag">The version, without quotes.</param>
public sealed record StoredBlob(ReadOnlyMemory<byte> Content, string ETag);

/// <summary>What storage knows of a blob without its content.</summary>
/// <param name="ETag">The version, without quotes.</param>
/// <param name="At">When it was last written.</param>
/// <param name="Metadata">Its metadata, with keys compared without case.</param>
public sealed record BlobFacts(string ETag, DateTimeOffset At, IReadOnlyDictionary<string, string> Metadata);

/// <summary>A blob as a listing shows it.</summary>
/// <param name="Path">Its name.</param>
/// <param name="ETag">Its version, without quotes.</param>
/// <param name="At">When it was last written.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Metadata">Its metadata, with keys compared without case.</param>
public sealed record ListedBlob(string Path, string ETag, DateTimeOffset At, long Length, IReadOnlyDictionary<string, string> Metadata);

/// <summary>What a blob is served with, and what is noted on it; null for what storage does by itself.</summary>
/// <param name="ContentType">Media type.</param>
/// <param name="CacheControl">How long whoever reads it may keep it.</param>
/// <param name="Metadata">ASCII names and values.</param>
public sealed record BlobHeaders(string? ContentType = null, string? CacheControl = null, IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>Nothing.</summary>
    public static readonly BlobHeaders None = new();
}

/// <summary>What has to be so for a write to take effect.</summary>
/// <param name="ETag">The version that has to be there; null for none.</param>
/// <param name="IsAbsent">Whether no blob may be there.</param>
public readonly record struct BlobCondition(string? ETag, bool IsAbsent)
{
    /// <summary>Nothing: the write takes effect whatever is there.</summary>
    public static readonly BlobCondition None;

    /// <summary>There is no such blob.</summary>
    public static readonly BlobCondition Absent = new(null, true);

    /// <summary>The blob is this version; where that is null, there is none.</summary>
    public static BlobCondition Is(string? etag) => etag is null ? Absent : new(etag, false);
}

/// <summary>What came of asking for a lease.</summary>
public enum LeaseOutcome
{
    /// <summary>It is the asker's.</summary>
    Taken,

    /// <summary>It is another's.</summary>
    Held,

    /// <summary>There is no blob to lease.</summary>
    NoBlob,
}

/// <summary>
/// Blobs of one account, as storage is: reads, conditional writes, deletions, listings and leases, each one request, and no
/// protocol. A request whose answer is lost is sent again by the implementation, so a write may meet what it did itself;
/// telling that from another's is up to the caller.
/// </summary>
public interface IBlobStore
{
    /// <summary>Reads a blob; null if there is none.</summary>
    Task<StoredBlob?> ReadAsync(BlobAddress blob, CancellationToken cancellationToken);

    /// <summary>Reads a part of a blob; null if there is none.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="from">Where the part begins.</param>
    /// <param name="most">How long it is at most; less where the blob ends.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ReadOnlyMemory<byte>?> ReadPartAsync(BlobAddress blob, long from, int most, CancellationToken cancellationToken);

    /// <summary>Looks at a blob; null if there is none.</summary>
    Task<BlobFacts?> FindAsync(BlobAddress blob, CancellationToken cancellationToken);

    /// <summary>Writes a whole blob, if the condition holds. The content is not looked at once it is written: the caller may then use its memory again.</summary>
    /// <returns>The new version; null if the condition does not hold, or a policy that keeps what is written stands against a first write.</returns>
    /// <exception cref="MissingInStorageException">There is no such container.</exception>
    Task<string?> TryWriteAsync(BlobAddress blob, ReadOnlyMemory<byte> content, BlobCondition condition, BlobHeaders headers, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; does nothing if there is none.</summary>
    Task DeleteAsync(BlobAddress blob, CancellationToken cancellationToken);

    /// <summary>The blobs whose names begin with a prefix, by name; none if there is no such container.</summary>
    IAsyncEnumerable<ListedBlob> ListAsync(string container, string prefix, CancellationToken cancellationToken);

    /// <summary>Asks for a blob's lease. Asked again with the same id it is still the asker's.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="leaseId">A GUID of the asker's.</param>
    /// <param name="duration">After how long it ends by itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<LeaseOutcome> TryLeaseAsync(BlobAddress blob, string leaseId, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Has a lease last its duration from now on; fails where it is another's.</summary>
    Task RenewLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken);

    /// <summary>Ends a lease; fails where it is another's.</summary>
    Task ReleaseLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken);
}

/// <summary>What has to be there, because the deployment made it or an earlier request wrote it, is not.</summary>
public sealed class MissingInStorageException(string what, Exception? innerException = null) : IOException($"Storage lacks {what}.", innerException);

/// <summary>Storage refuses for now, as often as the implementation tried: more is asked of it than it takes. Nothing is wrong with what was asked.</summary>
/// <param name="after">After how long it wants to be asked again; null where it did not say.</param>
public sealed class StorageBusyException(TimeSpan? after) : IOException("Storage is busy.")
{
    /// <summary>After how long storage wants to be asked again; null where it did not say.</summary>
    public TimeSpan? After => after;
}
