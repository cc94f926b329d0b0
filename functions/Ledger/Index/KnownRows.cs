using Microsoft.Extensions.Caching.Memory;

namespace TrueCopy.Ledger.Index;

/// <summary>
/// Rows of the index that were read before, with what was read and proven of them. A row that is asked for again and says the
/// very same is not read again, and need not be held to the log again, which keeps what it has; one that says anything else is new.
/// </summary>
public sealed class KnownRows : IDisposable
{
    /// <summary>The most memory that rows take, in bytes: about 4,000 of one issue each.</summary>
    public const long MaxFootprint = 16 * 1024 * 1024;

    // What a row takes beside its text: the act, its entry, its path as far as that is final, what answers say of it, and what the cache
    // needs to know of it.
    private const int Overhead = 1280 + (TileId.Height * MerkleHash.Size) + 512;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxFootprint });

    /// <summary>How many there are.</summary>
    public int Count => _cache.Count;

    /// <summary>The act of a row.</summary>
    /// <exception cref="InvalidDataException">The row lacks a column.</exception>
    public IndexedAct Read(Digest digest, TableRow row)
    {
        if (_cache.TryGetValue(row.Key, out Known? known) && known!.Row == row)
            return known.Act;
        var act = ActIndex.ToAct(digest, row);
        _cache.Set(row.Key, new Known(row, act), new MemoryCacheEntryOptions { Size = FootprintOf(row) });
        return act;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    // The entry is kept as text, as bytes, and as what was read of it.
    private static long FootprintOf(TableRow row) =>
        Overhead + (2L * (row.Partition.Length + row.Key.Length + (row.Act?.Length ?? 0) + (row.Opening?.Length ?? 0))) + (4L * ((row.Entry?.Length ?? 0) + (row.Confidential?.Length ?? 0)));

    private sealed record Known(TableRow Row, IndexedAct Act);
}
