using System.Collections.Immutable;
using System.Numerics;

namespace TrueCopy.Receipts.Standing;

/// <summary>
/// The status of the first <see cref="Size"/> entries of a log. Only pages that are not all zero take room and work, and a
/// hash is computed again only where something below it changed.
/// </summary>
public sealed class StatusTree
{
    // Of subtrees that are not all zero, up to _height; what lies below a dirty page is out of date.
    private readonly Dictionary<Subtree, MerkleHash> _nodes = [];
    private readonly HashSet<long> _dirty = [];
    private int _height;

    /// <summary>The tree of no entries.</summary>
    public StatusTree()
    {
    }

    /// <summary>A tree of given pages.</summary>
    /// <param name="size">Number of entries.</param>
    /// <param name="pages">The pages that are not all zero, by number.</param>
    /// <exception cref="LogFormatException">There is a page, or a code, beyond the last entry.</exception>
    public StatusTree(long size, IEnumerable<KeyValuePair<long, ReadOnlyMemory<byte>>> pages)
    {
        Grow(size);
        Pages = pages.Where(page => IsWritten(page.Key, page.Value.Span)).ToImmutableSortedDictionary();
        _dirty.UnionWith(Pages.Keys);
    }

    /// <summary>Number of entries.</summary>
    public long Size { get; private set; }

    /// <summary>The pages that are not all zero, by number.</summary>
    public ImmutableSortedDictionary<long, ReadOnlyMemory<byte>> Pages { get; private set; } = ImmutableSortedDictionary<long, ReadOnlyMemory<byte>>.Empty;

    /// <summary>The status of an entry.</summary>
    public EntryStatus this[long index]
    {
        get => StatusPage.Read(Page(StatusPage.NumberOf(Existing(index))).Span, index);
        set
        {
            var page = Page(StatusPage.NumberOf(Existing(index))).ToArray();
            StatusPage.Write(page, index, value);
            Replace(StatusPage.NumberOf(index), page);
        }
    }

    /// <summary>Takes in more entries, which stand.</summary>
    /// <param name="size">The new number of entries.</param>
    public void Grow(long size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, Size);
        Size = size;
    }

    /// <summary>A page; all zero beyond what was set.</summary>
    public ReadOnlyMemory<byte> Page(long number) => Pages.TryGetValue(number, out var page) ? page : StatusPage.Zero;

    /// <summary>Replaces a page.</summary>
    /// <exception cref="LogFormatException">It is beyond the last entry, or holds a code that is.</exception>
    public void SetPage(long number, ReadOnlySpan<byte> page)
    {
        _ = IsWritten(number, page);
        Replace(number, page.ToArray());
    }

    /// <summary>The root over all pages.</summary>
    public MerkleHash Root()
    {
        Settle();
        return StatusHasher.Root(new TreeRange(0, StatusPage.CountFor(Size)), Node);
    }

    /// <summary>The path of a page, from its sibling upwards.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such page.</exception>
    public IReadOnlyList<MerkleHash> Path(long number)
    {
        Settle();
        return [.. TreeRange.InclusionProof(number, StatusPage.CountFor(Size)).Select(range => StatusHasher.Root(range, Node))];
    }

    private long Existing(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Size);
        return index;
    }

    // Whether anything is written on a page that can be.
    private bool IsWritten(long number, ReadOnlySpan<byte> page)
    {
        if (page.Length != StatusPage.Length)
            throw new LogFormatException($"status: a page has {StatusPage.Length} bytes");
        if (number < 0 || number >= StatusPage.CountFor(Size))
            throw new LogFormatException("status: it has a page beyond the last entry");
        for (var index = Math.Max(Size, number * StatusPage.Codes); index < (number + 1) * StatusPage.Codes; index++)
        {
            if (StatusPage.Read(page, index) != EntryStatus.Stands)
                throw new LogFormatException("status: it says something of an entry beyond the last one");
        }

        return !StatusPage.IsZero(page);
    }

    private void Replace(long number, byte[] page)
    {
        Pages = StatusPage.IsZero(page) ? Pages.Remove(number) : Pages.SetItem(number, page);
        _dirty.Add(number);
    }

    private MerkleHash Node(Subtree subtree) => _nodes.TryGetValue(subtree, out var hash) ? hash : StatusHasher.Zero(subtree.Level);

    // Brings the hashes up to date, and up to the height of the whole tree.
    private void Settle()
    {
        var pages = StatusPage.CountFor(Size);
        var height = pages <= 1 ? 0 : BitOperations.Log2((ulong)(pages - 1)) + 1;
        HashSet<long> changed = [.. _dirty];
        _dirty.Clear();
        for (var level = 0; level <= height && (changed.Count > 0 || level <= _height); level++)
        {
            foreach (var index in changed)
                Update(new Subtree(level, index));
            var parents = changed.Select(index => index >> 1).ToHashSet();

            // What was the top so far has nothing above it yet.
            if (level >= _height && _nodes.ContainsKey(new Subtree(level, 0)))
                parents.Add(0);
            changed = parents;
        }

        _height = Math.Max(_height, height);
    }

    private void Update(Subtree subtree)
    {
        var (level, index) = subtree;
        MerkleHash? hash;
        if (level == 0)
        {
            hash = Pages.TryGetValue(index, out var page) ? StatusHasher.Page(page.Span) : null;
        }
        else
        {
            var (left, right) = (new Subtree(level - 1, 2 * index), new Subtree(level - 1, (2 * index) + 1));
            hash = _nodes.ContainsKey(left) || _nodes.ContainsKey(right) ? TreeHasher.Node(Node(left), Node(right)) : null;
        }

        if (hash is { } changed)
            _nodes[subtree] = changed;
        else
            _nodes.Remove(subtree);
    }
}
