namespace TrueCopy.Ledger.Answering;

/// <summary>What became of a message of the queue of answers.</summary>
public enum AnswerOutcome
{
    /// <summary>What it owes is written, queued answer by answer, or kept as dead letters.</summary>
    Handled,

    /// <summary>It is none of this queue's, or its body is gone: a bug of ours, which no retry mends.</summary>
    Unreadable,
}

/// <summary>Writes what is owed when a message of the queue of answers is delivered.</summary>
public sealed class AnswerHandler(
    PendingAnswers pending,
    AnswerWriter writer,
    AnswerAttempts attempts,
    AnswerOptions options)
{
    /// <summary>Handles a message.</summary>
    /// <param name="message">What it says, not base64.</param>
    /// <param name="cancellationToken">Gives up; the message is then delivered again.</param>
    public async Task<AnswerOutcome> HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        PendingAnswer owed;
        try
        {
            owed = await pending.ReadAsync(message, cancellationToken);
        }
        catch (LogFormatException)
        {
            return AnswerOutcome.Unreadable;
        }

        await attempts.TryAllAsync(await writer.SplitAsync(owed, cancellationToken), options.PerDelivery, cancellationToken);
        return AnswerOutcome.Handled;
    }
}
