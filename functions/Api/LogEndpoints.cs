using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>The public log as C2SP tlog-tiles serves it; the prefix is <c>/log</c>.</summary>
public sealed class LogEndpoints(LogStore log)
{
    /// <summary><c>GET /log/checkpoint</c>: the signed note.</summary>
    public async Task<IResult> CheckpointAsync(CancellationToken cancellationToken)
    {
        var note = await log.ReadCheckpointAsync(cancellationToken)
            ?? throw new LogUnavailableException("The log has no checkpoint yet.");
        return new BytesAnswer(note, "text/plain; charset=utf-8", CacheControl.Moment);
    }

    /// <summary><c>GET /log/tile/{path}</c>: a tile or an entry bundle, immutable.</summary>
    /// <param name="path">What follows <c>tile/</c>; only the one canonical spelling of each tile is found.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IResult> TileAsync(string path, CancellationToken cancellationToken)
    {
        if (!TileId.TryParse($"tile/{path}", out var tile))
            return Problem.NoSuchTile();
        try
        {
            return new BytesAnswer(await log.ReadAsync(tile, cancellationToken), "application/octet-stream", CacheControl.Immutable);
        }
        catch (TileNotFoundException)
        {
            return Problem.NoSuchTile();
        }
    }
}
