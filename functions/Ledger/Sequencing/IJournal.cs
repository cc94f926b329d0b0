namespace TrueCopy.Ledger.Sequencing;

/// <summary>Committed and candidate batches, by name. The source of truth.</summary>
public interface IJournal
{
    /// <summary>Writes a batch. The name is unique to its content, so writing it again changes nothing.</summary>
    Task WriteAsync(string name, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken);

    /// <summary>Reads a batch that a head names.</summary>
    /// <exception cref="TransparencyLog.LogFormatException">The batch is missing.</exception>
    Task<ReadOnlyMemory<byte>> ReadAsync(string name, CancellationToken cancellationToken);
}
