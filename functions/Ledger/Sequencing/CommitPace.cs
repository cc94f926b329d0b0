namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// When to commit: at once while few acts come, as long as that leaves a commit an interval on average; an interval after the last
/// while many do, so that they share signatures and tiles, and somewhat less after a quiet while.
/// </summary>
/// <remarks>One instance a process, used by one drain at a time.</remarks>
public sealed class CommitPace(SequencerOptions options, TimeProvider time)
{
    // Of an interval, while more than half of the commits are left that may follow each other.
    private const double Shorter = 0.75;

    // They do not come evenly: after what should make a tile it is as often as not a few too few.
    private const int MoreThanATile = TileId.FullWidth * 9 / 8;

    // In an interval.
    private const int MostLooks = 8;

    private readonly Queue<(long At, int Acts)> _recent = new();
    private double _tokens = options.CommitsAtOnce;
    private long? _committedAt;
    private long? _takenAt;

    /// <summary>Notes that what the next commit is to hold has been taken: an interval counts from then, so that it does not grow by the time that a batch takes.</summary>
    public void Taken() => _takenAt = time.GetTimestamp();

    /// <summary>How long acts that are at hand are to wait for others; nothing or less for not at all.</summary>
    public TimeSpan WaitOf(int acts)
    {
        if (_committedAt is not { } committedAt)
            return TimeSpan.Zero;
        var now = time.GetTimestamp();
        var since = time.GetElapsedTime(committedAt, now);
        while (_recent.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At, now) >= options.CommitInterval)
            _recent.Dequeue();
        var tokens = TokensAfter(since);
        return tokens >= 1 && acts + _recent.Sum(commit => commit.Acts) < options.FewActs ? TimeSpan.Zero
            : (options.CommitInterval * (2 * tokens > options.CommitsAtOnce ? Shorter : 1)) - since;
    }

    /// <summary>In how long acts that are at hand will have become a tile's worth and somewhat more, if they go on coming as they did since the last were taken.</summary>
    public TimeSpan FullIn(int acts)
    {
        var shortest = options.CommitInterval / MostLooks;
        if (_takenAt is not { } takenAt || acts < 1)
            return shortest;
        var full = time.GetElapsedTime(takenAt) * ((MoreThanATile - acts) / (double)acts);
        return full > shortest ? full : shortest;
    }

    /// <summary>Notes a commit.</summary>
    public void Committed(int acts)
    {
        var now = _takenAt ?? time.GetTimestamp();
        if (_committedAt is { } before)
            _tokens = TokensAfter(time.GetElapsedTime(before, now));
        _tokens = Math.Max(0, _tokens - 1);
        _committedAt = now;
        if (options.CommitInterval > TimeSpan.Zero)
            _recent.Enqueue((now, acts));
    }

    private double TokensAfter(TimeSpan since) =>
        options.CommitInterval > TimeSpan.Zero ? Math.Min(options.CommitsAtOnce, _tokens + (since / options.CommitInterval)) : options.CommitsAtOnce;
}
