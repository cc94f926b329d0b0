namespace TrueCopy.Ledger.Acts;

/// <summary>One thing that an issuer did to one document, ready for the log: whatever it acts on has been found.</summary>
/// <param name="Id">Deterministic id.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Issuer">Who did it, as the registry described it then.</param>
/// <param name="At">The upload's last-modified time as storage reports it.</param>
/// <param name="Position">Position within the upload, from 0; orders acts of the same instant.</param>
/// <param name="Digest">The document.</param>
/// <param name="Source">Where the issuer put it, which is where the answer goes.</param>
public sealed record Act(
    ActId Id,
    ActKind Kind,
    Issuer Issuer,
    DateTimeOffset At,
    long Position,
    Digest Digest,
    BlobVersion Source)
{
    /// <summary>From when the document is to be relied on; null for at once.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>From when it is no longer to be relied on; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Why; acts on a document only.</summary>
    public ReasonCode? Reason { get; init; }

    /// <summary>Log index of the issue entry that is acted on; acts on a document only.</summary>
    public long? Target { get; init; }

    /// <summary>What the public log does not say.</summary>
    public Unpublished Unpublished { get; init; } = Unpublished.None;

    /// <summary>How the issuer is answered.</summary>
    public AnswerForm Answer { get; init; } = AnswerForm.OfDocument;

    /// <summary>The entry of the act, committing to its digest under <paramref name="opening"/>.</summary>
    public Entry ToEntry(Opening opening) => new()
    {
        Version = Entry.FormatVersion,
        Kind = Kind,
        At = At,
        Issuer = Issuer.Id,
        LegalName = Issuer.LegalName,
        Jurisdiction = Issuer.Jurisdiction,
        Position = Position,
        Algorithm = Digest.Algorithm.Name,
        Commitment = opening.Commit(Digest),
        ValidFrom = ValidFrom,
        Expires = Expires,
        Target = Target,
        Reason = Reason,
        SuccessorCommitment = Unpublished.Successor is { } successor ? opening.CommitSuccessor(successor) : null,
        NoteCommitment = Unpublished.Note is { } note ? opening.CommitNote(note) : null,
    };
}
