using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Sequencing;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Verification.Answering;

/// <summary>
/// Writes answers. Whatever is in the log can be answered from the index and the journal at any time, by any process, and
/// as often as one likes.
/// </summary>
public sealed class AnswerWriter(
    IOutbox outbox,
    IJournal journal,
    IAnchorIndex index,
    ICheckpointSource checkpoints,
    IHashTileSource tiles)
{
    private const int Parallelism = 16;

    /// <summary>Writes one answer from what is stored.</summary>
    public Task WriteAsync(PendingAnswer answer, CancellationToken cancellationToken) => answer switch
    {
        DocumentAnswer document => WriteAsync(document, cancellationToken),
        ManifestPartAnswer part => WriteAsync(part, cancellationToken),
        ActListAnswer list => WriteAsync(list, cancellationToken),
        RefusalAnswer refusal => outbox.WriteRejectionAsync(refusal.Source, refusal.Since, refusal.Rejection, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, "A batch is answered one by one."),
    };

    /// <summary>The single answers that something owed stands for, each to be written by itself.</summary>
    internal async Task<IReadOnlyList<PendingAnswer>> SplitAsync(PendingAnswer owed, CancellationToken cancellationToken)
    {
        if (owed is not BatchAnswers batch)
            return [owed];
        var written = JournalFormat.Decode(await journal.ReadAsync(batch.Journal, cancellationToken));
        return [.. OwedAnswers.Of(written, batch.Since).Select(answer => answer.Owed)];
    }

    /// <summary>Writes the receipts of a document; then, if retention says so, deletes it.</summary>
    /// <param name="source">The upload.</param>
    /// <param name="acts">The acts in effect, one for each algorithm.</param>
    /// <param name="delete">Whether the document is then deleted.</param>
    /// <param name="prover">Makes the receipts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task WriteDocumentAsync(BlobVersion source, IReadOnlyList<Anchor> acts, bool delete, Prover prover, CancellationToken cancellationToken)
    {
        foreach (var act in acts)
        {
            var receipt = await prover.ProveAsync(act, cancellationToken);
            await outbox.WriteReceiptAsync(source, act.ReadEntry().At, act.Digest.Algorithm, act.LogIndex, receipt.Encode(), cancellationToken);
        }

        // Only now: the act is published and every receipt is written.
        if (delete)
            await outbox.DeleteDocumentAsync(source, [.. acts.Select(act => act.Digest.Algorithm)], cancellationToken);
    }

    /// <summary>Writes the receipts of a part of a manifest.</summary>
    internal async Task WritePartAsync(
        BlobVersion source,
        AnswerForm form,
        IReadOnlyList<(JournalAct Act, Anchor Anchor)> acts,
        Prover prover,
        CancellationToken cancellationToken)
    {
        using var lines = new ReceiptLines(acts.Count);
        foreach (var (act, anchor) in acts)
            lines.Add(act.Position + 1, act.Kind, anchor, await prover.ProveAsync(anchor, cancellationToken), act.Confidential.FileName);
        await outbox.WriteManifestReceiptsAsync(source, acts[0].Anchor.ReadEntry().At, form.Part, form.Parts, lines.Written, cancellationToken);
    }

    private async Task WriteAsync(DocumentAnswer document, CancellationToken cancellationToken)
    {
        var acts = await FindAsync(document.Digests.Select(digest => (ActId.Of(document.Source, 0, digest.Algorithm), digest)), cancellationToken);
        await WriteDocumentAsync(document.Source, acts, document.Delete, await ProverAsync(acts, cancellationToken), cancellationToken);
    }

    private async Task WriteAsync(ManifestPartAnswer part, CancellationToken cancellationToken)
    {
        var batch = JournalFormat.Decode(await journal.ReadAsync(part.Journal, cancellationToken));
        var acts = batch.Acts().Select(item => item.Act).Where(act => act.Answer.Kind == UploadKind.Manifest && act.Answer.Part == part.Part && act.Source == part.Source).ToArray();
        if (acts.Length == 0)
            throw new InvalidOperationException("The batch does not hold the part of a manifest that is to be answered.");
        var anchors = await FindAsync(acts.Select(act => (act.Id, act.Digest)), cancellationToken);
        await WritePartAsync(part.Source, acts[0].Answer, [.. acts.Zip(anchors)], await ProverAsync(anchors, cancellationToken), cancellationToken);
    }

    private async Task WriteAsync(ActListAnswer list, CancellationToken cancellationToken)
    {
        var anchors = await FindAsync(list.Done.Select(line => (ActId.Of(list.Source, line.Line - 1, line.Document), line.Document)), cancellationToken);
        using var lines = new ReceiptLines(anchors.Length);
        if (anchors.Length > 0)
        {
            var prover = await ProverAsync(anchors, cancellationToken);
            foreach (var (line, anchor) in list.Done.Zip(anchors))
                lines.Add(line.Line, line.Kind, anchor, await prover.ProveAsync(anchor, cancellationToken));
        }

        var refused = list.Refused.Count == 0 ? null : Rejection.RefusedActs(list.Refused.Count, list.Lines, list.Refused);
        await outbox.WriteActReceiptsAsync(list.Source, list.At, lines.Written, refused, cancellationToken);
    }

    private async Task<Prover> ProverAsync(IReadOnlyCollection<Anchor> acts, CancellationToken cancellationToken) =>
        new(tiles, await checkpoints.GetAsync(acts.Max(act => act.LogIndex) + 1, cancellationToken));

    // An act is answered by the entry that is in effect, which need not be the one of this batch.
    private async Task<Anchor[]> FindAsync(IEnumerable<(ActId Id, Digest Document)> acts, CancellationToken cancellationToken)
    {
        var wanted = acts.ToArray();
        var found = new Anchor[wanted.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, wanted.Length, options, async (i, stop) =>
            found[i] = (await index.FindAsync(wanted[i].Document, stop)).FirstOrDefault(anchor => anchor.ActId == wanted[i].Id)
                ?? throw new LogUnavailableException("An act that is to be answered is not in the index."));
        return found;
    }
}
