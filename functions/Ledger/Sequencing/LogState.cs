using System.Globalization;
using System.Text;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Private state of the one log: its head and how far publication has come. The head is one blob, replaced by
/// compare-and-swap on its ETag; its first line names the journal batch, the rest is the signed checkpoint.
/// </summary>
public sealed class LogState(IBlobStore blobs)
{
    private static readonly BlobAddress HeadBlob = new(StorageNames.StateContainer, "head");

    private readonly ForwardOnlyBlob _finished = new(blobs, new(StorageNames.StateContainer, "finished"), new BlobHeaders("text/plain"), SizeOf);

    /// <summary>The head; null before genesis.</summary>
    public async Task<StoredHead?> LoadHeadAsync(CancellationToken cancellationToken) =>
        await blobs.ReadAsync(HeadBlob, cancellationToken) is { } stored ? new StoredHead(Head.Parse(stored.Content), stored.ETag) : null;

    /// <summary>When the head was last replaced; null before genesis.</summary>
    public async Task<DateTimeOffset?> CommittedAtAsync(CancellationToken cancellationToken) => (await blobs.FindAsync(HeadBlob, cancellationToken))?.At;

    /// <summary>
    /// Replaces the head if it still is <paramref name="expectedVersion"/> (null: if there is none). Exactly one of several
    /// writers succeeds, but for those whose batches are the same to the last byte.
    /// </summary>
    /// <returns>What is committed now: <paramref name="head"/>, or the same batch under another's signature. Null if another batch was first.</returns>
    public async Task<StoredHead?> TryReplaceHeadAsync(Head head, string? expectedVersion, CancellationToken cancellationToken)
    {
        if (await blobs.TryWriteAsync(HeadBlob, head.Encode(), BlobCondition.Is(expectedVersion), BlobHeaders.None, cancellationToken) is { } version)
            return new StoredHead(head, version);

        // A write whose answer was lost is sent again and then meets its own success; the journal's name, unique to its
        // content, tells that from another batch. It may also be the same batch of another writer: one of descriptions
        // alone holds nothing random. Signatures are, and those that are committed are the ones to publish.
        var stored = await LoadHeadAsync(cancellationToken);
        return stored?.Head.Journal == head.Journal ? stored : null;
    }

    /// <summary>Number of entries that are published and indexed, and whose answers are queued; 0 before genesis.</summary>
    public async Task<long> LoadFinishedAsync(CancellationToken cancellationToken) =>
        await _finished.ReadAsync(cancellationToken) is { } text ? SizeOf(text) : 0;

    /// <summary>
    /// Records that everything up to <paramref name="size"/> is finished. The mark never moves back: a process that
    /// finishes a batch late, after another has finished the next one, changes nothing.
    /// </summary>
    public Task SaveFinishedAsync(long size, CancellationToken cancellationToken) =>
        _finished.AdvanceAsync(Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture)), size, cancellationToken);

    /// <summary>When that mark last moved; null before genesis.</summary>
    public Task<DateTimeOffset?> FinishedAtAsync(CancellationToken cancellationToken) => _finished.ChangedAtAsync(cancellationToken);

    private static long SizeOf(ReadOnlyMemory<byte> text) =>
        long.TryParse(text.Span, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new LogFormatException("finished: not a decimal");
}
