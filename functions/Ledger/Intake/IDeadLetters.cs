namespace TrueCopy.Ledger.Intake;

/// <summary>Where messages end that nobody could handle: kept for those who operate the service, not for issuers.</summary>
public interface IDeadLetters
{
    /// <summary>Keeps a message. Keeping the same one again changes nothing.</summary>
    /// <param name="queue">The queue that it came from.</param>
    /// <param name="id">The queue's id of the message.</param>
    /// <param name="body">What it said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task KeepAsync(string queue, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}
