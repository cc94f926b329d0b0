using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.Verification.Verdicts;

/// <summary>An answered question.</summary>
/// <param name="Digest">What was asked.</param>
/// <param name="Decision">The verdict and the acts behind it.</param>
/// <param name="CheckedAt">When, by this service's clock.</param>
/// <param name="Checkpoint">The checkpoint that the answer stands on.</param>
/// <param name="Receipt">Proof of the deciding act; null when unknown.</param>
public sealed record Answer(
    Digest Digest,
    Decision Decision,
    DateTimeOffset CheckedAt,
    SignedCheckpoint Checkpoint,
    Receipt? Receipt);

/// <summary>Answers verification requests from the index and the published log. Stateless but for caches.</summary>
public sealed class Verifier(IAnchorIndex index, CheckpointSource checkpoints, IHashTileSource tiles, TimeProvider time)
{
    private const int Parallelism = 16;

    /// <summary>Answers one question: one index query, and tiles that are mostly in memory.</summary>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<Answer> VerifyAsync(Digest digest, CancellationToken cancellationToken)
    {
        var anchors = await index.FindAsync(digest, cancellationToken);
        var decision = VerdictRule.Decide(anchors.Select(RecordedAct.Of));
        var needed = decision.Acts.Count == 0 ? 0 : decision.Acts.Max(act => act.Anchor.LogIndex) + 1;
        var checkpoint = await checkpoints.GetAsync(needed, cancellationToken);
        var receipt = decision.Deciding is { } deciding
            ? await ProveAsync(deciding.Anchor, checkpoint, cancellationToken)
            : null;
        return new Answer(digest, decision, time.GetUtcNow(), checkpoint, receipt);
    }

    /// <summary>Answers many questions, in their order.</summary>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<IReadOnlyList<Answer>> VerifyAsync(IReadOnlyList<Digest> digests, CancellationToken cancellationToken)
    {
        var answers = new Answer[digests.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, answers.Length, options, async (i, stop) => answers[i] = await VerifyAsync(digests[i], stop));
        return answers;
    }

    private async Task<Receipt> ProveAsync(Anchor anchor, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var path = await new TreeReader(tiles, checkpoint.Size).InclusionProofAsync(anchor.LogIndex, cancellationToken);
        return Receipt.Create(anchor.Entry, anchor.Opening, anchor.LogIndex, path, checkpoint.Note);
    }
}
