using System.Buffers;

namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>A tile or entry bundle and its bytes.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Bytes">Its exact content, a function of the committed tree alone.</param>
public readonly record struct TileContent(TileId Id, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The tile as <see cref="HashTile.Parse"/> would read it, where whoever made it has it at hand; else null.</summary>
    public HashTile? Hashes { get; init; }
}

/// <summary>
/// The growing end of a log: the partial tiles and the partial entry bundle, which are all that appending needs.
/// Appending costs one leaf hash and, amortised, one node hash; the nodes on the way up are the ones that tiles store.
/// </summary>
public sealed class RightEdge
{
    // _frontier[h] is the root of the perfect subtree of height h that ends at the edge; valid where bit h of Size is set.
    private readonly MerkleHash[] _frontier = new MerkleHash[64];

    // Buffers only grow at their end and are replaced when they are full, so a bundle is handed out without a copy.
    private readonly ArrayBufferWriter<MerkleHash>[] _partial = new ArrayBufferWriter<MerkleHash>[TileId.Levels];
    private readonly List<TileContent> _filled = [];
    private readonly bool[] _touched = new bool[TileId.Levels];
    private ArrayBufferWriter<byte> _bundle = new();

    /// <summary>The edge of the empty log.</summary>
    public RightEdge()
    {
        for (var level = 0; level < TileId.Levels; level++)
            _partial[level] = new ArrayBufferWriter<MerkleHash>();
    }

    /// <summary>Number of entries.</summary>
    public long Size { get; private set; }

    /// <summary>The root over all entries so far; costs at most one node hash a bit of <see cref="Size"/>.</summary>
    public MerkleHash Root()
    {
        MerkleHash? root = null;
        for (var height = 0; height < 64 && Size >> height != 0; height++)
        {
            if (((Size >> height) & 1) == 1)
                root = root is { } right ? TreeHasher.Node(_frontier[height], right) : _frontier[height];
        }

        return root ?? TreeHasher.EmptyRoot;
    }

    /// <summary>Reads the edge of a log of <paramref name="size"/> entries: one partial tile a level and one partial bundle, at most.</summary>
    /// <exception cref="TileNotFoundException">The log lacks a tile that its size asks for.</exception>
    /// <exception cref="LogFormatException">A tile or the bundle is malformed, or they disagree.</exception>
    public static async Task<RightEdge> LoadAsync(ITileReader reader, long size, CancellationToken cancellationToken)
    {
        var edge = new RightEdge { Size = size };
        for (var level = 0; level < TileId.Levels && TileId.CountAt(level, size) != 0; level++)
        {
            var count = TileId.CountAt(level, size);
            if (count % TileId.FullWidth == 0)
                continue;

            var id = TileId.At(level, count / TileId.FullWidth, size);
            var tile = HashTile.Parse(id, (await reader.ReadAsync(id, cancellationToken)).Span);
            edge._partial[level].Write(tile.Hashes);
            for (var rest = new TreeRange(count - (count % TileId.FullWidth), count); TreeRange.TryTakeLast(ref rest, out var node);)
                edge._frontier[(level * TileId.Height) + node.Level] = tile[node];
        }

        if (size % TileId.FullWidth != 0)
            await edge.LoadBundleAsync(reader, cancellationToken);
        return edge;
    }

    /// <summary>A copy that can be appended to and thrown away without touching this one.</summary>
    public RightEdge Clone()
    {
        var copy = new RightEdge { Size = Size, _bundle = Copy(_bundle) };
        _frontier.CopyTo(copy._frontier, 0);
        for (var level = 0; level < TileId.Levels; level++)
            copy._partial[level] = Copy(_partial[level]);
        return copy;
    }

    /// <summary>Appends one entry, at index <see cref="Size"/>.</summary>
    public void Append(ReadOnlySpan<byte> entry) => Append(entry, TreeHasher.Leaf(entry));

    /// <summary>Appends entries, the first at index <see cref="Size"/>. What fills a tile is taken as it is, and costs next to nothing.</summary>
    public void Append(HashedEntries entries)
    {
        if (entries.Tile is { } tile && Size % TileId.FullWidth == 0)
        {
            var index = Size / TileId.FullWidth;
            _filled.Add(new TileContent(new TileId(0, index, TileId.FullWidth), MerkleHash.AsBytes(entries.Leaves).ToArray()) { Hashes = tile });
            var root = tile.Root;
            AddToTile(1, root);
            Climb(TileId.Height, root);
            Size += TileId.FullWidth;
            _filled.Add(new TileContent(new TileId(TileId.EntriesLevel, index, TileId.FullWidth), entries.Bundle));
            return;
        }

        for (var i = 0; i < entries.Entries.Count; i++)
            Append(entries.Entries[i].Span, entries.Leaves[i]);
    }

    private void Append(ReadOnlySpan<byte> entry, in MerkleHash leaf)
    {
        EntryBundle.Append(_bundle, entry);
        AddToTile(0, leaf);
        Climb(0, leaf);
        Size++;
        if (Size % TileId.FullWidth == 0)
        {
            _filled.Add(new TileContent(new TileId(TileId.EntriesLevel, (Size / TileId.FullWidth) - 1, TileId.FullWidth), _bundle.WrittenMemory));
            _bundle = new ArrayBufferWriter<byte>(_bundle.WrittenCount + (_bundle.WrittenCount / 16));
        }
    }

    // From a new perfect subtree of a height upwards.
    private void Climb(int height, MerkleHash hash)
    {
        for (; ((Size >> height) & 1) == 1; height++)
        {
            hash = TreeHasher.Node(_frontier[height], hash);
            if ((height + 1) % TileId.Height == 0)
                AddToTile((height + 1) / TileId.Height, hash);
        }

        _frontier[height] = hash;
    }

    /// <summary>Every tile and bundle that changed since the last call (or since load): those filled, then the partial ones of the present size.</summary>
    public IReadOnlyList<TileContent> TakeTiles()
    {
        var tiles = new List<TileContent>(_filled);
        _filled.Clear();
        if (_touched[0] && Size % TileId.FullWidth != 0)
            tiles.Add(new TileContent(TileId.At(TileId.EntriesLevel, Size / TileId.FullWidth, Size), _bundle.WrittenMemory));
        for (var level = 0; level < TileId.Levels; level++)
        {
            if (_touched[level] && _partial[level].WrittenCount > 0)
                tiles.Add(Content(level, TileId.CountAt(level, Size) / TileId.FullWidth));
            _touched[level] = false;
        }

        return tiles;
    }

    private void AddToTile(int level, MerkleHash hash)
    {
        _touched[level] = true;
        _partial[level].Write([hash]);
        if (_partial[level].WrittenCount < TileId.FullWidth)
            return;

        _filled.Add(Content(level, TileId.CountAt(level, Size) / TileId.FullWidth));
        _partial[level] = new ArrayBufferWriter<MerkleHash>(TileId.FullWidth);
    }

    private TileContent Content(int level, long index)
    {
        var hashes = _partial[level].WrittenSpan;
        return new TileContent(new TileId(level, index, hashes.Length), MerkleHash.AsBytes(hashes).ToArray());
    }

    // With room for what is about to be appended.
    private static ArrayBufferWriter<T> Copy<T>(ArrayBufferWriter<T> buffer)
    {
        if (buffer.WrittenCount == 0)
            return new ArrayBufferWriter<T>();
        var copy = new ArrayBufferWriter<T>(Math.Max(buffer.Capacity, buffer.WrittenCount + (buffer.WrittenCount / 4)));
        copy.Write(buffer.WrittenSpan);
        return copy;
    }

    private async Task LoadBundleAsync(ITileReader reader, CancellationToken cancellationToken)
    {
        var id = TileId.At(TileId.EntriesLevel, Size / TileId.FullWidth, Size);
        var bundle = await reader.ReadAsync(id, cancellationToken);
        var entries = EntryBundle.Parse(bundle, id.Width);
        for (var i = 0; i < entries.Count; i++)
        {
            if (TreeHasher.Leaf(entries[i].Span) != _partial[0].WrittenSpan[i])
                throw new LogFormatException($"{id}: entry {i} does not hash to its leaf");
        }

        _bundle.Write(bundle.Span);
    }
}
