namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// A blob that states a size of the log and is never replaced by one of the same or a smaller size, however many
/// processes write it and however late. What was seen last is kept, so one writer alone pays one operation a change.
/// </summary>
/// <param name="blobs">The account.</param>
/// <param name="blob">The blob.</param>
/// <param name="headers">What it is served with.</param>
/// <param name="sizeOf">Reads the size that a content states.</param>
internal sealed class ForwardOnlyBlob(IBlobStore blobs, BlobAddress blob, BlobHeaders headers, Func<ReadOnlyMemory<byte>, long> sizeOf)
{
    private Stored? _last;

    /// <summary>The content; null if there is none yet.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken) =>
        (await blobs.ReadAsync(blob, cancellationToken))?.Content;

    /// <summary>When the content last changed; null if there is none yet.</summary>
    public async Task<DateTimeOffset?> ChangedAtAsync(CancellationToken cancellationToken) =>
        (await blobs.FindAsync(blob, cancellationToken))?.At;

    /// <summary>Replaces the content, unless the blob states <paramref name="size"/> or more already.</summary>
    public async Task AdvanceAsync(ReadOnlyMemory<byte> content, long size, CancellationToken cancellationToken)
    {
        var last = _last ?? await LoadAsync(cancellationToken);
        while (last is null || last.Size < size)
        {
            // If not, someone wrote meanwhile, or our own answer was lost: what is there now decides.
            last = await blobs.TryWriteAsync(blob, content, BlobCondition.Is(last?.ETag), headers, cancellationToken) is { } written
                ? new Stored(size, written)
                : await LoadAsync(cancellationToken);
        }

        _last = last;
    }

    private async Task<Stored?> LoadAsync(CancellationToken cancellationToken) =>
        await blobs.ReadAsync(blob, cancellationToken) is { } found ? new Stored(sizeOf(found.Content), found.ETag) : null;

    private sealed record Stored(long Size, string ETag);
}
