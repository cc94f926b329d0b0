namespace TrueCopy.Ledger.Issuers;

/// <summary>An institution that owns one blob container; its identity is that container.</summary>
/// <param name="Id">The container's name without <c>issuer-</c>.</param>
/// <param name="LegalName">Registered name, as a reader should see it.</param>
/// <param name="Jurisdiction">ISO 3166 code, such as <c>HK</c> or <c>CN-GD</c>.</param>
/// <param name="Domain">The institution's own domain name, if it gave one.</param>
/// <param name="Retention">What becomes of uploaded documents.</param>
/// <param name="Algorithms">Digests to compute: SHA-256 first, then those that the registry adds.</param>
public sealed record Issuer(
    string Id,
    string LegalName,
    string Jurisdiction,
    string? Domain,
    Retention Retention,
    IReadOnlyList<DigestAlgorithm> Algorithms)
{
    /// <summary>Since when the registry says this: the container's last-modified time. Tells a newer description from an older.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Registered names by language, if it gave any.</summary>
    public LegalNames? LegalNames { get; init; }

    /// <summary>The container that this issuer owns.</summary>
    public string Container => IssuerContainer.Prefix + Id;

    /// <summary>Whether <paramref name="other"/> says the same of the same institution, whenever it was said.</summary>
    public bool Describes(Issuer other) =>
        (Id, LegalName, LegalNames, Jurisdiction, Domain, Retention) == (other.Id, other.LegalName, other.LegalNames, other.Jurisdiction, other.Domain, other.Retention)
        && Algorithms.SequenceEqual(other.Algorithms);

    /// <summary>The entry that says how the registry describes the issuer from <paramref name="since"/> on.</summary>
    public Entry ToEntry(DateTimeOffset since) => new()
    {
        Version = Entry.FormatVersion,
        Kind = ActKind.Issuer,
        At = since,
        Issuer = Id,
        LegalName = LegalName,
        LegalNames = LegalNames,
        Jurisdiction = Jurisdiction,
        Domain = Domain,
        Retention = Retention,
        Algorithms = [.. Algorithms.Select(algorithm => algorithm.Name)],
    };
}

/// <summary>A container is not an issuer's; the message says which rule of the registry it breaks.</summary>
public sealed class NotAnIssuerException(string message) : Exception(message);
