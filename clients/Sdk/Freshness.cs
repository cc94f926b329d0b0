using System.Globalization;

namespace TrueCopy.Client;

/// <summary>
/// Whether an answer is of now, rather than one of before that is shown again. The log signs no time, so this rests on the
/// service's word for the time, held to this clock, and on what this client has seen of the log. A proof from others that
/// a checkpoint is recent, such as a witness's cosignature, which has a time, would be asked for here.
/// </summary>
public sealed class Freshness
{
    /// <summary>By how much the service's clock may differ from this one.</summary>
    public static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>How long instances of the service, and caches before them, may show a smaller log after a larger one was seen.</summary>
    public static readonly TimeSpan Lag = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private Checkpoint? _largest;
    private long _seenAt;

    internal Freshness(TimeProvider time, TrustedLog? known)
    {
        _time = time;
        if (known is null)
            return;

        // A clock that was set back since tells nothing of how long ago that was.
        var ago = time.GetUtcNow() - known.SeenAt;
        _largest = known.Checkpoint.Checkpoint;
        _seenAt = time.GetTimestamp() - TicksOf(ago < TimeSpan.Zero || ago > Lag ? Lag : ago);
    }

    /// <summary>Holds the time that a service states to this clock.</summary>
    /// <param name="checkedAt">When the service says that it answered.</param>
    /// <param name="now">Time by this client's clock.</param>
    /// <exception cref="ReceiptException">They differ by more than <see cref="MaxClockDifference"/>.</exception>
    public static void Check(DateTimeOffset checkedAt, DateTimeOffset now)
    {
        if ((checkedAt - now).Duration() > MaxClockDifference)
        {
            throw new ReceiptException(
                ReceiptFault.Time,
                string.Create(CultureInfo.InvariantCulture, $"The clocks differ: the answer was made at {checkedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, and it is {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z here. Either one of them is wrong, or it is an answer of before that is shown again."));
        }
    }

    /// <summary>Holds a checkpoint, its signatures verified, to the largest that was seen.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="asked">Timestamp of the question that it answers.</param>
    /// <exception cref="LogChangedException">It is smaller, and the larger one was seen long enough before the question; or it is another of the same size.</exception>
    internal void Admit(Checkpoint checkpoint, long asked)
    {
        lock (_lock)
        {
            if (_largest is null || checkpoint.Size > _largest.Size)
                (_largest, _seenAt) = (checkpoint, _time.GetTimestamp());
            else if (checkpoint.Size < _largest.Size && _time.GetElapsedTime(_seenAt, asked) >= Lag)
                throw new LogChangedException(LogChange.Rollback, string.Create(CultureInfo.InvariantCulture, $"The log that it shows has {checkpoint.Size} entries, and had {_largest.Size} when it was seen here before. An answer of before is shown again, or what was done since is hidden: a revocation, for one."));
            else if (checkpoint.Size == _largest.Size && checkpoint.Root != _largest.Root)
                throw new LogChangedException(LogChange.History, string.Create(CultureInfo.InvariantCulture, $"It shows two different logs of {checkpoint.Size} entries: history was rewritten."));
        }
    }

    private long TicksOf(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
