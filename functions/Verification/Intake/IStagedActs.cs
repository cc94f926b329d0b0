using TrueCopy.Verification.Acts;

namespace TrueCopy.Verification.Intake;


/// <summary>The acts of one blob on their way from intake to the sequencer.</summary>
/// <param name="Id">The queue's id of the message.</param>
/// <param name="Handle">What the queue asks for to delete this delivery.</param>
/// <param name="DeliveryCount">1 on first delivery; more if an earlier holder did not finish.</param>
/// <param name="Acts">What to put into the log; at least one.</param>
public sealed record StagedMessage(string Id, string Handle, long DeliveryCount, IReadOnlyList<Act> Acts);

/// <summary>The queue between intake and sequencer: at least once, in any order.</summary>
public interface IStagedActs
{
    /// <summary>Stages the acts of one blob; they survive from here on.</summary>
    Task AddAsync(IReadOnlyList<Act> acts, CancellationToken cancellationToken);

    /// <summary>Takes messages; they come back by themselves if they are not deleted. Empty when none is visible.</summary>
    Task<IReadOnlyList<StagedMessage>> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>Whether a message is visible now.</summary>
    Task<bool> AnyAsync(CancellationToken cancellationToken);

    /// <summary>Removes a message whose acts are published; does nothing if it is gone or was delivered again since.</summary>
    Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken);

    /// <summary>Puts a message back at once; does nothing if it is gone or was delivered again since.</summary>
    Task ReleaseAsync(StagedMessage message, CancellationToken cancellationToken);
}
