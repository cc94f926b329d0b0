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

    /// <summary>How long <see cref="PerSecond"/> takes to come back; another time than a second is for where none is to pass.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The header in which what stands before the server says which address it sees, whatever a client wrote there. Null: the
    /// connection's address counts.
    /// </summary>
    public string? AddressHeader { get; init; }
}
