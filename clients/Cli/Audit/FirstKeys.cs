using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Auditing;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;

namespace TrueCopy.Cli.Audit;

/// <summary>The keys that a log gives itself in its first entry, for an auditor who was given none: no better than its first word.</summary>
internal static class FirstKeys
{
    public static async Task<IReadOnlyList<string>> ReadAsync(IPublicLog log, CancellationToken cancellationToken)
    {
        try
        {
            var checkpoint = Checkpoint.Parse(SignedNote.Parse((await log.ReadCheckpointAsync(cancellationToken)).Span).Text);
            var bundle = TileId.At(TileId.EntriesLevel, 0, checkpoint.Size);
            if (bundle.Width < 1)
                throw new LogFormatException("the log is empty");
            var entry = Entry.Parse(EntryBundle.Parse(await log.ReadAsync(bundle, cancellationToken), bundle.Width)[0].Span);
            return entry.Keys is { Count: > 0 } keys ? keys : throw new LogFormatException("entry 0 names no keys");
        }
        catch (Exception exception) when (exception is LogFormatException or TileNotFoundException)
        {
            throw new CommandException(ExitCode.NotVerified, $"The log does not say which keys sign for it ({exception.Message}). Give one with --key.", exception);
        }
    }
}
