namespace TrueCopy.Ledger.Witnessing;

/// <summary>How patient the log is with its witnesses.</summary>
public sealed record WitnessingOptions
{
    /// <summary>The longest that one request may take: one that was not asked for a while may have to start first.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest that all of them may take, one that is asked a second time among them.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long those whose signatures are not needed may take longer than those who make up the quorum: about what lies between
    /// two witnesses of different regions, and little beside what a batch takes.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a witness that failed is left alone; twice as long after each further failure, up to <see cref="MaxRest"/>.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that one is left alone: less than a minute, so that the timer of each minute asks it.</summary>
    public TimeSpan MaxRest { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How old the published cosignatures become before they are asked for again, though the log has not grown.</summary>
    public TimeSpan RefreshAfter { get; init; } = TimeSpan.FromMinutes(15);
}
