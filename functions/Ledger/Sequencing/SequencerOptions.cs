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
    /// The least time from one commit to the next while more than a few acts come, so that they share signatures and tiles, and on
    /// average in any case. A batch that fills a tile does not wait.
    /// </summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a process that found another sequencing leaves it alone before it asks for the lease again, which is one blob for
    /// all; what it staged meanwhile the other takes, or it itself then.
    /// </summary>
    public TimeSpan LeaseRest { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>So many acts in an interval are no longer few: they wait for each other.</summary>
    public int FewActs { get; init; } = 10;

    /// <summary>How many commits follow each other without waiting; each interval allows one more.</summary>
    public int CommitsAtOnce { get; init; } = 10;
}
