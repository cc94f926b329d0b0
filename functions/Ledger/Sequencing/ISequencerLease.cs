namespace TrueCopy.Ledger.Sequencing;

/// <summary>Keeps sequencers from getting in each other's way. Never needed for safety.</summary>
public interface ISequencerLease
{
    /// <summary>Takes the lease until the result is disposed, or returns null if another sequencer holds it.</summary>
    Task<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken);
}
