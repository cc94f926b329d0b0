namespace TrueCopy.Ledger.Acts;

/// <summary>
/// One thing that an issuer did to one document, or that was done with one package, whatever it acts on having been found: what the
/// log says of it, and what it does not. The same on its way into the log and in the journal.
/// </summary>
/// <param name="Id">Deterministic id.</param>
/// <param name="Source">Where the issuer put it, which is where the answer goes; of a handover the package.</param>
/// <param name="Answer">How the issuer is answered; of a handover whether the package is deleted once it is published.</param>
/// <param name="Digest">The document, or the sealed package.</param>
/// <param name="Unpublished">What the log does not say.</param>
/// <param name="Entry">What the log says. On its way there it lacks the commitments, which depend on what opens them.</param>
public sealed record Act(ActId Id, BlobVersion Source, AnswerForm Answer, Digest Digest, Unpublished Unpublished, Entry Entry)
{
    /// <summary>What is to open the commitment to the document, which is the only one of its entry; null where that is not drawn yet. No other entry may have the same.</summary>
    public Opening? Opening { get; init; }

    /// <summary>Whether it is of a handover, and so nobody's that issues documents.</summary>
    public bool IsOfHandover => HandoverRule.IsOfHandover(Entry.Kind);

    /// <summary>Who did it: the owner of the container that it came from. Of handovers it means nothing.</summary>
    public string Issuer => Entry.Issuer ?? IssuerContainer.IdOf(Source.Container);

    /// <summary>What was done.</summary>
    public ActKind Kind => Entry.Kind;

    /// <summary>Position within the upload, from 0.</summary>
    public long Position => Entry.Position ?? 0;

    /// <summary>The entry of the act, committing to what is not published under <paramref name="opening"/>.</summary>
    public Entry ToEntry(Opening opening) => Entry with
    {
        Commitment = opening.Commit(Digest),
        SuccessorCommitment = Unpublished.Successor is { } successor ? opening.CommitSuccessor(successor) : null,
        NoteCommitment = Unpublished.Note is { } note ? opening.CommitNote(note) : null,
    };
}
