using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Verdicts;

/// <summary>The status under a checkpoint, read once for all who ask while that checkpoint is the newest.</summary>
/// <remarks>One instance a process.</remarks>
public sealed partial class StatusSource(PackStore packs, ITileReader log, IHashTileSource tiles, ILogger<StatusSource> logger)
{
    private Shown? _shown;

    /// <summary>The status under a checkpoint; null in a log of before status was kept.</summary>
    /// <exception cref="LogUnavailableException">It is not stored as the log commits to it.</exception>
    public async ValueTask<LogStatus?> GetAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var shown = Volatile.Read(ref _shown);
        if (shown is null || shown.Size != checkpoint.Size || shown.Root != checkpoint.Checkpoint.Root)
        {
            shown = new Shown(checkpoint.Size, checkpoint.Checkpoint.Root, new SharedRead<LogStatus?>(stop => ReadAsync(checkpoint, stop)));
            if (Volatile.Read(ref _shown) is not { } other || other.Size < shown.Size)
                Volatile.Write(ref _shown, shown);
        }

        if (shown.IsRead)
            return shown.Status;
        shown.Read((await shown.Reading.GetAsync(cancellationToken)).Value);
        return shown.Status;
    }

    private async Task<LogStatus?> ReadAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await LogStatus.FindAsync(packs, log, tiles, checkpoint, cancellationToken);
        }
        catch (LogFormatException exception)
        {
            LogMissing(logger, checkpoint.Size, exception);
            throw new LogUnavailableException("What is stored of the status is not what the log commits to.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing is answered under the checkpoint of {Size} entries: what is stored of the status is not what the log commits to. truecopy-admin doctor makes it again from the journal.")]
    private static partial void LogMissing(ILogger logger, long size, Exception exception);

    private sealed class Shown(long size, MerkleHash root, SharedRead<LogStatus?> reading)
    {
        private volatile bool _isRead;

        public long Size => size;

        public MerkleHash Root => root;

        public SharedRead<LogStatus?> Reading => reading;

        public bool IsRead => _isRead;

        public LogStatus? Status { get; private set; }

        public void Read(LogStatus? status) => (Status, _isRead) = (status, true);
    }
}
