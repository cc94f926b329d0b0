using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Reads the head, and refuses one that came back as it was earlier, or is lost: what would be committed after it would be a fork.
/// What was published tells, for it follows the commit.
/// </summary>
public sealed partial class HeadCheck(LogState state, LogStore log, Journal journal, SequencerMetrics metrics, ILogger<HeadCheck> logger)
{
    /// <summary>The head, null before genesis; how far publication had come before it was read; and the note that was published then.</summary>
    /// <exception cref="LogFormatException">More was published than the head commits to, or something else.</exception>
    public async Task<(StoredHead? Head, long Finished, ReadOnlyMemory<byte>? Published)> LoadAsync(CancellationToken cancellationToken)
    {
        // Both before the head: neither is ever ahead of a head that is read after it, whoever commits and publishes meanwhile.
        var published = await log.ReadCheckpointAsync(cancellationToken);
        var finished = await state.LoadFinishedAsync(cancellationToken);
        var head = await state.LoadHeadAsync(cancellationToken);
        if (head is null)
        {
            // Whoever looks at the journal later may see what another began meanwhile.
            if (published is null && finished == 0 && !await journal.HasBegunAsync(cancellationToken))
                return (null, 0, null);
            head = await state.LoadHeadAsync(cancellationToken) ?? throw Refuse("there is no head, though a log has begun here");
        }

        var committed = Stated(head.Head.Note);
        if (published is { } note && Stated(note) is var shown)
        {
            if (shown.Size > committed.Size)
                throw Refuse($"the published checkpoint has {shown.Size} entries, and the head only {committed.Size}: the head was set back");
            if (shown.Size == committed.Size && shown.Root != committed.Root)
                throw Refuse("the published checkpoint has another root than the head of the same size");
        }

        return finished <= committed.Size
            ? (head, finished, published)
            : throw Refuse($"{finished} entries are finished, and the head has only {committed.Size}: the head was set back");
    }

    /// <summary>Number of entries that a head commits to.</summary>
    /// <exception cref="LogFormatException">Its note is no checkpoint.</exception>
    internal static long SizeOf(Head head) => Stated(head.Note).Size;

    private static Checkpoint Stated(ReadOnlyMemory<byte> note) => Checkpoint.Parse(SignedNote.Parse(note.Span).Text);

    private LogFormatException Refuse(string why)
    {
        metrics.HeadRefused();
        LogRefused(logger, why);
        return new LogFormatException($"head: {why}. Nothing is signed, since it could fork the log; see docs/operations/recovery.md");
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The log stands still: {Why}. Nothing is signed, since it could fork the log, until the head is brought back: truecopy-admin doctor says from where.")]
    private static partial void LogRefused(ILogger logger, string why);
}
