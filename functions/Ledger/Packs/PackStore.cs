using System.Globalization;

namespace TrueCopy.Ledger.Packs;

/// <summary>The stored status packs: write-once blobs that nobody but the service reads.</summary>
public sealed class PackStore(IBlobStore blobs) : PackReader
{
    /// <summary>What a pack is called among the service's private state.</summary>
    /// <param name="size">Size of the log after its batch.</param>
    public static string NameOf(long size) => StorageNames.StatusFolder + size.ToString("d19", CultureInfo.InvariantCulture);

    /// <summary>All bytes of a pack; null if there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(long size, CancellationToken cancellationToken) => (await blobs.ReadAsync(BlobOf(size), cancellationToken))?.Content;

    /// <summary>Writes a pack, once. It is a function of the journal, so whoever writes it again writes the same.</summary>
    /// <exception cref="LogFormatException">It is there with other bytes.</exception>
    public async Task WriteAsync(long size, ReadOnlyMemory<byte> pack, CancellationToken cancellationToken)
    {
        if (await blobs.TryWriteAsync(BlobOf(size), pack, BlobCondition.Absent, BlobHeaders.None, cancellationToken) is null
            && !(await ReadAsync(size, cancellationToken) is { } written && written.Span.SequenceEqual(pack.Span)))
            throw new LogFormatException($"status: the pack of {size} entries has other bytes than the journal's");
    }

    /// <summary>Writes a pack whatever is there: for recovery, which knows from the journal what it has to be.</summary>
    public Task ReplaceAsync(long size, ReadOnlyMemory<byte> pack, CancellationToken cancellationToken) =>
        blobs.TryWriteAsync(BlobOf(size), pack, BlobCondition.None, BlobHeaders.None, cancellationToken);

    /// <inheritdoc/>
    protected override Task<ReadOnlyMemory<byte>?> ReadPartAsync(long size, long from, int most, CancellationToken cancellationToken) =>
        blobs.ReadPartAsync(BlobOf(size), from, most, cancellationToken);

    private static BlobAddress BlobOf(long size) => new(StorageNames.StateContainer, NameOf(size));
}
