namespace TrueCopy.Api;

/// <summary>
/// What one client address may ask for, so that one that asks without end leaves room for the others: a request costs one,
/// and each further digest that it names one more.
/// </summary>
public sealed record ClientShare
{
    /// <summary>The most at once, after a rest; at least the digests of one batch.</summary>
    public int Burst { get; init; } = 20_000;

    /// <summary>How much of it comes back in a second.</summary>
    public int PerSecond { get; init; } = 2_000;

    /// <summary>
    /// How many proxies stand before the server, each of which appends the address that it sees to <c>X-Forwarded-For</c>.
    /// The client's is that many from the end: what comes before it, a client can write itself. 0: the connection's address.
    /// </summary>
    public int Proxies { get; init; }
}
