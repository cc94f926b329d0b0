namespace TrueCopy.Ledger.Packs;

/// <summary>
/// The status of the first entries of a log, as packs hold it: only what is asked for is read. Another status is made of it
/// without changing it, of which only what differs is stored.
/// </summary>
public sealed class PackedStatus
{
    private const int TopLevel = PackNode.Levels - 1;
    private readonly PackReader _packs;
    private readonly PackNode? _root;

    // Of each level the node that holds the last page, and its hashes, which depend on how many pages there are.
    private readonly PackNode?[] _edge;
    private readonly MerkleHash[][][] _hashes;

    // What the paths of neighbouring pages have in common, by the node that holds the pages: a place for each of as many as 16 million
    // entries have; of more entries, for the last that was asked for of those that have one.
    private const int MaxBranches = 512;
    private StatusBranch?[]? _branches;

    private PackedStatus(PackReader packs, long size, PackRef at, PackNode? root, PackNode?[] edge)
    {
        (_packs, Size, At, _root, _edge, _hashes) = (packs, size, at, root, edge, new MerkleHash[PackNode.Levels][][]);
        for (var level = 0; level <= TopLevel; level++)
        {
            MerkleHash? last = level == 0 ? null : _hashes[level - 1][^1][0];
            _hashes[level] = (edge[level] ?? new PackNode(level)).Hashes(NumberIn(level, LastPage) + 1, last);
        }
    }

    /// <summary>Number of entries.</summary>
    public long Size { get; }

    /// <summary>Where the root is stored; of a new status, known once <see cref="Pack"/> was called.</summary>
    public PackRef At { get; private set; }

    /// <summary>The root over all pages: what the status entry after these entries commits to.</summary>
    public MerkleHash Root => _hashes[TopLevel][^1][0];

    private long LastPage => StatusPage.CountFor(Size) - 1;

    /// <summary>The status of entries of which all stand.</summary>
    /// <param name="packs">Where what is made of it is read.</param>
    /// <param name="size">How many entries; at least one.</param>
    public static PackedStatus Empty(PackReader packs, long size) => new(packs, size, default, null, new PackNode?[PackNode.Levels]);

    /// <summary>Reads what has to be in memory: the node of each level that holds the last page.</summary>
    /// <param name="packs">Where nodes are read.</param>
    /// <param name="size">Number of entries; at least one.</param>
    /// <param name="root">Where the root is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogFormatException">A node is missing, or another.</exception>
    public static async Task<PackedStatus> LoadAsync(PackReader packs, long size, PackRef root, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var top = root.IsZero ? null : Require(await packs.GetAsync(root, null, cancellationToken), TopLevel);
        return new PackedStatus(packs, size, root, top, await FindEdgeAsync(packs, size, top, cancellationToken));
    }

    /// <summary>The page that an entry's code is in, with its path where that is kept.</summary>
    /// <exception cref="LogFormatException">A node is missing, or another.</exception>
    public async ValueTask<ProvenPage> FindAsync(long index, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Size);
        var page = StatusPage.NumberOf(index);
        var places = _branches ?? Interlocked.CompareExchange(ref _branches, new StatusBranch?[MaxBranches], null) ?? _branches;
        var branch = Volatile.Read(ref places[(page >> PackNode.Height) % MaxBranches]);
        if (branch?.Number != page >> PackNode.Height)
        {
            branch = await FindBranchAsync(page, cancellationToken);
            Volatile.Write(ref places[branch.Number % MaxBranches], branch);
        }

        return new ProvenPage(branch, NumberIn(0, page));
    }

    /// <summary>The pages that are not the same as in another status, by number; with none, those that are not all zero.</summary>
    /// <param name="packs">Where nodes are read.</param>
    /// <param name="now">Where the root is.</param>
    /// <param name="before">Where the other's root is; the default for one of nothing but zeros.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogFormatException">A node is missing, or another.</exception>
    public static async Task<IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>>>> DifferingAsync(PackReader packs, PackRef now, PackRef before, CancellationToken cancellationToken)
    {
        var pages = new List<KeyValuePair<long, ReadOnlyMemory<byte>>>();
        await CompareAsync(TopLevel, 0, new PackChild { At = now }, new PackChild { At = before });
        return pages;

        // What is stored at the same place is the same.
        async Task CompareAsync(int level, long number, PackChild left, PackChild right)
        {
            if (left.At == right.At)
                return;
            var one = left.IsZero ? null : Require(await packs.GetAsync(left.At, left.Hash, cancellationToken), level);
            var other = right.IsZero ? null : Require(await packs.GetAsync(right.At, right.Hash, cancellationToken), level);
            for (var i = 0; i < PackNode.Width; i++)
            {
                if (level > 0)
                    await CompareAsync(level - 1, (number * PackNode.Width) + i, one?.Child(i) ?? default, other?.Child(i) ?? default);
                else if ((one?.Page(i) ?? StatusPage.Zero) is var page && !page.Span.SequenceEqual((other?.Page(i) ?? StatusPage.Zero).Span))
                    pages.Add(new((number * PackNode.Width) + i, page));
            }
        }
    }

    /// <summary>The status after more entries. What it is stored as is made by <see cref="Pack"/>.</summary>
    /// <param name="changes">The codes that are no longer what they were, of entries old and new.</param>
    /// <param name="size">How many entries there are then.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogFormatException">A node is missing, or another.</exception>
    public async Task<PackedStatus> WithAsync(IReadOnlyDictionary<long, EntryStatus> changes, long size, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, Size);
        if (changes.Keys.Any(index => index < 0 || index >= size))
            throw new ArgumentOutOfRangeException(nameof(changes), "A change is of no entry.");
        var pages = new SortedDictionary<long, List<KeyValuePair<long, EntryStatus>>>();
        foreach (var change in changes)
        {
            if (!pages.TryGetValue(StatusPage.NumberOf(change.Key), out var page))
                pages.Add(StatusPage.NumberOf(change.Key), page = []);
            page.Add(change);
        }

        var root = await ChangeAsync(TopLevel, 0, _root, [.. pages], StatusPage.CountFor(size), cancellationToken);
        return new PackedStatus(_packs, size, ReferenceEquals(root, _root) ? At : default, root, await FindEdgeAsync(_packs, size, root, cancellationToken));
    }

    /// <summary>What is stored of a new status, beside what is stored already.</summary>
    /// <param name="entry">The exact bytes of the status entry that commits to <see cref="Root"/>, the next one after these entries.</param>
    public ReadOnlyMemory<byte> Pack(ReadOnlyMemory<byte> entry)
    {
        (var bytes, At) = StatusPack.Encode(Size + 1, entry, At, At.IsZero ? _root : null);
        return bytes;
    }

    private async ValueTask<StatusBranch> FindBranchAsync(long page, CancellationToken cancellationToken)
    {
        var nodes = new PackNode?[PackNode.Levels];
        nodes[TopLevel] = _root;
        for (var level = TopLevel; level > 0; level--)
            nodes[level - 1] = IsOnEdge(level - 1, page) ? _edge[level - 1] : await BelowAsync(_packs, nodes[level], NumberIn(level, page), cancellationToken);
        return new StatusBranch(page >> PackNode.Height, nodes[0], IsOnEdge(0, page) ? _hashes[0] : null, PathAbove(page, nodes));
    }

    // From the sibling of the lowest node upwards.
    private MerkleHash[] PathAbove(long page, PackNode?[] nodes)
    {
        Span<MerkleHash> path = stackalloc MerkleHash[TopLevel * PackNode.Height];
        var count = 0;
        for (var level = 1; level <= TopLevel; level++)
        {
            if (IsOnEdge(level, page))
                count += PackNode.CopyPath(_hashes[level], NumberIn(level, page), path[count..]);
            else if (nodes[level] is { } node)
                count += node.CopyWholePath(NumberIn(level, page), path[count..]);
            else
                count += StatusBranch.CopyZeros(level, path[count..]);
        }

        return path[..count].ToArray();
    }

    private static int NumberIn(int level, long page) => (int)(page >> (PackNode.Height * level)) & (PackNode.Width - 1);

    private bool IsOnEdge(int level, long page) => page >> (PackNode.Height * (level + 1)) == LastPage >> (PackNode.Height * (level + 1));

    private static PackNode Require(PackNode node, int level) => node.Level == level ? node : throw new LogFormatException("status pack: a node is of another level than the one above it says");

    private static async ValueTask<PackNode?> BelowAsync(PackReader packs, PackNode? node, int number, CancellationToken cancellationToken)
    {
        var child = node?.Child(number) ?? default;
        return child.IsZero ? null : Require(child.New ?? await packs.GetAsync(child.At, child.Hash, cancellationToken), node!.Level - 1);
    }

    private static async Task<PackNode?[]> FindEdgeAsync(PackReader packs, long size, PackNode? root, CancellationToken cancellationToken)
    {
        var last = StatusPage.CountFor(size) - 1;
        if (last >> (PackNode.Height * PackNode.Levels) != 0)
            throw new LogFormatException("status: the log has more entries than a status tree");
        var edge = new PackNode?[PackNode.Levels];
        edge[TopLevel] = root;
        for (var level = TopLevel; level > 0; level--)
            edge[level - 1] = await BelowAsync(packs, edge[level], NumberIn(level, last), cancellationToken);
        return edge;
    }

    /// <returns>The node with what changed; the same if nothing did, null if nothing but zeros is left.</returns>
    private async Task<PackNode?> ChangeAsync(
        int level,
        long number,
        PackNode? node,
        IReadOnlyList<KeyValuePair<long, List<KeyValuePair<long, EntryStatus>>>> changes,
        long count,
        CancellationToken cancellationToken)
    {
        var changed = level == 0
            ? ChangePages(node, changes)
            : await ChangeChildrenAsync(level, number, node, changes, count, cancellationToken);
        return changed is { IsZero: true } ? null : changed;
    }

    private static PackNode? ChangePages(PackNode? node, IReadOnlyList<KeyValuePair<long, List<KeyValuePair<long, EntryStatus>>>> changes)
    {
        var pages = new List<KeyValuePair<int, ReadOnlyMemory<byte>>>();
        foreach (var (page, codes) in changes)
        {
            var before = node?.Page(NumberIn(0, page)) ?? StatusPage.Zero;
            var after = before.ToArray();
            foreach (var (index, status) in codes)
                StatusPage.Write(after, index, status);
            if (!before.Span.SequenceEqual(after))
                pages.Add(new(NumberIn(0, page), after));
        }

        return pages.Count == 0 ? node : (node ?? new PackNode(0)).With(pages);
    }

    private async Task<PackNode?> ChangeChildrenAsync(
        int level,
        long number,
        PackNode? node,
        IReadOnlyList<KeyValuePair<long, List<KeyValuePair<long, EntryStatus>>>> changes,
        long count,
        CancellationToken cancellationToken)
    {
        var below = changes.GroupBy(change => NumberIn(level, change.Key)).ToDictionary(child => child.Key, child => child.ToArray());

        // What was the last node may have all its pages now, and then has a hash to be stored.
        if (node is not null && number == LastPage >> (PackNode.Height * (level + 1)))
            below.TryAdd(NumberIn(level, LastPage), []);
        var children = new List<KeyValuePair<int, PackChild>>();
        foreach (var (i, changesBelow) in below)
        {
            var before = node?.Child(i) ?? default;
            var child = (number * PackNode.Width) + i;
            var nodeBefore = await BelowAsync(_packs, node, i, cancellationToken);
            var nodeAfter = await ChangeAsync(level - 1, child, nodeBefore, changesBelow, count, cancellationToken);
            var isWhole = (child + 1) << (PackNode.Height * level) <= count;
            if (ReferenceEquals(nodeBefore, nodeAfter) && (nodeAfter is null || before.Hash is not null == isWhole))
                continue;
            MerkleHash? hash = isWhole && nodeAfter is not null ? nodeAfter.WholeRoot : null;
            children.Add(new(i, nodeAfter is null ? default : ReferenceEquals(nodeBefore, nodeAfter) ? before with { Hash = hash } : new PackChild { New = nodeAfter, Hash = hash }));
        }

        return children.Count == 0 ? node : (node ?? new PackNode(level)).With(children);
    }
}
