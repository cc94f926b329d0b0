using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Verification.Answering;

/// <summary>An answer of a batch, and the acts that it is about.</summary>
/// <param name="Owed">The answer.</param>
/// <param name="Acts">The acts, in log order.</param>
internal sealed record OwedAnswer(PendingAnswer Owed, IReadOnlyList<(Anchor Anchor, JournalAct Act)> Acts);

/// <summary>Finds out which answers a batch owes. Lists of acts are answered when all of their lines are, which may take several batches, and so apart.</summary>
internal static class OwedAnswers
{
    /// <summary>Whether a batch owes any.</summary>
    public static bool Any(JournalBatch batch) => batch.Records.Any(record => record.Act is { Answer.Kind: not UploadKind.ActList });

    /// <summary>One answer a document and part of a manifest.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="since">Since when they are owed.</param>
    /// <param name="repeated">Entries that repeat an act; the first entry of each is answered.</param>
    public static IEnumerable<OwedAnswer> Of(JournalBatch batch, DateTimeOffset since, IReadOnlySet<long>? repeated = null)
    {
        var acts = batch.Acts().Where(item => item.Act.Answer.Kind != UploadKind.ActList && repeated?.Contains(item.Anchor.LogIndex) != true);
        foreach (var upload in acts.GroupBy(item => (item.Act.Source, item.Act.Answer)))
        {
            var (source, form) = upload.Key;
            yield return form.Kind == UploadKind.Document
                ? new OwedAnswer(new DocumentAnswer(source, [.. upload.Select(item => item.Act.Digest)], form.DeleteDocument, since), [.. upload])
                : new OwedAnswer(new ManifestPartAnswer(batch.Name, source, form.Part, since), [.. upload]);
        }
    }
}
