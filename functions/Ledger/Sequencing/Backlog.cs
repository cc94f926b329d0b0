namespace TrueCopy.Ledger.Sequencing;

/// <summary>What waits.</summary>
/// <param name="StagedFor">How long the oldest staged upload that nobody works on has waited; zero if there is none.</param>
/// <param name="StandingFor">For how much of that time no batch was finished.</param>
/// <param name="Answers">About how many messages the queue of answers has, those that wait for their next try among them.</param>
public sealed record WaitingWork(TimeSpan StagedFor, TimeSpan StandingFor, long Answers)
{
    /// <summary>After this long with uploads that wait and no finished batch, the log stands still.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>More messages than this are a backlog of answers: what one batch a second leaves in its minute's head start.</summary>
    public const int ManyAnswers = 100;

    /// <summary>How long a committed batch has waited to be published; zero if none does, or if nobody looked.</summary>
    public TimeSpan UnpublishedFor { get; init; }

    /// <summary>Whether the log stands still.</summary>
    public bool StandsStill => StandingFor > Patience || UnpublishedFor > Patience;
}

/// <summary>Looks at what waits: between intake and log, and between log and issuers.</summary>
/// <remarks>One instance a process.</remarks>
public sealed class Backlog(StagedActs staged, PendingAnswers answers, LogState state, HeadCheck heads, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);
    private readonly SemaphoreSlim _looking = new(1, 1);
    private (WaitingWork Work, long At)? _last;

    /// <summary>Looks, unless somebody did a moment ago: health checks come as often as they like. Looks at the head as well.</summary>
    /// <exception cref="LogFormatException">The head was set back, lost or replaced: what waits will wait until it is brought back.</exception>
    public async Task<WaitingWork> ReadRecentAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            if (_last is not { } last || time.GetElapsedTime(last.At) >= Lifetime)
            {
                var (head, finished, _) = await heads.LoadAsync(cancellationToken);
                var isUnfinished = head is not null && finished < HeadCheck.SizeOf(head.Head);
                var unpublished = isUnfinished ? await ReadUnpublishedAsync(cancellationToken) : TimeSpan.Zero;
                _last = last = (await ReadAsync(cancellationToken) with { UnpublishedFor = unpublished }, time.GetTimestamp());
            }

            return last.Work;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>How long ago the last batch was committed, for one that is not finished.</summary>
    public async Task<TimeSpan> ReadUnpublishedAsync(CancellationToken cancellationToken) =>
        await state.CommittedAtAsync(cancellationToken) is { } at && at < time.GetUtcNow() ? time.GetUtcNow() - at : TimeSpan.Zero;

    /// <summary>Looks now.</summary>
    public async Task<WaitingWork> ReadAsync(CancellationToken cancellationToken)
    {
        var oldest = await staged.OldestAsync(cancellationToken);
        var finished = await state.FinishedAtAsync(cancellationToken);
        var waiting = await answers.CountAsync(cancellationToken);
        var now = time.GetUtcNow();
        var stagedFor = oldest is { } since && since < now ? now - since : TimeSpan.Zero;
        var quietFor = finished is { } at ? now - at : TimeSpan.MaxValue;
        return new WaitingWork(stagedFor, stagedFor < quietFor ? stagedFor : quietFor, waiting);
    }

    /// <inheritdoc/>
    public void Dispose() => _looking.Dispose();
}
