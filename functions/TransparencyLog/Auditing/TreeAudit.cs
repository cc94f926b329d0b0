namespace TrueCopy.TransparencyLog.Auditing;

/// <summary>What an audit is told as it goes on.</summary>
public interface IAuditVisitor
{
    /// <summary>Sees every entry in log order, its leaf hash checked; the entries of the last, partial bundle again in the next audit.</summary>
    /// <returns>A rule that the entry breaks; null if none.</returns>
    string? Visit(long index, ReadOnlyMemory<byte> entry);

    /// <summary>Sees each longer prefix that has no fault so far. The signed root is compared at the end only.</summary>
    Task ReachedAsync(AuditedPrefix prefix, CancellationToken cancellationToken);
}

/// <summary>What came of it.</summary>
/// <param name="Prefix">What was audited: the whole bundles of the checkpoint's tree, if there is no fault.</param>
/// <param name="Faults">What does not go together; empty if the log is what its checkpoint signs.</param>
/// <param name="Entries">How many entries were hashed this time.</param>
public sealed record TreeAuditResult(AuditedPrefix Prefix, IReadOnlyList<LogFault> Faults, long Entries);

/// <summary>
/// Recomputes a log from its entries: every bundle against the leaves of its tile, every tile against those below, and
/// the root against the signed one. Reads each resource once, several at a time, in memory that does not grow with the log.
/// </summary>
/// <param name="log">The log; what it throws besides missing and malformed tiles ends the audit.</param>
/// <param name="parallelism">How many bundles are fetched at a time, each with its tile.</param>
public sealed class TreeAudit(ITileReader log, int parallelism)
{
    /// <summary>After so many faults the rest is not looked at.</summary>
    public const int MaxFaults = 100;

    /// <summary>Audits what a checkpoint has beyond <paramref name="from"/>.</summary>
    public async Task<TreeAuditResult> RunAsync(AuditedPrefix from, Checkpoint checkpoint, IAuditVisitor visitor, CancellationToken cancellationToken)
    {
        var walk = new Walk(log, checkpoint, visitor, from);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<Task<Leaves>>();
        try
        {
            var next = from.Size / TileId.FullWidth;
            var bundles = (checkpoint.Size / TileId.FullWidth) + (checkpoint.Size % TileId.FullWidth == 0 ? 0 : 1);
            while (walk.GoesOn)
            {
                for (; next < bundles && ahead.Count < parallelism; next++)
                    ahead.Enqueue(Leaves.ReadAsync(log, next, checkpoint.Size, stop.Token));
                if (!ahead.TryDequeue(out var leaves))
                    return await walk.EndAsync(stop.Token);
                await walk.AddAsync(await leaves, stop.Token);
            }

            return walk.Result();
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(ahead)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Walk(ITileReader log, Checkpoint checkpoint, IAuditVisitor visitor, AuditedPrefix from)
    {
        private readonly UncachedTiles _tiles = new(log);
        private readonly List<LogFault> _faults = [];
        private AuditedPrefix _prefix = from;
        private IReadOnlyList<MerkleHash> _rest = [];
        private long _entries;
        private bool _hasGap;

        public bool GoesOn => !_hasGap && _faults.Count < MaxFaults;

        public TreeAuditResult Result() => new(_prefix, _faults, _entries);

        public async Task AddAsync(Leaves leaves, CancellationToken cancellationToken)
        {
            _faults.AddRange(leaves.Faults);
            foreach (var (offset, entry) in leaves.Entries.Index())
            {
                if (visitor.Visit(leaves.Start + offset, entry) is { } rule)
                    _faults.Add(new LogFault(leaves.Bundle, $"entry {leaves.Start + offset}: {rule}"));
            }

            _entries += leaves.Entries.Count;
            if (leaves.Hashes is not { } hashes)
            {
                _hasGap = true;
                return;
            }

            var subtrees = Subtrees(hashes);
            if (hashes.Length < TileId.FullWidth)
            {
                _rest = subtrees;
                return;
            }

            _prefix = _prefix.Append(subtrees[0], out var grown);
            foreach (var (node, hash) in grown.Where(item => item.Node.Level % TileId.Height == 0 && item.Node.Level > TileId.Height))
                await CheckFullTileAsync((node.Level / TileId.Height) - 1, node.Index, hash, cancellationToken);
            if (_faults.Count == 0)
                await visitor.ReachedAsync(_prefix, cancellationToken);
        }

        public async Task<TreeAuditResult> EndAsync(CancellationToken cancellationToken)
        {
            for (var level = 1; TileId.CountAt(level, checkpoint.Size) is > 0 and var count; level++)
            {
                if (count % TileId.FullWidth != 0)
                    await CheckPartialTileAsync(level, count, cancellationToken);
            }

            if (_prefix.Root(_rest) != checkpoint.Root)
                _faults.Add(new LogFault(null, "the entries that are served do not hash to the root that is signed"));
            return Result();
        }

        private async Task CheckFullTileAsync(int level, long index, MerkleHash expected, CancellationToken cancellationToken)
        {
            if (await ReadAsync(new TileId(level, index, TileId.FullWidth), cancellationToken) is { } tile && Subtrees([.. tile.Hashes])[0] != expected)
                _faults.Add(new LogFault(new TileId(level, index, TileId.FullWidth), "it does not hold the hashes of the tiles below it"));
        }

        private async Task CheckPartialTileAsync(int level, long count, CancellationToken cancellationToken)
        {
            var id = TileId.At(level, count / TileId.FullWidth, checkpoint.Size);
            if (await ReadAsync(id, cancellationToken) is not { } tile)
                return;
            var nodes = new TreeRange(count - id.Width, count).PerfectSubtrees();
            if (nodes.Any(node => tile[node] != _prefix[(level * TileId.Height) + node.Level]))
                _faults.Add(new LogFault(id, "it does not hold the hashes of the tiles below it"));
        }

        private async Task<HashTile?> ReadAsync(TileId id, CancellationToken cancellationToken)
        {
            try
            {
                return await _tiles.GetAsync(id, cancellationToken);
            }
            catch (Exception exception) when (Leaves.FaultOf(id, exception) is { } fault)
            {
                _faults.Add(fault);
                return null;
            }
        }

        // Roots of the perfect subtrees over some leaves, the largest first.
        private static List<MerkleHash> Subtrees(MerkleHash[] leaves)
        {
            var roots = new List<MerkleHash>();
            foreach (var node in new TreeRange(0, leaves.Length).PerfectSubtrees())
            {
                var level = leaves[(int)(node.Index << node.Level)..(int)((node.Index + 1) << node.Level)];
                for (; level.Length > 1; level = [.. level.Chunk(2).Select(pair => TreeHasher.Node(pair[0], pair[1]))])
                {
                }

                roots.Add(level[0]);
            }

            return roots;
        }
    }
}

/// <summary>A log as any outsider can fetch it (C2SP tlog-tiles); everything that it says may be a lie.</summary>
public interface IPublicLog : ITileReader
{
    /// <summary>The published checkpoint's note.</summary>
    /// <exception cref="LogFormatException">What is served in its place cannot be one.</exception>
    Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellationToken);
}

/// <summary>Something that a log serves does not go with the rest of it.</summary>
/// <param name="Tile">Where; null where it is not about one tile or bundle.</param>
/// <param name="Rule">The rule that is broken.</param>
public sealed record LogFault(TileId? Tile, string Rule)
{
    /// <inheritdoc/>
    public override string ToString() => Tile is { } tile ? $"{tile}: {Rule}" : Rule;
}
