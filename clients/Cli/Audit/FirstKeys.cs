using System.Text.Json;
using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;

namespace TrueCopy.Cli.Audit;

/// <summary>
/// The keys that a log gives itself in its first entry, for an auditor who was given none: no better than its first word.
/// A partial bundle may be asked for only under a checkpoint that was verified (tlog-tiles, "Partial Tiles"), so a log that
/// has no full one is asked for it under the keys that its service hands out.
/// </summary>
internal static class FirstKeys
{
    private static readonly TileId First = new(TileId.EntriesLevel, 0, TileId.FullWidth);

    public static async Task<IReadOnlyList<string>> ReadAsync(HttpLog log, CancellationToken cancellationToken)
    {
        try
        {
            var bundle = await BundleAsync(log, cancellationToken);
            var entry = Entry.Parse(EntryBundle.Parse(await log.ReadAsync(bundle, cancellationToken), bundle.Width)[0].Span);
            return entry.Keys is { Count: > 0 } keys ? keys : throw new LogFormatException("entry 0 names no keys");
        }
        catch (Exception exception) when (exception is LogFormatException or TileNotFoundException or JsonException)
        {
            throw new CommandException(ExitCode.NotVerified, $"The log does not say which keys sign for it ({exception.Message}). Give one with --key.", exception);
        }
    }

    private static async Task<TileId> BundleAsync(HttpLog log, CancellationToken cancellationToken)
    {
        if (await log.FindServedKeysAsync(cancellationToken) is not { } served)
            return First;
        var keys = ForeignJson.Read(served.Span, AnswerJson.Instance.KeysDocument);
        var checkpoint = SignedCheckpoint.Open(await log.ReadCheckpointAsync(cancellationToken), keys.Origin, [.. keys.VerifierKeys.Select(NoteVerifier.Parse)]);
        return checkpoint.Size > 0 ? TileId.At(TileId.EntriesLevel, 0, checkpoint.Size) : throw new LogFormatException("the log is empty");
    }
}
