namespace TrueCopy.Ledger.Answering;

/// <summary>A message that was put into the queue of answers.</summary>
/// <param name="Id">The queue's id of it.</param>
/// <param name="Handle">What the queue asks for to change or remove it.</param>
/// <param name="Blob">Where its body is stored; null if it is in the message.</param>
public sealed record QueuedAnswer(string Id, string Handle, string? Blob);

/// <summary>
/// The queue of answers that issuers are owed: at least once, in any order. The host takes messages from it and hands each
/// to <see cref="AnswerHandler"/>.
/// </summary>
public interface IPendingAnswers
{
    /// <summary>Queues an answer; it survives from here on, and is handed out after <paramref name="delay"/>.</summary>
    Task<QueuedAnswer> AddAsync(PendingAnswer answer, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Has a message handed out at once; does nothing if it was already.</summary>
    Task ReleaseAsync(QueuedAnswer queued, CancellationToken cancellationToken);

    /// <summary>Removes a message whose answers are written, and its body; does nothing if it is gone, or was handed out meanwhile.</summary>
    Task RemoveAsync(QueuedAnswer queued, CancellationToken cancellationToken);

    /// <summary>Reads a message that was handed out.</summary>
    /// <exception cref="LogFormatException">It is none of this queue's, or its body is gone.</exception>
    Task<PendingAnswer> ReadAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>About how many messages there are, those that wait for their next try among them.</summary>
    Task<long> CountAsync(CancellationToken cancellationToken);
}
