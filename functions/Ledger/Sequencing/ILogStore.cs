namespace TrueCopy.Ledger.Sequencing;

/// <summary>The public log: tiles, entry bundles and the checkpoint, as anyone can fetch them.</summary>
public interface ILogStore : ITileReader
{
    /// <summary>Writes a tile or bundle. Its content is a function of the committed tree, so writing it again changes nothing.</summary>
    Task WriteAsync(TileContent tile, CancellationToken cancellationToken);

    /// <summary>The published checkpoint's note; null before the first.</summary>
    Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken);

    /// <summary>Publishes a checkpoint of <paramref name="size"/> entries unless one of that size or larger is out already.</summary>
    Task PublishCheckpointAsync(ReadOnlyMemory<byte> note, long size, CancellationToken cancellationToken);
}
