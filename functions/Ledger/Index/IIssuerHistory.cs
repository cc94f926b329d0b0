namespace TrueCopy.Ledger.Index;

/// <summary>How the registry described an issuer, as an entry of the log records it.</summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Issuer">The description; its <see cref="Issuer.Since"/> is the entry's time.</param>
public sealed record IssuerRecord(long LogIndex, Issuer Issuer);

/// <summary>Who was called what, and since when. Derived: the log itself can rebuild it.</summary>
public interface IIssuerHistory
{
    /// <summary>Every description of an issuer that the log holds, oldest first.</summary>
    Task<IReadOnlyList<IssuerRecord>> FindAsync(string issuer, CancellationToken cancellationToken);

    /// <summary>Adds a description; adding it again changes nothing.</summary>
    Task AddAsync(IssuerRecord record, CancellationToken cancellationToken);
}
