namespace TrueCopy.Ledger.Answering;

/// <summary>
/// Writes answers. Whatever is in the log can be answered from the index and the journal at any time, by any process, and
/// as often as one likes.
/// </summary>
public sealed class AnswerWriter(
    Outbox outbox,
    Packages packages,
    Journal journal,
    ActIndex index,
    ICheckpointSource checkpoints,
    IHashTileSource tiles,
    StatusSource statuses)
{
    private const int Parallelism = 16;
    private const int UsualReceipt = 4096;

    /// <summary>Writes one answer from what is stored.</summary>
    public Task WriteAsync(PendingAnswer answer, CancellationToken cancellationToken) => answer switch
    {
        DocumentAnswer document => WriteAsync(document, cancellationToken),
        ManifestPartAnswer part => WriteAsync(part, cancellationToken),
        RepeatAnswer repeat => WriteAsync(repeat, cancellationToken),
        ActListAnswer list => WriteAsync(list, cancellationToken),
        RefusalAnswer refusal => outbox.WriteRejectionAsync(refusal.Source, refusal.Since, refusal.Rejection, cancellationToken),
        PackageDeletion package => packages.DeleteAsync(package.Source, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, "A batch is answered one by one."),
    };

    /// <summary>Writes one answer of a batch that its process has in memory.</summary>
    internal Task WriteAsync(OwedAnswer owed, Prover prover, CancellationToken cancellationToken)
    {
        var first = owed.Acts.Span[0].Act;
        return first.IsOfHandover ? packages.DeleteAsync(first.Source, cancellationToken)
            : first.Answer.Kind == UploadKind.Document ? WriteDocumentAsync(owed.Acts, prover, cancellationToken)
            : WritePartAsync(owed.Acts, prover, cancellationToken);
    }

    /// <summary>The single answers that something owed stands for, each to be written by itself.</summary>
    internal async Task<IReadOnlyList<PendingAnswer>> SplitAsync(PendingAnswer owed, CancellationToken cancellationToken)
    {
        if (owed is not BatchAnswers batch)
            return [owed];
        var written = JournalFormat.Decode(await journal.ReadAsync(batch.Journal, cancellationToken));
        return [.. OwedAnswers.Of(written, batch.Since)];
    }

    // The receipts of a document; then, if retention says so, it is deleted.
    private Task WriteDocumentAsync(ReadOnlyMemory<AnsweredAct> acts, Prover prover, CancellationToken cancellationToken)
    {
        var first = acts.Span[0];
        foreach (ref readonly var answered in acts.Span)
        {
            if (answered.Refusal is { } refusal)
                return outbox.WriteRejectionAsync(first.Act.Source, first.At, refusal, cancellationToken);
        }

        if (acts.Length == 1 && !first.Act.Answer.DeleteDocument)
            return WriteReceiptAsync(first.Act.Source, first.At, first.InEffect!, isRepeat: false, prover, cancellationToken);
        var rows = new IndexedAct[acts.Length];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = acts.Span[i].InEffect!;
        return WriteDocumentAsync(first.Act.Source, first.At, rows, first.Act.Answer.DeleteDocument, isRepeat: false, prover, cancellationToken);
    }

    private async Task WriteDocumentAsync(BlobVersion source, DateTimeOffset at, IndexedAct[] rows, bool delete, bool isRepeat, Prover prover, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
            await WriteReceiptAsync(source, at, row, isRepeat, prover, cancellationToken);

        // Only now: the act is published and every receipt is written.
        if (delete)
            await outbox.DeleteDocumentAsync(source, [.. rows.Select(row => row.Digest.Algorithm)], cancellationToken);
    }

    private async Task WriteReceiptAsync(BlobVersion source, DateTimeOffset at, IndexedAct row, bool isRepeat, Prover prover, CancellationToken cancellationToken)
    {
        var receipt = new PooledBody(UsualReceipt);
        await prover.WriteAsync(receipt, row, cancellationToken);
        await outbox.WriteReceiptAsync(source, at, row.Digest, row.LogIndex, receipt.Written, cancellationToken, isRepeat);
        receipt.Dispose();
    }

    // The receipts of a part of a manifest.
    private async Task WritePartAsync(ReadOnlyMemory<AnsweredAct> acts, Prover prover, CancellationToken cancellationToken)
    {
        var lines = new ReceiptLines(acts.Length);
        using (var receipt = new PooledBody(UsualReceipt))
        {
            foreach (var (position, file, number) in LinesOf(acts.Span))
            {
                var answered = acts.Span[number];
                if (answered.InEffect is { } row)
                    await AddAsync(lines, receipt, position + 1, answered.Act.Kind, row, file, prover, cancellationToken);
                else
                    lines.AddRefused(position + 1, answered.Refusal!.Detail, file);
            }
        }

        var (source, form, at) = (acts.Span[0].Act.Source, acts.Span[0].Act.Answer, acts.Span[0].At);
        await outbox.WriteManifestReceiptsAsync(source, at, form.Part, form.Parts, lines.Written, cancellationToken);
        lines.Dispose();
    }

    // By position; several lines may say the same.
    private static List<(long Position, string? File, int Act)> LinesOf(ReadOnlySpan<AnsweredAct> acts)
    {
        var lines = new List<(long Position, string? File, int Act)>(acts.Length);
        for (var i = 0; i < acts.Length; i++)
        {
            var act = acts[i].Act;
            lines.Add((act.Position, act.Unpublished.FileName, i));
            for (var j = 0; j < act.Unpublished.Also.Count; j++)
                lines.Add((act.Unpublished.Also[j].Position, act.Unpublished.Also[j].FileName, i));
        }

        lines.Sort((left, right) => (left.Position, left.Act).CompareTo((right.Position, right.Act)));
        return lines;
    }

    private static async ValueTask AddAsync(ReceiptLines lines, PooledBody receipt, long line, ActKind kind, IndexedAct row, string? file, Prover prover, CancellationToken cancellationToken)
    {
        receipt.Clear();
        await prover.WriteAsync(receipt, row, cancellationToken);
        lines.Add(line, kind, row, receipt.Written.Span, file);
    }

    private async Task WriteAsync(DocumentAnswer document, CancellationToken cancellationToken)
    {
        var acts = await FindAsync(document.Journal, act => act.Answer.Kind == UploadKind.Document && act.Source == document.Source, cancellationToken);
        await WriteDocumentAsync(acts, await ProverAsync(acts.Select(act => act.InEffect), cancellationToken), cancellationToken);
    }

    private async Task WriteAsync(ManifestPartAnswer part, CancellationToken cancellationToken)
    {
        var acts = await FindAsync(part.Journal, act => act.Answer.Kind == UploadKind.Manifest && act.Answer.Part == part.Part && act.Source == part.Source, cancellationToken);
        await WritePartAsync(acts, await ProverAsync(acts.Select(act => act.InEffect), cancellationToken), cancellationToken);
    }

    private async Task WriteAsync(RepeatAnswer repeat, CancellationToken cancellationToken)
    {
        var issuer = IssuerContainer.IdOf(repeat.Source.Container);
        var rows = await EachAsync(repeat.Lines, async (line, stop) =>
            DocumentActs.Standing(DocumentActs.OwnedBy(issuer, await index.FindAsync(line.Document, stop))) ?? throw NotIndexed(), cancellationToken);
        var prover = await ProverAsync(rows, cancellationToken);
        if (repeat.Upload == UploadKind.Document)
        {
            await WriteDocumentAsync(repeat.Source, repeat.At, rows, repeat.Delete, isRepeat: true, prover, cancellationToken);
            return;
        }

        var lines = new ReceiptLines(rows.Length);
        using var receipt = new PooledBody(UsualReceipt);
        foreach (var (line, row) in repeat.Lines.Zip(rows))
            await AddAsync(lines, receipt, line.Line, ActKind.Issue, row, line.FileName, prover, cancellationToken);
        await outbox.WriteManifestReceiptsAsync(repeat.Source, repeat.At, part: 0, parts: 1, lines.Written, cancellationToken, isRepeat: true);
        lines.Dispose();
    }

    private async Task WriteAsync(ActListAnswer list, CancellationToken cancellationToken)
    {
        var acts = await EachAsync(list.Done, async (line, stop) =>
        {
            var id = ActId.Of(list.Source, line.Line - 1, line.Document);
            return (await index.FindAsync(line.Document, stop)).FirstOrDefault(act => act.ActId == id) ?? throw NotIndexed();
        }, cancellationToken);
        var lines = new ReceiptLines(acts.Length);
        if (acts.Length > 0)
        {
            var prover = await ProverAsync(acts, cancellationToken);
            using var receipt = new PooledBody(UsualReceipt);
            foreach (var (line, act) in list.Done.Zip(acts))
                await AddAsync(lines, receipt, line.Line, line.Kind, act, null, prover, cancellationToken);
        }

        if (list.Parts == 1)
        {
            var refused = list.Refused.Count == 0 ? null : Rejection.RefusedActs(list.Refused.Count, list.Lines, list.Refused);
            await outbox.WriteActReceiptsAsync(list.Source, list.At, lines.Written, refused, cancellationToken);
            lines.Dispose();
            return;
        }

        // Parts are answered in any order, so the refusal of a long list says the same whichever part writes it.
        foreach (var line in list.Refused)
            lines.AddRefused(line.Line, line.Detail);
        if (list.Refused.Count > 0)
            await outbox.WriteRejectionAsync(list.Source, list.At, Rejection.RefusedActs(), cancellationToken);
        await outbox.WriteManifestReceiptsAsync(list.Source, list.At, list.Part, list.Parts, lines.Written, cancellationToken);
        lines.Dispose();
    }

    private async Task<Prover> ProverAsync(IEnumerable<IndexedAct?> rows, CancellationToken cancellationToken)
    {
        var checkpoint = await checkpoints.GetAsync(rows.Max(row => row?.LogIndex ?? -1) + 1, cancellationToken);
        return new Prover(tiles, checkpoint, await statuses.GetAsync(checkpoint, cancellationToken));
    }

    // Acts of a batch with what is in effect, which need not be the entries of this batch.
    private async Task<AnsweredAct[]> FindAsync(string name, Func<Act, bool> wanted, CancellationToken cancellationToken)
    {
        var batch = JournalFormat.Decode(await journal.ReadAsync(name, cancellationToken));
        var acts = batch.Acts().Where(item => wanted(item.Act)).ToArray();
        if (acts.Length == 0)
            throw new InvalidOperationException("The batch does not hold the acts that are to be answered.");
        return await EachAsync(acts, async (item, stop) =>
        {
            var rows = await index.FindAsync(item.Row.Digest, stop);
            var displaced = DocumentActs.Displace(item.Row, rows);
            if (displaced is null && !rows.Any(row => row.ActId == item.Row.ActId))
                throw NotIndexed();
            return AnsweredAct.Of(item.Act, item.Row, displaced);
        }, cancellationToken);
    }

    private static async Task<TTo[]> EachAsync<TFrom, TTo>(IReadOnlyList<TFrom> items, Func<TFrom, CancellationToken, Task<TTo>> find, CancellationToken cancellationToken)
    {
        var found = new TTo[items.Count];
        var options = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForAsync(0, found.Length, options, async (i, stop) => found[i] = await find(items[i], stop));
        return found;
    }

    private static LogUnavailableException NotIndexed() => new("An act that is to be answered is not in the index.");
}
