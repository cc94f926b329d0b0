namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// A blob that states a size of the log and is never replaced by one of a smaller size, however many
/// processes write it and however late; by one of the same size only where that was read before. What was seen last is kept, so one writer alone pays one operation a change.
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

    /// <summary>The content and its version; null if there is none yet.</summary>
    public Task<StoredBlob?> FindAsync(CancellationToken cancellationToken) => blobs.ReadAsync(blob, cancellationToken);

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

    /// <summary>Replaces what was read by another content that states the same size.</summary>
    /// <returns>False if something else is there by now.</returns>
    public async Task<bool> TryReplaceAsync(StoredBlob read, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var size = sizeOf(content);
        if (sizeOf(read.Content) != size)
            throw new ArgumentException("The content states another size than what it is to replace.", nameof(content));
        if (await blobs.TryWriteAsync(blob, content, BlobCondition.Is(read.ETag), headers, cancellationToken) is not { } written)
            return false;
        _last = new Stored(size, written);
        return true;
    }

    private async Task<Stored?> LoadAsync(CancellationToken cancellationToken) =>
        await blobs.ReadAsync(blob, cancellationToken) is { } found ? new Stored(sizeOf(found.Content), found.ETag) : null;

    private sealed record Stored(long Size, string ETag);
}
