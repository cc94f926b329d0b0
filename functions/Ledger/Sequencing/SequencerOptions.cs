namespace TrueCopy.Ledger.Sequencing;

/// <summary>How patient the sequencer is.</summary>
public sealed record SequencerOptions
{
    /// <summary>How long an act waits for its document, which may be on its way, before it is refused.</summary>
    public TimeSpan DocumentWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After so many failures by itself a staged upload is kept as a dead letter.</summary>
    public int MaxTries { get; init; } = 10;

    /// <summary>How long a waiting act stays out of sight before it is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The least time from one commit to the next, so that a trickle of acts shares signatures and tiles. An act that
    /// comes after a pause does not wait, nor does a batch that fills a tile.
    /// </summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(1);
}
