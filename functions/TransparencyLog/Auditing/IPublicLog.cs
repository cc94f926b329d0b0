namespace TrueCopy.TransparencyLog.Auditing;

/// <summary>A log as any outsider can fetch it (C2SP tlog-tiles); everything that it says may be a lie.</summary>
public interface IPublicLog : ITileReader
{
    /// <summary>The published checkpoint's note.</summary>
    /// <exception cref="LogFormatException">What is served in its place cannot be one.</exception>
    Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellationToken);
}
