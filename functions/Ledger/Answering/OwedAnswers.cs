namespace TrueCopy.Ledger.Answering;

/// <summary>An answer of a batch, and the acts that it is about.</summary>
/// <param name="Owed">The answer.</param>
/// <param name="Acts">The acts, in log order.</param>
internal sealed record OwedAnswer(PendingAnswer Owed, IReadOnlyList<AnsweredAct> Acts);

/// <summary>An act and what answers it.</summary>
/// <param name="Act">The act.</param>
/// <param name="Own">The row of its own entry, whether the index has it or not.</param>
/// <param name="InEffect">The row of the index whose receipt is the answer: its own, or that of the act that counts in its place. Null if it is refused.</param>
/// <param name="Refusal">Why it is refused; null if it is not.</param>
internal sealed record AnsweredAct(Act Act, IndexedAct Own, IndexedAct? InEffect, Rejection? Refusal)
{
    /// <summary>What answers an act.</summary>
    public static AnsweredAct Of(Act act, IndexedAct own, DisplacedAct? displaced) => new(act, own, displaced is null ? own : displaced.Standing, displaced?.Refusal);

    /// <summary>When it was done.</summary>
    public DateTimeOffset At => Own.Entry.At;
}

/// <summary>
/// Finds out which answers a batch owes, and which packages are to be deleted. Lists of acts are answered when all of their lines are, which
/// may take several batches, and so apart.
/// </summary>
internal static class OwedAnswers
{
    /// <summary>Whether a batch owes any.</summary>
    public static bool Any(JournalBatch batch) => batch.Records.Any(record => record.Act is { } act && (act.IsOfHandover ? act.Answer.DeleteDocument : act.Answer.Kind != UploadKind.ActList));

    /// <summary>One answer a document and part of a manifest, and one deletion a package that waits no more.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="since">Since when they are owed.</param>
    /// <param name="displaced">Acts that take no effect; of those that have an entry already the first entry is answered.</param>
    public static IEnumerable<OwedAnswer> Of(JournalBatch batch, DateTimeOffset since, IReadOnlyDictionary<long, DisplacedAct> displaced)
    {
        foreach (var package in batch.Acts().Where(item => item.Act is { IsOfHandover: true, Answer.DeleteDocument: true }).Select(item => item.Act.Source).Distinct())
            yield return new OwedAnswer(new PackageDeletion(package, since), []);
        var acts = batch.Acts().Where(item => !item.Act.IsOfHandover && item.Act.Answer.Kind != UploadKind.ActList && displaced.GetValueOrDefault(item.Row.LogIndex)?.Why != Displacement.SameAct);
        foreach (var upload in acts.GroupBy(item => (item.Act.Source, item.Act.Answer)))
        {
            var (source, form) = upload.Key;
            AnsweredAct[] answered = [.. upload.Select(item => AnsweredAct.Of(item.Act, item.Row, displaced.GetValueOrDefault(item.Row.LogIndex)))];
            yield return form.Kind == UploadKind.Document
                ? new OwedAnswer(new DocumentAnswer(batch.Name, source, [.. answered.Select(item => item.Act.Digest)], form.DeleteDocument, since), answered)
                : new OwedAnswer(new ManifestPartAnswer(batch.Name, source, form.Part, since), answered);
        }
    }

    /// <summary>Likewise, where what takes effect is not known; good for the answers, not for their acts.</summary>
    public static IEnumerable<PendingAnswer> Of(JournalBatch batch, DateTimeOffset since) =>
        Of(batch, since, new Dictionary<long, DisplacedAct>()).Select(answer => answer.Owed);
}
