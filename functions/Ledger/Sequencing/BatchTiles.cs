namespace TrueCopy.Ledger.Sequencing;

/// <summary>The tiles of a log with a batch that may not be published yet: the batch's own from memory, older ones from the log.</summary>
internal sealed class BatchTiles(IReadOnlyList<TileContent> batch, IHashTileSource others) : IHashTileSource
{
    private readonly Dictionary<TileId, HashTile> _batch = batch
        .Where(tile => !tile.Id.IsEntries)
        .ToDictionary(tile => tile.Id, tile => tile.Hashes ?? HashTile.Parse(tile.Id, tile.Bytes.Span));

    public ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken) =>
        _batch.TryGetValue(tile, out var found) ? new(found) : others.GetAsync(tile, cancellationToken);
}
