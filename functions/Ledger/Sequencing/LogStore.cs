namespace TrueCopy.Ledger.Sequencing;

/// <summary>The public log: tiles, entry bundles and the checkpoint as blobs, one a resource of C2SP tlog-tiles, so that the container can be served as it is.</summary>
public sealed class LogStore(IBlobStore blobs) : ITileReader
{
    private static readonly BlobAddress CheckpointBlob = new(StorageNames.LogContainer, "checkpoint");
    private static readonly BlobHeaders TileHeaders = new("application/octet-stream", "public, max-age=31536000, immutable");
    private static readonly BlobHeaders CheckpointHeaders = new("text/plain; charset=utf-8", "public, max-age=2");

    private readonly ForwardOnlyBlob _checkpoint = new(blobs, CheckpointBlob, CheckpointHeaders, note => Checkpoint.Parse(SignedNote.Parse(note.Span).Text).Size);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) => PartialTiles.ReadAsync(tile, FindAsync, cancellationToken);

    /// <summary>Writes a tile or bundle, once. Its content is a function of the committed tree, so whoever writes it again writes the same.</summary>
    /// <exception cref="LogFormatException">It is there with other bytes, which stay: somebody may have seen them under a signature.</exception>
    public async Task WriteAsync(TileContent tile, CancellationToken cancellationToken)
    {
        if (await blobs.TryWriteAsync(BlobOf(tile.Id), tile.Bytes, BlobCondition.Absent, TileHeaders, cancellationToken) is null
            && !(await FindAsync(tile.Id, cancellationToken) is { } published && published.Span.SequenceEqual(tile.Bytes.Span)))
            throw new LogFormatException($"log: {tile.Id} is published with other bytes than the journal's");
    }

    /// <summary>Writes a tile or bundle whatever is there: for recovery, which knows from the journal what it has to be.</summary>
    public Task ReplaceAsync(TileContent tile, CancellationToken cancellationToken) =>
        blobs.TryWriteAsync(BlobOf(tile.Id), tile.Bytes, BlobCondition.None, TileHeaders, cancellationToken);

    /// <summary>The published checkpoint's note; null before the first.</summary>
    public Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken) => _checkpoint.ReadAsync(cancellationToken);

    /// <summary>The published checkpoint's note and its version; null before the first.</summary>
    public Task<StoredBlob?> FindCheckpointAsync(CancellationToken cancellationToken) => _checkpoint.FindAsync(cancellationToken);

    /// <summary>Publishes the same checkpoint with other cosignatures in place of the note that was read.</summary>
    /// <returns>False if another note is published by now, which stays.</returns>
    /// <exception cref="ArgumentException">It is not the same checkpoint.</exception>
    public Task<bool> TryReplaceCheckpointAsync(StoredBlob read, SignedCheckpoint cosigned, CancellationToken cancellationToken) =>
        SignedNote.Parse(read.Content.Span).Text == cosigned.Checkpoint.ToNoteText()
            ? _checkpoint.TryReplaceAsync(read, cosigned.Note, cancellationToken)
            : throw new ArgumentException("Another checkpoint was published.", nameof(cosigned));

    /// <summary>Publishes a checkpoint of <paramref name="size"/> entries unless one of that size or larger is out already.</summary>
    public Task PublishCheckpointAsync(ReadOnlyMemory<byte> note, long size, CancellationToken cancellationToken) =>
        _checkpoint.AdvanceAsync(note, size, cancellationToken);

    /// <summary>Takes the published checkpoint away, so that another can take its place: for recovery.</summary>
    public Task RemoveCheckpointAsync(CancellationToken cancellationToken) => blobs.DeleteAsync(CheckpointBlob, cancellationToken);

    private static BlobAddress BlobOf(TileId tile) => new(StorageNames.LogContainer, tile.ToPath());

    private async Task<ReadOnlyMemory<byte>?> FindAsync(TileId tile, CancellationToken cancellationToken) => (await blobs.ReadAsync(BlobOf(tile), cancellationToken))?.Content;
}
