namespace TrueCopy.Ledger.Answering;

/// <summary>How patient the service is with the places where it answers.</summary>
public sealed record AnswerOptions
{
    /// <summary>How long the sequencer waits for the answers of a batch before it goes on without them.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the process that finished a batch tries to answer it; what is left is tried one by one.</summary>
    public TimeSpan AtOnce { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long somebody else answers a batch whose process died; longer than <see cref="AtOnce"/>.</summary>
    public TimeSpan HeadStart { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one delivery of a message tries; less than a function may run.</summary>
    public TimeSpan PerDelivery { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>After so many tries an answer is kept as a dead letter: about two hours after the first.</summary>
    public int MaxTries { get; init; } = 20;

    /// <summary>The wait before the second try; each doubles it.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two tries.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long to wait after so many tries.</summary>
    public TimeSpan DelayAfter(int tries) =>
        TimeSpan.FromTicks((long)Math.Min(MaxDelay.Ticks, FirstDelay.Ticks * Math.Pow(2, tries - 1)));
}
