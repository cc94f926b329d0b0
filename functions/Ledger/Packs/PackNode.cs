using System.Buffers;
using System.Buffers.Binary;

namespace TrueCopy.Ledger.Packs;

/// <summary>Where a node of the status tree is stored; the default is that of a node of nothing but zeros, which is stored nowhere.</summary>
/// <param name="Pack">Which pack: the size of the log after the batch that wrote it.</param>
/// <param name="Offset">Where in the pack it begins.</param>
/// <param name="Length">How many bytes it has; 0 for a node of zeros.</param>
public readonly record struct PackRef(long Pack, int Offset, int Length)
{
    /// <summary>Whether it is of a node of nothing but zeros.</summary>
    public bool IsZero => Length == 0;
}

/// <summary>A node below another.</summary>
public struct PackChild
{
    /// <summary>Where it is stored; of one that is new, known when its pack is written.</summary>
    public PackRef At { get; set; }

    /// <summary>The root over its pages; only where there are as many as it can have, since that of another depends on how many there are.</summary>
    public MerkleHash? Hash { get; set; }

    /// <summary>The node, if its pack is not written yet.</summary>
    public PackNode? New { get; set; }

    /// <summary>Whether it is all zero.</summary>
    public readonly bool IsZero => At.IsZero && New is null;
}

/// <summary>
/// A node of the stored status tree, 256 wide: of the lowest level 256 pages, of the others 256 nodes of the level below. Zeros
/// are left out. It never changes once its pack is written.
/// </summary>
/// <remarks>
/// In bytes: the level, how many children it has (2 bytes), and each by number (1 byte): a page, or pack, offset and length (8, 4
/// and 4 bytes), whether there is a hash (1 byte), and the hash.
/// </remarks>
public sealed class PackNode
{
    /// <summary>Number of children.</summary>
    public const int Width = 256;

    /// <summary>The logarithm of that.</summary>
    public const int Height = 8;

    /// <summary>Levels of a tree, whatever its size: enough for 2^39 entries.</summary>
    public const int Levels = 4;

    private const int HeaderLength = 1 + sizeof(ushort);
    private const int PageLength = 1 + StatusPage.Length;
    private const int ChildLength = 1 + sizeof(long) + sizeof(int) + sizeof(int) + 1 + MerkleHash.Size;

    private readonly ReadOnlyMemory<byte>[] _pages;
    private readonly PackChild[] _children;
    private MerkleHash[]? _whole;

    /// <summary>A node of nothing but zeros.</summary>
    public PackNode(int level)
    {
        Level = level;
        (_pages, _children) = level == 0 ? (new ReadOnlyMemory<byte>[Width], Array.Empty<PackChild>()) : ([], new PackChild[Width]);
    }

    private PackNode(PackNode other)
    {
        Level = other.Level;
        (_pages, _children) = ([.. other._pages], [.. other._children]);
    }

    /// <summary>0 for a node of pages.</summary>
    public int Level { get; }

    /// <summary>How much memory it takes, about, with its hashes.</summary>
    public int Footprint => (Width * (2 * MerkleHash.Size)) + (Level == 0 ? Width * 16 : Width * 72) + Length;

    /// <summary>Length in bytes.</summary>
    public int Length => HeaderLength + (Level == 0 ? _pages.Count(page => !page.IsEmpty) * PageLength : _children.Count(child => !child.IsZero) * ChildLength);

    /// <summary>Whether it is all zero.</summary>
    public bool IsZero => _pages.All(page => page.IsEmpty) && _children.All(child => child.IsZero);

    /// <summary>A page of a node of pages.</summary>
    public ReadOnlyMemory<byte> Page(int number) => _pages[number] is { IsEmpty: false } page ? page : StatusPage.Zero;

    /// <summary>A node below this one.</summary>
    public PackChild Child(int number) => _children[number];

    /// <summary>The same with other pages.</summary>
    public PackNode With(IEnumerable<KeyValuePair<int, ReadOnlyMemory<byte>>> pages)
    {
        var copy = new PackNode(this);
        foreach (var (number, page) in pages)
            copy._pages[number] = StatusPage.IsZero(page.Span) ? default : page;
        return copy;
    }

    /// <summary>The same with other nodes below.</summary>
    public PackNode With(IEnumerable<KeyValuePair<int, PackChild>> children)
    {
        var copy = new PackNode(this);
        foreach (var (number, child) in children)
            copy._children[number] = child;
        return copy;
    }

    /// <summary>The root over the pages of this node if there are as many as it can have.</summary>
    /// <exception cref="LogFormatException">A hash is not stored that has to be.</exception>
    public MerkleHash WholeRoot => Whole[^1];

    // One layer after the other, so that the hashes of a path are read at once.
    private MerkleHash[] Whole => _whole ??= [.. Hashes(Width, null).SelectMany(layer => layer)];

    /// <summary>The hashes of this node, from those of its children to its root (RFC 9162).</summary>
    /// <param name="count">How many children there are.</param>
    /// <param name="last">The root over the last of them, which may have fewer pages than it can; null to go by the stored one.</param>
    /// <exception cref="LogFormatException">A hash is not stored that has to be.</exception>
    public MerkleHash[][] Hashes(int count, MerkleHash? last)
    {
        var leaves = new MerkleHash[count];
        for (var i = 0; i < count; i++)
            leaves[i] = i == count - 1 && last is { } root ? root : HashOf(i);
        return HashesOver(leaves, Level * Height);
    }

    /// <summary>The hashes over <paramref name="leaves"/>, each of which is the root of 2^<paramref name="height"/> pages but perhaps the last.</summary>
    public static MerkleHash[][] HashesOver(MerkleHash[] leaves, int height)
    {
        var layers = new List<MerkleHash[]> { leaves };
        for (; layers[^1].Length > 1; height++)
        {
            var (below, zero) = (layers[^1], StatusHasher.Zero(height));
            var layer = new MerkleHash[(below.Length + 1) / 2];
            for (var i = 0; i < below.Length / 2; i++)
            {
                var (left, right) = (below[2 * i], below[(2 * i) + 1]);
                layer[i] = left == zero && right == zero ? StatusHasher.Zero(height + 1) : TreeHasher.Node(left, right);
            }

            // The last of an odd number goes up as it is, which makes the tree that RFC 9162 splits at powers of two.
            if (below.Length % 2 == 1)
                layer[^1] = below[^1];
            layers.Add(layer);
        }

        return [.. layers];
    }

    /// <summary>Copies the siblings of a child on its way to the node's root, if there are as many pages as it can have.</summary>
    /// <returns>How many: <see cref="Height"/>.</returns>
    /// <exception cref="LogFormatException">A hash is not stored that has to be.</exception>
    public int CopyWholePath(int number, Span<MerkleHash> path)
    {
        var whole = Whole;
        for (var layer = 0; layer < Height; layer++)
            path[layer] = whole[(2 * Width) - ((2 * Width) >> layer) + ((number >> layer) ^ 1)];
        return Height;
    }

    /// <summary>Copies the siblings of a child on its way to the node's root.</summary>
    /// <returns>How many.</returns>
    public static int CopyPath(MerkleHash[][] hashes, int number, Span<MerkleHash> path)
    {
        var count = 0;
        for (var layer = 0; layer < hashes.Length - 1; layer++, number >>= 1)
        {
            if ((number ^ 1) < hashes[layer].Length)
                path[count++] = hashes[layer][number ^ 1];
        }

        return count;
    }

    /// <summary>Adds the nodes that are new, from the top: this one and those below it.</summary>
    internal void AddNew(SortedDictionary<(int Depth, long Number), PackNode> nodes, long number)
    {
        nodes.Add((-Level, number), this);
        for (var i = 0; i < _children.Length; i++)
            _children[i].New?.AddNew(nodes, (number * Width) + i);
    }

    /// <summary>Notes where the nodes below are, now that their pack is laid out.</summary>
    internal void Place(Dictionary<PackNode, PackRef> places)
    {
        foreach (ref var child in _children.AsSpan())
        {
            if (child.New is { } node)
                child = child with { At = places[node], New = null };
        }
    }

    /// <summary>Writes it.</summary>
    internal void Write(IBufferWriter<byte> output)
    {
        var bytes = output.GetSpan(Length);
        var count = Level == 0 ? _pages.Count(page => !page.IsEmpty) : _children.Count(child => !child.IsZero);
        bytes[0] = (byte)Level;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[1..], (ushort)count);
        var rest = bytes[HeaderLength..];
        for (var i = 0; i < _pages.Length; i++)
        {
            if (_pages[i].IsEmpty)
                continue;
            rest[0] = (byte)i;
            _pages[i].Span.CopyTo(rest[1..]);
            rest = rest[PageLength..];
        }

        for (var i = 0; i < _children.Length; i++)
        {
            if (_children[i].IsZero)
                continue;
            rest[0] = (byte)i;
            Write(rest[1..], _children[i].At);
            rest[ChildLength - MerkleHash.Size - 1] = _children[i].Hash is null ? (byte)0 : (byte)1;
            _children[i].Hash.GetValueOrDefault().Bytes.CopyTo(rest[(ChildLength - MerkleHash.Size)..]);
            rest = rest[ChildLength..];
        }

        output.Advance(Length);
    }

    /// <summary>Writes where a node is.</summary>
    internal static void Write(Span<byte> output, PackRef at)
    {
        BinaryPrimitives.WriteInt64BigEndian(output, at.Pack);
        BinaryPrimitives.WriteInt32BigEndian(output[sizeof(long)..], at.Offset);
        BinaryPrimitives.WriteInt32BigEndian(output[(sizeof(long) + sizeof(int))..], at.Length);
    }

    /// <summary>Reads where a node is.</summary>
    internal static PackRef ReadRef(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64BigEndian(bytes),
        BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(long)..]),
        BinaryPrimitives.ReadInt32BigEndian(bytes[(sizeof(long) + sizeof(int))..]));

    /// <summary>Reads a node that begins with these bytes.</summary>
    /// <returns>The node; null if they end before it does.</returns>
    /// <exception cref="LogFormatException">They are not the bytes of one.</exception>
    internal static PackNode? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
            return null;
        var (level, count) = (bytes.Span[0], BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[1..]));
        if (level >= Levels || count is 0 or > Width)
            throw new LogFormatException("status pack: a node is malformed");
        var width = level == 0 ? PageLength : ChildLength;
        if (bytes.Length < HeaderLength + (count * width))
            return null;
        var node = new PackNode(level);
        var before = -1;
        for (var rest = bytes.Slice(HeaderLength, count * width); !rest.IsEmpty; rest = rest[width..])
        {
            var number = rest.Span[0];
            if (number <= before)
                throw new LogFormatException("status pack: the children of a node are not in order");
            before = number;
            if (level == 0)
                node._pages[number] = rest.Slice(1, StatusPage.Length);
            else
                node._children[number] = ReadChild(rest.Span[1..width]);
        }

        return node;
    }

    private static PackChild ReadChild(ReadOnlySpan<byte> bytes)
    {
        var at = ReadRef(bytes);
        return !at.IsZero && at is { Pack: > 0, Offset: > 0, Length: > 0 }
            ? new PackChild { At = at, Hash = bytes[^(MerkleHash.Size + 1)] == 1 ? new MerkleHash(bytes[^MerkleHash.Size..]) : null }
            : throw new LogFormatException("status pack: a node below another is nowhere");
    }

    private MerkleHash HashOf(int number)
    {
        if (Level == 0)
            return _pages[number].IsEmpty ? StatusHasher.Zero(0) : StatusHasher.Page(_pages[number].Span);
        return _children[number].IsZero ? StatusHasher.Zero(Level * Height)
            : _children[number].Hash ?? throw new LogFormatException("status pack: a node that has all its pages has no hash");
    }
}
