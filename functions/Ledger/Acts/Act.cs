namespace TrueCopy.Ledger.Acts;

/// <summary>
/// One thing that an issuer did to one document, whatever it acts on having been found: what the log says of it, and what it
/// does not. The same on its way into the log and in the journal.
/// </summary>
/// <param name="Id">Deterministic id.</param>
/// <param name="Source">Where the issuer put it, which is where the answer goes.</param>
/// <param name="Answer">How the issuer is answered.</param>
/// <param name="Digest">The document.</param>
/// <param name="Unpublished">What the log does not say.</param>
/// <param name="Entry">What the log says. On its way there it lacks the commitments, which depend on what opens them.</param>
public sealed record Act(ActId Id, BlobVersion Source, AnswerForm Answer, Digest Digest, Unpublished Unpublished, Entry Entry)
{
    /// <summary>Who did it: the owner of the container that it came from.</summary>
    public string Issuer => IssuerContainer.IdOf(Source.Container);

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
