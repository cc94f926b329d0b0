namespace TrueCopy.Ledger.Index;

/// <summary>A document under an issuer's own name for it.</summary>
/// <param name="Issuer">The issuer's id.</param>
/// <param name="Reference">The issuer's name for the document.</param>
/// <param name="Digest">The document.</param>
public readonly record struct DocumentReference(string Issuer, string Reference, Digest Digest);

/// <summary>The documents of an issuer by its own references. Derived: the journal can rebuild it.</summary>
public interface IReferenceIndex
{
    /// <summary>The documents that an issuer issued under a reference, under every algorithm; empty if there is none.</summary>
    Task<IReadOnlyList<Digest>> FindAsync(string issuer, string reference, CancellationToken cancellationToken);

    /// <summary>Adds references; those that are there already stay.</summary>
    Task AddAsync(IReadOnlyList<DocumentReference> references, CancellationToken cancellationToken);
}
