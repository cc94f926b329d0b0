namespace TrueCopy.Ledger.Issuers;

/// <summary>What an issuer's own domain said when it was asked.</summary>
/// <param name="Domain">The domain, as the registry stated it; null where it stated none any more.</param>
/// <param name="Word">What it said.</param>
/// <param name="At">When it was asked.</param>
public sealed record DomainOutcome(string? Domain, DomainWord Word, DateTimeOffset At)
{
    /// <summary>Whether <paramref name="other"/> is the same word of the same domain, whenever it was asked.</summary>
    public bool SaysSameAs(DomainOutcome other) => (Domain, Word) == (other.Domain, other.Word);

    /// <summary>The entry that records it of an issuer.</summary>
    public Entry ToEntry(string issuer) => new()
    {
        Version = Entry.FormatVersion,
        Kind = ActKind.Domain,
        At = At,
        Issuer = issuer,
        Domain = Domain,
        Outcome = Word,
    };
}

/// <summary>What each issuer's domain said last, for whoever answers: the log's records are read once for all of them, and at most once in <see cref="Lifetime"/>.</summary>
/// <remarks>One instance a process.</remarks>
public sealed class DomainStandings
{
    /// <summary>How old it may be.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly SharedRead<IReadOnlyDictionary<string, DomainRecord>> _reading;
    private Cached? _cached;

    /// <summary>Reads a history.</summary>
    /// <param name="history">The history.</param>
    /// <param name="time">The clock by which what was read ages.</param>
    public DomainStandings(DomainHistory history, TimeProvider time)
    {
        _time = time;
        _reading = new SharedRead<IReadOnlyDictionary<string, DomainRecord>>(async cancellationToken =>
        {
            var readAt = time.GetTimestamp();
            var latest = await history.LatestAsync(cancellationToken);
            Volatile.Write(ref _cached, new Cached(latest, readAt));
            return latest;
        });
    }

    /// <summary>What an issuer's domain said last; null where the log records nothing of it.</summary>
    public async ValueTask<DomainRecord?> FindAsync(string issuer, CancellationToken cancellationToken)
    {
        var latest = Volatile.Read(ref _cached) is { } cached && _time.GetElapsedTime(cached.ReadAt) < Lifetime
            ? cached.Latest
            : (await _reading.GetAsync(cancellationToken)).Value;
        return latest.GetValueOrDefault(issuer);
    }

    private sealed record Cached(IReadOnlyDictionary<string, DomainRecord> Latest, long ReadAt);
}
