namespace TrueCopy.Ledger.Index;

/// <summary>
/// What each issuer has revoked, so that a manifest is checked against it with one query a thousand revocations instead
/// of one a line. Derived: the journal can rebuild it.
/// </summary>
public interface IRevocationIndex
{
    /// <summary>Every document that an issuer has revoked.</summary>
    Task<IReadOnlySet<Digest>> LoadAsync(string issuer, CancellationToken cancellationToken);

    /// <summary>Adds revoked documents; adding them again changes nothing.</summary>
    Task AddAsync(string issuer, IReadOnlyList<Digest> digests, CancellationToken cancellationToken);
}
