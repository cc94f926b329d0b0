namespace TrueCopy.Ledger.Uploads;

/// <summary>A blob of one of an issuer's two containers, as a listing shows it.</summary>
/// <param name="Path">Its name.</param>
/// <param name="ETag">Its version, without quotes.</param>
/// <param name="At">When it was last written.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Metadata">Its metadata, with keys compared without case.</param>
public sealed record ListedBlob(string Path, string ETag, DateTimeOffset At, long Length, IReadOnlyDictionary<string, string> Metadata);

/// <summary>The blobs under a prefix.</summary>
/// <param name="Blobs">By name.</param>
/// <param name="Complete">Whether there are no more.</param>
public sealed record BlobListing(IReadOnlyList<ListedBlob> Blobs, bool Complete)
{
    /// <summary>No blobs.</summary>
    public static BlobListing Empty { get; } = new([], true);
}

/// <summary>An issuer's containers, that of its uploads and that of the answers, as the issuer sees them.</summary>
public interface IInboxListing
{
    /// <summary>The blobs whose names begin with a prefix; none if the container does not exist.</summary>
    /// <param name="container">The container.</param>
    /// <param name="prefix">The prefix; may be empty.</param>
    /// <param name="most">After how many to stop.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<BlobListing> ListAsync(string container, string prefix, int most, CancellationToken cancellationToken);

    /// <summary>The content of one of the service's own answers, none of which is long; null if it is gone.</summary>
    Task<ReadOnlyMemory<byte>?> ReadAnswerAsync(string container, string path, CancellationToken cancellationToken);
}
