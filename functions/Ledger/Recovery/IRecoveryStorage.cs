namespace TrueCopy.Ledger.Recovery;

/// <summary>The key of a row of the anchors, with what is needed to tell whether it belongs there.</summary>
/// <param name="Digest">The document.</param>
/// <param name="ActId">The act.</param>
/// <param name="LogIndex">The log index that the row states; null where it states none.</param>
/// <param name="Key">What storage calls the row.</param>
public sealed record AnchorRow(Digest Digest, ActId ActId, long? LogIndex, string Key);

/// <summary>A row of the references, which do not hold the reference itself.</summary>
/// <param name="Key">What <see cref="IRecoveryStorage.ReferenceKey"/> makes of issuer and reference.</param>
/// <param name="Digest">The document.</param>
public sealed record ReferenceRow(string Key, Digest Digest);

/// <summary>Messages and letters that wait for somebody.</summary>
/// <param name="Poison">Messages that failed for good and wait for <c>OnPoison…</c>.</param>
/// <param name="DeadLetters">Messages that nobody could handle.</param>
public sealed record PendingWork(long Poison, long DeadLetters);

/// <summary>A message that nobody could handle.</summary>
/// <param name="Name">Under which it is kept.</param>
/// <param name="Body">What it says.</param>
public sealed record DeadLetter(string Name, ReadOnlyMemory<byte> Body);

/// <summary>What recovery needs of storage beyond what the service itself does: to look at everything, and to take away what is wrong.</summary>
public interface IRecoveryStorage
{
    /// <summary>The name of the batch before this one, from the batch's first bytes alone; empty for the first.</summary>
    /// <exception cref="TransparencyLog.LogFormatException">The batch is missing, or does not begin as one.</exception>
    Task<string> PreviousBatchAsync(string name, CancellationToken cancellationToken);

    /// <summary>Every row of the anchors.</summary>
    IAsyncEnumerable<AnchorRow> ListAnchorsAsync(CancellationToken cancellationToken);

    /// <summary>Writes a row, whatever is there.</summary>
    Task ReplaceAnchorAsync(Anchor anchor, CancellationToken cancellationToken);

    /// <summary>Takes a row away.</summary>
    Task RemoveAnchorAsync(AnchorRow row, CancellationToken cancellationToken);

    /// <summary>How rows of the references name an issuer's reference.</summary>
    string ReferenceKey(string issuer, string reference);

    /// <summary>Every row of the references.</summary>
    IAsyncEnumerable<ReferenceRow> ListReferencesAsync(CancellationToken cancellationToken);

    /// <summary>Takes a row away.</summary>
    Task RemoveReferenceAsync(ReferenceRow row, CancellationToken cancellationToken);

    /// <summary>Every revoked document that the index names, with its issuer's id.</summary>
    IAsyncEnumerable<(string Issuer, Digest Digest)> ListRevocationsAsync(CancellationToken cancellationToken);

    /// <summary>Takes a row away.</summary>
    Task RemoveRevocationAsync(string issuer, Digest digest, CancellationToken cancellationToken);

    /// <summary>Takes the published checkpoint away, so that another can take its place.</summary>
    Task RemoveCheckpointAsync(CancellationToken cancellationToken);

    /// <summary>What waits.</summary>
    Task<PendingWork> CountPendingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Whether an upload lacks an answer: it is there, in that version, and the answer of that name is not, or does not say
    /// that it answers it. An upload that was replaced or removed since has nothing to be told.
    /// </summary>
    Task<bool> LacksAnswerAsync(BlobVersion source, string answer, CancellationToken cancellationToken);

    /// <summary>The dead letters of one queue.</summary>
    IAsyncEnumerable<DeadLetter> ListDeadLettersAsync(string queue, CancellationToken cancellationToken);

    /// <summary>Takes a dead letter away.</summary>
    Task RemoveDeadLetterAsync(string name, CancellationToken cancellationToken);
}
