using System.Net;

namespace TrueCopy.Client;

/// <summary>Tiles of the log as the service publishes them.</summary>
internal sealed class RemoteTiles(ServiceConnection connection) : ITileReader
{
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
    {
        if (await FindAsync(tile, cancellationToken) is { } bytes)
            return bytes;

        // A partial tile may be gone once it has filled; its hashes begin the full one.
        var full = tile.IsPartial ? await FindAsync(tile with { Width = TileId.FullWidth }, cancellationToken) : null;
        return full is { } all && all.Length == TileId.FullWidth * MerkleHash.Size
            ? all[..(tile.Width * MerkleHash.Size)]
            : throw new TileNotFoundException(tile);
    }

    private async Task<ReadOnlyMemory<byte>?> FindAsync(TileId tile, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.GetBytesAsync("tile", $"log/{tile.ToPath()}", cancellationToken);
        }
        catch (NoAnswerException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
