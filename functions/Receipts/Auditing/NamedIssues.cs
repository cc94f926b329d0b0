namespace TrueCopy.Receipts.Auditing;

/// <summary>Looks at the issue entries that others name, each proven to be in the tree that is signed: a log may serve other bytes than it did before.</summary>
/// <param name="log">The log.</param>
/// <param name="checkpoint">The checkpoint, its signatures verified.</param>
internal sealed class NamedIssues(ITileReader log, Checkpoint checkpoint)
{
    private readonly TreeReader _tree = new(new LastTiles(log), checkpoint.Size);

    /// <summary>Looks at all of them, each bundle once.</summary>
    /// <returns>What is not an issue entry, or not one of whom it has to be.</returns>
    public async Task<IReadOnlyList<LogFault>> CheckAsync(IReadOnlyList<NamedEntry> named, CancellationToken cancellationToken)
    {
        var faults = new List<LogFault>();
        foreach (var bundle in named.GroupBy(issue => issue.Target / TileId.FullWidth).OrderBy(bundle => bundle.Key))
        {
            if (faults.Count >= TreeAudit.MaxFaults)
                break;
            var id = TileId.At(TileId.EntriesLevel, bundle.Key, checkpoint.Size);
            try
            {
                var entries = EntryBundle.Parse(await log.ReadAsync(id, cancellationToken), id.Width);
                foreach (var targets in bundle.GroupBy(issue => issue.Target))
                    await CheckAsync(id, entries[(int)(targets.Key % TileId.FullWidth)], targets.Key, targets, faults, cancellationToken);
            }
            catch (TileNotFoundException exception)
            {
                faults.Add(new LogFault(exception.Tile, "it is missing"));
            }
            catch (LogFormatException exception)
            {
                faults.Add(new LogFault(id, exception.Message));
            }
        }

        return faults;
    }

    private async Task CheckAsync(TileId id, ReadOnlyMemory<byte> entry, long index, IEnumerable<NamedEntry> named, List<LogFault> faults, CancellationToken cancellationToken)
    {
        var path = await _tree.InclusionProofAsync(index, cancellationToken);
        if (!ProofVerifier.Includes(TreeHasher.Leaf(entry.Span), index, checkpoint.Size, path, checkpoint.Root))
        {
            faults.Add(new LogFault(id, $"entry {index} is not the one that is signed"));
            return;
        }

        var read = Entry.Parse(entry.Span);
        faults.AddRange(named.Select(issue => (issue.Index, Rule: issue.Breach(read))).Where(breach => breach.Rule is not null).Select(breach =>
            new LogFault(TileId.At(TileId.EntriesLevel, breach.Index / TileId.FullWidth, checkpoint.Size), $"entry {breach.Index}: {breach.Rule}")));
    }

    /// <summary>Keeps the tile of leaves that was read last, and all above: entries are looked at in order.</summary>
    private sealed class LastTiles(ITileReader log) : IHashTileSource
    {
        private readonly UncachedTiles _tiles = new(log);
        private readonly Dictionary<TileId, HashTile> _above = [];
        private (TileId Id, HashTile? Tile) _last;

        public async ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken)
        {
            if (_last.Tile is not null && _last.Id == tile)
                return _last.Tile;
            if (_above.TryGetValue(tile, out var known))
                return known;
            var read = await _tiles.GetAsync(tile, cancellationToken);
            if (tile.Level == 0)
                _last = (tile, read);
            else
                _above[tile] = read;
            return read;
        }
    }
}
