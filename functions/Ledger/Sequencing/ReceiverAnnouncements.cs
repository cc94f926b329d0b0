namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Decides what of receivers is new to the log: the first sight of each, and every change of its description, by an entry that
/// replaces the one before. Of several changes in one batch the last counts: the others were never shown. What is older than what the
/// log says already is not a change.
/// </summary>
public sealed class ReceiverAnnouncements(ReceiverHistory history)
{
    /// <summary>What the log is to record, by the receivers' ids.</summary>
    public async Task<IReadOnlyList<Entry>> NewAsync(IReadOnlyList<StagedWork> works, CancellationToken cancellationToken)
    {
        var entries = new List<Entry>();
        foreach (var receiver in works.OfType<ReceiverChange>().Select(change => change.Receiver).GroupBy(receiver => receiver.Id).OrderBy(changes => changes.Key, StringComparer.Ordinal))
        {
            // Storage tells times to the second, so two changes may have the same; the later to be seen then counts.
            var newest = receiver.OrderBy(change => change.Since).Last();
            var latest = await history.FindAsync(newest.Id, cancellationToken) is [.., var last] ? last : null;
            if (latest?.Read() is not { } known || (newest.Since >= known.Since && !newest.Describes(known)))
                entries.Add(newest.ToEntry(latest?.LogIndex));
        }

        return entries;
    }
}
