namespace TrueCopy.Ledger.Storage;

/// <summary>What a message says.</summary>
/// <param name="Bytes">Decoded; where it is not base64, its text in UTF-8.</param>
/// <param name="IsText">Whether it is not base64, as everything is that the service and Event Grid write.</param>
public readonly record struct MessageBody(ReadOnlyMemory<byte> Bytes, bool IsText = false);

/// <summary>A message that was put into a queue.</summary>
/// <param name="Id">The queue's id of it.</param>
/// <param name="Handle">What the queue asks for to change or remove it.</param>
public sealed record SentMessage(string Id, string Handle);

/// <summary>A message as a queue delivers it.</summary>
/// <param name="Id">The queue's id of it.</param>
/// <param name="Handle">What the queue asks for to change or remove this delivery.</param>
/// <param name="Body">What it says.</param>
/// <param name="DeliveryCount">1 on first delivery.</param>
/// <param name="SentAt">When it was put there.</param>
public sealed record ReceivedMessage(string Id, string Handle, MessageBody Body, long DeliveryCount, DateTimeOffset SentAt);

/// <summary>
/// Queues, as storage has them: at least once, in any order; what was received comes back unless it is deleted. Each method
/// is one request; one whose answer is lost is sent again by the implementation.
/// </summary>
public interface IQueueStore
{
    /// <summary>The most messages of one <see cref="ReceiveAsync"/>.</summary>
    const int MaxReceived = 32;

    /// <summary>The longest body, in bytes: a message holds 64 KiB of base64.</summary>
    const int MaxBodyLength = 40 * 1024;

    /// <summary>Puts a message into a queue, where it stays until it is deleted; it is seen after <paramref name="delay"/>.</summary>
    Task<SentMessage> SendAsync(string queue, MessageBody body, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Takes messages; the others do not see them for a while.</summary>
    Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int most, TimeSpan invisible, CancellationToken cancellationToken);

    /// <summary>When the message at the front was put there; null if none is visible.</summary>
    Task<DateTimeOffset?> PeekAsync(string queue, CancellationToken cancellationToken);

    /// <summary>Deletes a message.</summary>
    /// <returns>False if it is gone, or was delivered to someone else since.</returns>
    Task<bool> TryDeleteAsync(string queue, string id, string handle, CancellationToken cancellationToken);

    /// <summary>Has a message seen after <paramref name="delay"/>.</summary>
    /// <returns>False if it is gone, or was delivered to someone else since.</returns>
    Task<bool> TryHideAsync(string queue, string id, string handle, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>About how many messages there are, visible or not.</summary>
    Task<long> CountAsync(string queue, CancellationToken cancellationToken);
}
