namespace TrueCopy.Ledger.Answering;

/// <summary>An act and what answers it.</summary>
/// <param name="Act">The act.</param>
/// <param name="Own">The row of its own entry, whether the index has it or not.</param>
/// <param name="InEffect">The row of the index whose receipt is the answer: its own, or that of the act that counts in its place. Null if it is refused.</param>
/// <param name="Refusal">Why it is refused; null if it is not.</param>
internal readonly record struct AnsweredAct(Act Act, IndexedAct Own, IndexedAct? InEffect, Rejection? Refusal)
{
    /// <summary>What answers an act.</summary>
    public static AnsweredAct Of(Act act, IndexedAct own, DisplacedAct? displaced) => new(act, own, displaced is null ? own : displaced.Standing, displaced?.Refusal);

    /// <summary>When it was done.</summary>
    public DateTimeOffset At => Own.Entry.At;
}

/// <summary>An answer of a batch.</summary>
/// <param name="Acts">The acts that it is about, all of one upload or package, in log order.</param>
internal readonly record struct OwedAnswer(ReadOnlyMemory<AnsweredAct> Acts)
{
    private Act First => Acts.Span[0].Act;

    /// <summary>The answer by itself, as it is queued where it could not be written.</summary>
    /// <param name="journal">Name of the batch.</param>
    /// <param name="since">Since when it is owed.</param>
    public PendingAnswer ToPending(string journal, DateTimeOffset since) =>
        First.IsOfHandover ? new PackageDeletion(First.Source, since)
        : First.Answer.Kind == UploadKind.Document ? new DocumentAnswer(journal, First.Source, [.. Acts.ToArray().Select(answered => answered.Act.Digest)], First.Answer.DeleteDocument, since)
        : new ManifestPartAnswer(journal, First.Source, First.Answer.Part, since);
}

/// <summary>
/// Finds out which answers a batch owes, and which packages are to be deleted. Lists of acts are answered when all of their lines are, which
/// may take several batches, and so apart.
/// </summary>
internal static class OwedAnswers
{
    /// <summary>Whether a batch owes any.</summary>
    public static bool Any(JournalBatch batch) => batch.Records.Any(record => record.Act is { } act && IsOwed(act));

    /// <summary>One answer a document and part of a manifest, and one deletion a package that waits no more.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="displaced">Acts that take no effect; of those that have an entry already the first entry is answered.</param>
    public static IReadOnlyList<OwedAnswer> Of(JournalBatch batch, IReadOnlyDictionary<long, DisplacedAct> displaced)
    {
        var (all, count) = (new AnsweredAct[batch.Records.Count], 0);
        foreach (var (row, act) in batch.Acts())
        {
            var other = displaced.Count == 0 ? null : displaced.GetValueOrDefault(row.LogIndex);
            if (IsOwed(act) && (act.IsOfHandover || other?.Why != Displacement.SameAct))
                all[count++] = AnsweredAct.Of(act, row, other);
        }

        // What an upload issues is in one batch, one after the other, or not at all. A package may be withdrawn and taken in one.
        var answers = new List<OwedAnswer>();
        var packages = new HashSet<BlobVersion>();
        for (var (from, to) = (0, 1); from < count; (from, to) = (to, to + 1))
        {
            while (to < count && IsSameAnswer(all[from].Act, all[to].Act))
                to++;
            if (!all[from].Act.IsOfHandover || packages.Add(all[from].Act.Source))
                answers.Add(new OwedAnswer(all.AsMemory(from, to - from)));
        }

        return answers;
    }

    /// <summary>Likewise by themselves, where what takes effect is not known.</summary>
    public static IEnumerable<PendingAnswer> Of(JournalBatch batch, DateTimeOffset since) =>
        Of(batch, new Dictionary<long, DisplacedAct>()).Select(answer => answer.ToPending(batch.Name, since));

    private static bool IsOwed(Act act) => act.IsOfHandover ? act.Answer.DeleteDocument : act.Answer.Kind != UploadKind.ActList;

    private static bool IsSameAnswer(Act one, Act other) => one.IsOfHandover == other.IsOfHandover && one.Source == other.Source && one.Answer == other.Answer;
}
