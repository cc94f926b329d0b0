using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>The public log as C2SP tlog-tiles serves it; the prefix is <c>/log</c>.</summary>
public sealed class LogEndpoints(LogStore log)
{
    /// <summary>The signed head of the log.</summary>
    /// <remarks>
    /// The text that the log's keys sign: origin, number of entries, root hash. Served as stored; whoever relies on it checks
    /// the signatures.
    /// </remarks>
    /// <response code="200">A C2SP tlog-checkpoint.</response>
    [Operation(Routes.Checkpoint, "getCheckpoint", "log", CacheControl = CacheControl.Moment, Failures = ["Unavailable"])]
    [Answers("text/plain")]
    public async Task<IResult> CheckpointAsync(CancellationToken cancellationToken)
    {
        var note = await log.ReadCheckpointAsync(cancellationToken)
            ?? throw new LogUnavailableException("The log has no checkpoint yet.");
        return new Response(note, "text/plain; charset=utf-8", CacheControl.Moment);
    }

    /// <summary>A tile of hashes, or a bundle of entries.</summary>
    /// <remarks>Exactly one spelling of each tile is found. A partial tile stays after it was filled up.</remarks>
    /// <param name="path" example="0/000.p/6">
    /// <c>&lt;L&gt;/&lt;N&gt;[.p/&lt;W&gt;]</c> or <c>entries/&lt;N&gt;[.p/&lt;W&gt;]</c>, as tlog-tiles spells it; its slashes are not escaped.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The tile or bundle. It never changes.</response>
    [Operation(Routes.Tile, "getTile", "log", CacheControl = CacheControl.Immutable, Failures = ["NoSuchTile", "ShareUsedUp", "Unavailable"])]
    [Answers("application/octet-stream")]
    public async Task<IResult> TileAsync(string path, CancellationToken cancellationToken)
    {
        if (!TileId.TryParse($"tile/{path}", out var tile))
            return Problem.NoSuchTile();
        try
        {
            return new Response(await log.ReadAsync(tile, cancellationToken), "application/octet-stream", CacheControl.Immutable);
        }
        catch (TileNotFoundException)
        {
            return Problem.NoSuchTile();
        }
    }
}
