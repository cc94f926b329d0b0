using Microsoft.Extensions.Caching.Memory;

namespace TrueCopy.Ledger.Packs;

/// <summary>
/// Status packs, wherever they are read. Nodes are kept in memory, up to a bound in bytes; they never change, so nothing expires.
/// </summary>
public abstract class PackReader : IDisposable
{
    /// <summary>The most memory that kept nodes take, in bytes.</summary>
    public const long MaxFootprint = 32 * 1024 * 1024;

    /// <summary>How much of a pack is read to begin with: its root, and what one revocation in a log of millions changes.</summary>
    public const int BeginningLength = 32 * 1024;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxFootprint });

    /// <summary>A pack, or what there is of it in its first bytes; null if there is none.</summary>
    /// <param name="size">Size of the log after its batch.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogFormatException">What is there is none.</exception>
    public async Task<StatusPack?> FindAsync(long size, CancellationToken cancellationToken) =>
        await ReadPartAsync(size, 0, BeginningLength, cancellationToken) is { } beginning ? Keep(size, beginning) : null;

    /// <summary>Keeps the nodes of a pack in memory: of a batch that is committed, or it may never be stored.</summary>
    public StatusPack Keep(long size, ReadOnlyMemory<byte> bytes)
    {
        var pack = StatusPack.Parse(size, bytes);
        foreach (var (at, node) in pack.Nodes)
            Keep(at, node);
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
            var bytes = await ReadPartAsync(at.Pack, at.Offset, at.Length, cancellationToken) ?? throw new LogFormatException($"status: the pack of {at.Pack} entries is missing");
            node = PackNode.TryRead(bytes) ?? throw new LogFormatException($"status: the pack of {at.Pack} entries is cut off");
            Keep(at, node);
        }

        return hash is null || node.WholeRoot == hash ? node : throw new LogFormatException($"status: the pack of {at.Pack} entries has another node than the one above it says");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads a part of a pack; null if there is none.</summary>
    /// <param name="size">Size of the log after its batch.</param>
    /// <param name="from">Where the part begins.</param>
    /// <param name="most">How long it is at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    protected abstract Task<ReadOnlyMemory<byte>?> ReadPartAsync(long size, long from, int most, CancellationToken cancellationToken);

    private void Keep(PackRef at, PackNode node) => _cache.Set(at, node, new MemoryCacheEntryOptions { Size = node.Footprint });
}
