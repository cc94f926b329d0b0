namespace TrueCopy.Verification.Sequencing;

/// <summary>How patient the sequencer is.</summary>
public sealed record SequencerOptions
{
    /// <summary>How long an act waits for its document, which may be on its way, before it is refused.</summary>
    public TimeSpan DocumentWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a waiting act stays out of sight before it is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(20);
}
