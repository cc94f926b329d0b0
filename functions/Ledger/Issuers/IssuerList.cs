namespace TrueCopy.Ledger.Issuers;

/// <summary>Every issuer, for whoever asks: the registry is listed once for all of them, and at most once in <see cref="Lifetime"/>.</summary>
/// <remarks>One instance a process. The watch on the registry asks the registry itself.</remarks>
public sealed class IssuerList
{
    /// <summary>How old the list may be.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly SharedRead<IReadOnlyList<Issuer>> _reading;
    private Cached? _cached;

    /// <summary>Lists a registry.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="time">The clock by which the list ages.</param>
    public IssuerList(IssuerRegistry registry, TimeProvider time)
    {
        _time = time;
        _reading = new SharedRead<IReadOnlyList<Issuer>>(async cancellationToken =>
        {
            // Whoever looked before the last reading ended and asks after it finds what that one read.
            if (Fresh is { } fresh)
                return fresh;
            var readAt = time.GetTimestamp();
            var issuers = await registry.ListAsync(cancellationToken);
            Volatile.Write(ref _cached, new Cached(issuers, readAt));
            return issuers;
        });
    }

    /// <summary>The issuers, in no order.</summary>
    public async ValueTask<IReadOnlyList<Issuer>> GetAsync(CancellationToken cancellationToken) =>
        Fresh ?? (await _reading.GetAsync(cancellationToken)).Value;

    private IReadOnlyList<Issuer>? Fresh =>
        Volatile.Read(ref _cached) is { } cached && _time.GetElapsedTime(cached.ReadAt) < Lifetime ? cached.Issuers : null;

    private sealed record Cached(IReadOnlyList<Issuer> Issuers, long ReadAt);
}
