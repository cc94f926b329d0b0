using System.Buffers;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>Makes and hashes the entries of a batch on all cores, a bundle's worth at a time, in memory that they share with the bundle.</summary>
/// <param name="size">Size of the log before the batch.</param>
/// <param name="own">The log's own entries, which come first.</param>
/// <param name="acts">The acts.</param>
/// <param name="placed">An act as it is where it is in the log.</param>
internal sealed class BatchEntries(long size, IReadOnlyList<JournalRecord> own, IReadOnlyList<Act> acts, Func<Act, Act> placed)
{
    private const int UsualEntry = 384;

    private readonly int _first = TileId.FullWidth - (int)(size % TileId.FullWidth);

    private int Count => own.Count + acts.Count;

    /// <summary>The entries as the journal has them, with room after them, and as the log takes them.</summary>
    /// <param name="room">For how many more records.</param>
    public (JournalRecord[] Records, HashedEntries[] Bundles) Make(int room)
    {
        var records = new JournalRecord[Count + room];
        var bundles = new HashedEntries[Count == 0 ? 0 : 1 + ((Math.Max(Count - _first, 0) + TileId.FullWidth - 1) / TileId.FullWidth)];
        Parallel.For(0, bundles.Length, i => bundles[i] = Make(records, from: i == 0 ? 0 : _first + ((i - 1) * TileId.FullWidth), to: Math.Min(_first + (i * TileId.FullWidth), Count)));
        return (records, bundles);
    }

    private HashedEntries Make(JournalRecord[] records, int from, int to)
    {
        using var entry = new PooledBody(UsualEntry);
        using var bundle = new PooledBody((to - from) * UsualEntry);
        var made = new (Act? Act, Opening? Opening)[to - from];
        for (var i = 0; i < made.Length; i++)
        {
            entry.Clear();
            if (from + i < own.Count)
                entry.Write(own[from + i].Entry.Span);
            else
                made[i] = Write(entry, placed(acts[from + i - own.Count]));
            EntryBundle.Append(bundle, entry.Written.Span);
        }

        var hashed = new HashedEntries(bundle.Written.ToArray(), made.Length);
        for (var i = 0; i < made.Length; i++)
            records[from + i] = new JournalRecord(hashed.Entries[i], made[i].Act, made[i].Opening) { IsMade = made[i].Act is not null };
        return hashed;
    }

    // A new nonce for every entry, also of an act that is delivered again: equal commitments would link entries.
    private static (Act Act, Opening Opening) Write(PooledBody output, Act act)
    {
        if (act.Opening is { } drawn)
        {
            act.Entry.Write(output, drawn, act.Digest);
            return (act, drawn);
        }

        var opening = Opening.Create();
        var entry = act.ToEntry(opening);
        output.Write(entry.Encode());
        return (act with { Entry = entry }, opening);
    }
}
