using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Verdicts;

/// <summary>What one issuer says of a document, proven.</summary>
/// <param name="Result">What it says.</param>
/// <param name="Deciding">Proof of the deciding act.</param>
/// <param name="Issue">Proof of the issue that the result rests on; null where that is the deciding act.</param>
/// <param name="Successor">What the same issuer says of the document that takes this one's place; null unless superseded.</param>
public sealed record ProvenResult(IssuerResult Result, ProvenAct Deciding, ProvenAct? Issue, SuccessorVerdict? Successor)
{
    /// <summary>The receipt of the deciding act.</summary>
    public Receipt Receipt => Deciding.Receipt;

    /// <summary>The receipt of the issue; null where that is the deciding act.</summary>
    public Receipt? IssueReceipt => Issue?.Receipt;

    /// <summary>What its own domain said last; null where the log records nothing of it.</summary>
    public DomainRecord? Domain { get; init; }
}

/// <summary>The document that takes another's place.</summary>
/// <param name="Digest">That document.</param>
/// <param name="Verdict">What the same issuer says of it.</param>
public sealed record SuccessorVerdict(Digest Digest, Verdict Verdict);

/// <summary>An answered question.</summary>
/// <param name="Digest">What was asked.</param>
/// <param name="Verdict">The overall verdict.</param>
/// <param name="CheckedAt">When, by this service's clock.</param>
/// <param name="Checkpoint">The checkpoint that the answer stands on.</param>
/// <param name="Issuers">One an issuer, the earliest issuance first; empty when unknown.</param>
public sealed record ProvenVerdict(
    Digest Digest,
    Verdict Verdict,
    DateTimeOffset CheckedAt,
    SignedCheckpoint Checkpoint,
    IReadOnlyList<ProvenResult> Issuers)
{
    /// <summary>The checkpoint as answers bear it, if it was encoded for others already.</summary>
    internal CheckpointText? CheckpointText { get; init; }
}

/// <summary>
/// Answers verification requests from the index and the published log. Stateless but for caches. What the index says is held to
/// the log and to the status that it commits to; where they differ there is no answer.
/// </summary>
public sealed partial class VerdictService(
    ActIndex index,
    KnownRows rows,
    CheckpointSource checkpoints,
    IHashTileSource tiles,
    StatusSource statuses,
    LogState state,
    DomainStandings domains,
    TimeProvider time,
    ILogger<VerdictService> logger)
{
    private const int Parallelism = 16;

    // What they compute for one answer serves the others under its checkpoint.
    private CheckpointText? _checkpoint;
    private Prover? _prover;

    /// <summary>Answers one question: one index query (and one for a successor), and tiles, status and domains that are mostly in memory.</summary>
    /// <exception cref="LogUnavailableException">The log cannot answer now, or the index says something else than the log.</exception>
    public async Task<ProvenVerdict> VerifyAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(digest, cancellationToken);
        }
        catch (IndexDiffersException)
        {
            return await AnswerOnceMoreAsync(digest, cancellationToken);
        }
    }

    // A batch is published before it is indexed, so what differs may only be late.
    private async Task<ProvenVerdict> AnswerOnceMoreAsync(Digest digest, CancellationToken cancellationToken)
    {
        var indexed = await state.LoadFinishedAsync(cancellationToken);
        try
        {
            return await AnswerAsync(digest, cancellationToken);
        }
        catch (IndexDiffersException exception) when (indexed < exception.Size)
        {
            throw new LogUnavailableException("What the log published last is not indexed yet.");
        }
        catch (IndexDiffersException exception)
        {
            LogDiffers(logger, exception.LogIndex, exception);
            throw new LogUnavailableException("The index says something else than the log.");
        }
    }

    private async ValueTask<ProvenVerdict> AnswerAsync(Digest digest, CancellationToken cancellationToken)
    {
        // Read meanwhile; one that turns out to be too small is read again.
        var published = checkpoints.GetAsync(0, cancellationToken);
        var acts = await index.FindAsync(digest, rows, cancellationToken);
        await published;
        var now = time.GetUtcNow();
        var decision = VerdictRule.Decide(acts, now);
        var needed = acts.Count == 0 ? 0 : acts[^1].LogIndex + 1;
        var checkpoint = await checkpoints.GetAsync(needed, cancellationToken);
        return new ProvenVerdict(digest, decision.Verdict, now, checkpoint, await ProveAsync(decision, checkpoint, now, cancellationToken)) { CheckpointText = TextOf(checkpoint) };
    }

    private async ValueTask<IReadOnlyList<ProvenResult>> ProveAsync(Decision decision, SignedCheckpoint checkpoint, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (decision.Results.Count == 0)
            return Array.Empty<ProvenResult>();
        var status = await statuses.GetAsync(checkpoint, cancellationToken);
        var prover = ProverUnder(checkpoint, status);
        var issuers = new ProvenResult[decision.Results.Count];
        for (var i = 0; i < issuers.Length; i++)
        {
            var result = decision.Results[i];
            var (deciding, issue) = await ProveAsync(result, prover, status, checkpoint.Size, cancellationToken);
            var successor = result.Verdict == Verdict.Superseded ? await SuccessorAsync(result, now, cancellationToken) : null;
            issuers[i] = new ProvenResult(result, deciding, issue, successor)
            {
                Domain = await domains.FindAsync(result.Issue.Entry.Issuer ?? "", cancellationToken),
            };
        }

        return issuers;
    }

    /// <summary>Answers many questions, in their order. One that is asked again shares the answer, and costs nothing.</summary>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<IReadOnlyList<ProvenVerdict>> VerifyAsync(IReadOnlyList<Digest> digests, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentDictionary<Digest, ProvenVerdict>();
        var options = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForEachAsync(digests.Distinct(), options, async (digest, stop) => answers[digest] = await VerifyAsync(digest, stop));
        return [.. digests.Select(digest => answers[digest])];
    }

    private Prover ProverUnder(SignedCheckpoint checkpoint, LogStatus? status)
    {
        var prover = Volatile.Read(ref _prover);
        if (prover?.IsUnder(checkpoint, status) != true)
            Volatile.Write(ref _prover, prover = new Prover(tiles, checkpoint, status) { Text = TextOf(checkpoint) });
        return prover;
    }

    private CheckpointText TextOf(SignedCheckpoint checkpoint)
    {
        var text = Volatile.Read(ref _checkpoint);
        if (text is null || !ReferenceEquals(text.Checkpoint, checkpoint))
            Volatile.Write(ref _checkpoint, text = new CheckpointText(checkpoint));
        return text;
    }

    private static async ValueTask<(ProvenAct Deciding, ProvenAct? Issue)> ProveAsync(IssuerResult result, Prover prover, LogStatus? status, long size, CancellationToken cancellationToken)
    {
        try
        {
            var deciding = await prover.ProveAsync(result.Deciding, cancellationToken);
            var issue = ReferenceEquals(result.Issue, result.Deciding) ? null : await prover.ProveAsync(result.Issue, cancellationToken);
            if (status is not null)
                Require(result, status.From, (issue ?? deciding).Status);
            return (deciding, issue);
        }
        catch (LogFormatException exception)
        {
            throw new IndexDiffersException(result.Issue.LogIndex, size, exception);
        }
    }

    // What was done before status was kept, the status does not say; that a document stands it says in any case.
    private static void Require(IssuerResult result, long from, EntryStatus? status)
    {
        var expected = VerdictWord.StatusOf(result.Verdict);
        if (status != expected && (result.Issue.LogIndex >= from || expected == EntryStatus.Stands))
            throw new LogFormatException($"index: it says \"{WireName.Of(result.Verdict)}\" of entry {result.Issue.LogIndex}, and the log's status is {(int?)status}");
    }

    // One step only: a successor that is itself superseded says so, and asking about it leads on. So no chain is too long, and no circle endless.
    private async Task<SuccessorVerdict?> SuccessorAsync(IssuerResult result, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (result.Deciding.Unpublished.Successor is not { } successor)
            return null;
        var acts = (await index.FindAsync(successor, cancellationToken))
            .Where(act => act.Entry.Issuer == result.Issue.Entry.Issuer);
        return new SuccessorVerdict(successor, VerdictRule.Decide(acts, now).Verdict);
    }

    private sealed class IndexDiffersException(long logIndex, long size, Exception cause) : Exception(cause.Message, cause)
    {
        public long LogIndex { get; } = logIndex;

        public long Size { get; } = size;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing is answered of entry {LogIndex}: the index says something else than the log. truecopy-admin doctor finds what differs, and makes the index again from the journal.")]
    private static partial void LogDiffers(ILogger logger, long logIndex, Exception exception);
}
