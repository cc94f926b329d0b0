using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Testing.InMemory;

/// <summary>The invariants of the design, checked from the outside after whatever happened.</summary>
public static class Audit
{
    /// <summary>Checks a world; throws <see cref="AuditException"/> naming the invariant that does not hold.</summary>
    public static async Task RunAsync(InMemoryWorld world)
    {
        var checkpoints = world.Ledger.Published
            .Select(note => SignedCheckpoint.Open(note, InMemoryWorld.Origin, world.EveryVerifier))
            .ToArray();
        var final = checkpoints[^1];
        Require(checkpoints.Zip(checkpoints.Skip(1)).All(pair => pair.First.Size < pair.Second.Size), "the published size only grows");

        var entries = ReadEntries(world, final.Size);
        var edge = new RightEdge();
        var roots = new List<MerkleHash> { edge.Root() };
        foreach (var entry in entries)
        {
            edge.Append(entry.Span);
            roots.Add(edge.Root());
        }

        Require(checkpoints.All(checkpoint => roots[(int)checkpoint.Size] == checkpoint.Checkpoint.Root), "no fork: every checkpoint ever published is of this log");
        var tiles = new UncachedTiles(world.Ledger);
        foreach (var checkpoint in checkpoints)
            Require(await new TreeReader(tiles, checkpoint.Size).RootAsync(CancellationToken.None) == checkpoint.Checkpoint.Root, $"the published tiles hash to the root of checkpoint {checkpoint.Size}");
        Require(world.Ledger.Violations.IsEmpty, string.Join("; ", world.Ledger.Violations));
        Require(world.Ledger.Head!.Note.Span.SequenceEqual(final.Note.Span) && world.Ledger.Finished == final.Size, "what is committed is published and finished");
        CheckKeys(checkpoints, entries);
        CheckJournal(world, entries);
        CheckIndex(world, entries);
        CheckReceipts(world, roots);
    }

    private static List<ReadOnlyMemory<byte>> ReadEntries(InMemoryWorld world, long size)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        for (var bundle = 0L; bundle * TileId.FullWidth < size; bundle++)
        {
            var id = TileId.At(TileId.EntriesLevel, bundle, size);
            Require(world.Ledger.Tiles.TryGetValue(id, out var bytes), $"{id} is published");
            entries.AddRange(EntryBundle.Parse(bytes, id.Width));
        }

        return entries;
    }

    private static void CheckKeys(SignedCheckpoint[] checkpoints, List<ReadOnlyMemory<byte>> entries)
    {
        var announced = entries
            .Select((bytes, index) => (Index: index, Keys: Entry.Parse(bytes.Span).Keys))
            .Where(entry => entry.Keys is not null)
            .ToArray();
        foreach (var checkpoint in checkpoints)
        {
            var keys = announced.Last(entry => entry.Index < checkpoint.Size).Keys!;
            Require(
                checkpoint.Signers.Select(signer => signer.ToString()).Order().SequenceEqual(keys.Order()) && checkpoint.Signatures.Count == keys.Count,
                "every checkpoint is signed by the keys that the log announced last, and by no others");
        }
    }

    // The journal is the source of truth: the log is its committed batches in a row, and the index is what they say.
    private static void CheckJournal(InMemoryWorld world, List<ReadOnlyMemory<byte>> entries)
    {
        var batches = new Stack<JournalBatch>();
        for (var name = world.Ledger.Head!.Journal; name.Length > 0; name = batches.Peek().Previous)
            batches.Push(JournalFormat.Decode(world.Ledger.Journal[name]));

        var index = new Dictionary<(Digest, ActId), Anchor>();
        var size = 0;
        foreach (var batch in batches)
        {
            Require(batch.Start == size, "each batch begins where the one before ends");
            Require(batch.Records.All(record => entries[size++].Span.SequenceEqual(record.Entry.Span)), "the journal holds the log's entries");
            foreach (var (anchor, _) in batch.Acts())
                index.TryAdd((anchor.Digest, anchor.ActId), anchor);
        }

        Require(size == entries.Count, "the journal holds every entry of the log");
        var rows = world.Ledger.Anchors.ToDictionary(anchor => (anchor.Digest, anchor.ActId));
        Require(index.Count == rows.Count && index.All(row => rows.TryGetValue(row.Key, out var stored) && stored.LogIndex == row.Value.LogIndex), "the index is what the journal would rebuild");
    }

    private static void CheckIndex(InMemoryWorld world, List<ReadOnlyMemory<byte>> entries)
    {
        foreach (var anchor in world.Ledger.Anchors)
        {
            Require(anchor.LogIndex < entries.Count, "an indexed entry is published");
            Require(anchor.Entry.Span.SequenceEqual(entries[(int)anchor.LogIndex].Span), "an index row has the entry of the log");
            Require(Entry.Parse(anchor.Entry.Span).Commitment == anchor.Opening.Commit(anchor.Digest), "an index row opens its entry");
        }

        var acts = world.Ledger.Anchors.Select(anchor => (anchor.ActId, anchor.Digest)).ToArray();
        Require(acts.Distinct().Count() == acts.Length, "each act is in effect once");
        Require(world.Ledger.Anchors.Select(anchor => anchor.LogIndex).Distinct().Count() == acts.Length, "each row has an entry of its own");
    }

    private static void CheckReceipts(InMemoryWorld world, List<MerkleHash> roots)
    {
        foreach (var ((source, algorithm), bytes) in world.Inbox.Receipts)
        {
            var receipt = Receipt.Parse(bytes);
            Require(DigestAlgorithm.TryParse(algorithm, out var parsed), "a receipt names its algorithm");
            var anchor = world.Ledger.Anchors.Single(candidate => candidate.ActId == ActId.Of(source, 0, parsed!));
            var check = ReceiptCheck.Run(receipt, anchor.Digest, world.EveryVerifier);
            Require(check.Index == anchor.LogIndex, "a receipt is of the act in effect");
            Require(check.Checkpoint.Checkpoint.Root == roots[(int)check.Checkpoint.Size], "a receipt's checkpoint is of this log");
        }
    }

    private static void Require(bool holds, string invariant)
    {
        if (!holds)
            throw new AuditException($"Broken: {invariant}.");
    }
}

/// <summary>An invariant does not hold.</summary>
public sealed class AuditException(string message) : Exception(message);
