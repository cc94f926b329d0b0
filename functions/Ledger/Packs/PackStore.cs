using System.Globalization;
using Microsoft.Extensions.Caching.Memory;

namespace TrueCopy.Ledger.Packs;

/// <summary>
/// Status packs, by the size of the log after their batch: write-once blobs that nobody but the service reads. Nodes are kept in
/// memory, up to a bound in bytes; they never change, so nothing expires.
/// </summary>
public sealed class PackStore(IBlobStore blobs) : IDisposable
{
    /// <summary>The most memory that kept nodes take, in bytes.</summary>
    public const long MaxFootprint = 32 * 1024 * 1024;

    /// <summary>How much of a pack is read to begin with: its root, and what one revocation in a log of millions changes.</summary>
    public const int BeginningLength = 32 * 1024;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxFootprint });

    /// <summary>A pack, or what there is of it in its first bytes; null if there is none.</summary>
    /// <exception cref="LogFormatException">What is there is none.</exception>
    public async Task<StatusPack?> FindAsync(long size, CancellationToken cancellationToken) =>
        await blobs.ReadPartAsync(BlobOf(size), 0, BeginningLength, cancellationToken) is { } beginning ? Keep(size, beginning) : null;

    /// <summary>All bytes of a pack; null if there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(long size, CancellationToken cancellationToken) => (await blobs.ReadAsync(BlobOf(size), cancellationToken))?.Content;

    /// <summary>Keeps the nodes of a pack in memory; one that is not committed may never be written.</summary>
    public StatusPack Keep(long size, ReadOnlyMemory<byte> bytes)
    {
        var pack = StatusPack.Parse(size, bytes);
        foreach (var (at, node) in pack.Nodes)
            _cache.Set(at, node, new MemoryCacheEntryOptions { Size = node.Footprint });
        return pack;
    }

    /// <summary>A node.</summary>
    /// <param name="at">Where it is.</param>
    /// <param name="hash">What it has to hash to; null where it is not known whether it has all its pages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogFormatException">It is not there, or another.</exception>
    public async ValueTask<PackNode> GetAsync(PackRef at, MerkleHash? hash, CancellationToken cancellationToken)
    {
        if (!_cache.TryGetValue(at, out PackNode? node) || node is null)
        {
            var bytes = await blobs.ReadPartAsync(BlobOf(at.Pack), at.Offset, at.Length, cancellationToken) ?? throw new LogFormatException($"status: the pack of {at.Pack} entries is missing");
            node = PackNode.TryRead(bytes) ?? throw new LogFormatException($"status: the pack of {at.Pack} entries is cut off");
            _cache.Set(at, node, new MemoryCacheEntryOptions { Size = node.Footprint });
        }

        return hash is null || node.WholeHashes()[^1][0] == hash ? node : throw new LogFormatException($"status: the pack of {at.Pack} entries has another node than the one above it says");
    }

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
    public void Dispose() => _cache.Dispose();

    private static BlobAddress BlobOf(long size) => new(StorageNames.StateContainer, StorageNames.StatusFolder + size.ToString("d19", CultureInfo.InvariantCulture));
}
