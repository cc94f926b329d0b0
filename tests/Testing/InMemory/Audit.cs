using System.Collections.Concurrent;
using System.Globalization;

namespace TrueCopy.Testing.InMemory;

/// <summary>The invariants of the design, checked from the outside after whatever happened.</summary>
public static class Audit
{
    private static readonly ConcurrentDictionary<string, StatusFold> Folded = new();

    /// <summary>Checks a world; throws <see cref="AuditException"/> naming the invariant that does not hold.</summary>
    /// <param name="world">The world.</param>
    /// <param name="audited">
    /// Number of entries, ending a batch, that an earlier audit of this log covered: of those only the hashes are checked again.
    /// </param>
    public static async Task RunAsync(InMemoryWorld world, int audited = 0)
    {
        var checkpoints = world.Ledger.Published
            .Select(note => SignedCheckpoint.Open(note, InMemoryWorld.Origin, world.EveryVerifier))
            .ToArray();
        var final = checkpoints[^1];
        Require(
            checkpoints.Zip(checkpoints.Skip(1)).All(pair => pair.First.Size < pair.Second.Size || (world.Witnesses is not null && pair.First.Size == pair.Second.Size)),
            "the published size only grows");

        var entries = ReadEntries(world, final.Size);
        var receipts = world.Inbox.EveryReceipt.Select(handed => (handed.Source, handed.Read())).ToArray();
        var roots = RootsAt(
            checkpoints.Select(checkpoint => checkpoint.Size).Concat(receipts.Select(item => InMemoryLedger.SizeOf(item.Item2.Receipt.Proof.Checkpoint)))
                .Concat(world.Witnesses?.Cosigned.Select(checkpoint => checkpoint.Size) ?? [])
                .ToHashSet(),
            entries);
        Require(checkpoints.All(checkpoint => roots[checkpoint.Size] == checkpoint.Checkpoint.Root), "no fork: every checkpoint ever published is of this log");
        await CheckTilesAsync(world, checkpoints.Where(checkpoint => checkpoint.Size >= audited), final);
        Require(world.Ledger.Violations.IsEmpty, string.Join("; ", world.Ledger.Violations));
        Require(world.Alarms.IsEmpty, string.Join("; ", world.Alarms));
        Require(world.Ledger.Head!.Note.Span.SequenceEqual(final.WithoutCosignatures().Note.Span) && world.Ledger.Finished == final.Size, "what is committed is published and finished");
        CheckWitnesses(world, checkpoints, receipts.Select(item => item.Item2.Receipt), roots);
        if (audited == 0)
            CheckKeys(checkpoints, entries);
        await CheckJournalAsync(world, entries, audited);
        CheckStatus(world, checkpoints, entries, audited);
        HandoverAudit.Check(entries, audited);
        CheckIndex(world, entries, audited);
        await CheckReceiptsAsync(world, receipts, roots, [.. world.Ledger.Packs.Keys]);
    }

    /// <summary>Requires that every upload whose acts are in the log has its answer, also those that were overwritten or deleted since.</summary>
    /// <param name="world">The world.</param>
    /// <param name="audited">Number of entries, ending a batch, that are left out.</param>
    public static void RequireAnswered(InMemoryWorld world, int audited = 0)
    {
        var inbox = world.Inbox;
        for (var (name, start) = (world.Ledger.Head!.Journal, long.MaxValue); name.Length > 0 && start > audited;)
        {
            var batch = JournalFormat.Decode(world.Ledger.Journal[name]);
            foreach (var (row, act) in batch.Acts().Where(item => item.Row.LogIndex >= audited))
            {
                Require(
                    act.Answer.Kind switch
                    {
                        _ when act.IsOfHandover => !act.Answer.DeleteDocument || !inbox.Exists(act.Source),
                        UploadKind.Document when row.Entry.Yields is not null && inbox.Rejections.ContainsKey(act.Source) => true,
                        UploadKind.Document => inbox.Keeps(act.Source, AnswerPath.Receipt(act.Source.Path, row.Digest.Algorithm)) && (!act.Answer.DeleteDocument || !inbox.Exists(act.Source)),
                        UploadKind.Manifest => inbox.Keeps(act.Source, AnswerPath.Lines(act.Source.Path)),
                        _ => inbox.ActReceipts.ContainsKey(act.Source),
                    },
                    $"every upload is answered: {act.Source.Path}");
            }

            (name, start) = (batch.Previous, batch.Start);
        }
    }

    // No two cosignatures disagree if all that ever was cosigned is of one log.
    private static void CheckWitnesses(InMemoryWorld world, SignedCheckpoint[] checkpoints, IEnumerable<Receipt> receipts, Dictionary<long, MerkleHash> roots)
    {
        if (world.Witnesses is not { } witnesses)
        {
            Require(checkpoints.All(checkpoint => checkpoint.WithoutCosignatures() == checkpoint), "nobody cosigns where nobody is asked to");
            return;
        }

        Require(witnesses.Cosigned.All(cosigned => roots.TryGetValue(cosigned.Size, out var root) && cosigned.Root == root), "no two cosignatures disagree: all are of this log");
        var seen = checkpoints.Select(checkpoint => witnesses.Policy.Trust.Weigh(checkpoint, world.Time.GetUtcNow())).ToArray();
        Require(
            seen.Zip(seen.Skip(1)).Where(pair => pair.First.Checkpoint.Size == pair.Second.Checkpoint.Size).All(pair =>
                pair.Second.IsMet && pair.First.Sightings.All(before => pair.Second.Sightings.Any(after => after.Witness == before.Witness && after.At >= before.At))),
            "a checkpoint gives way to one of its size only if that has newer cosignatures, and no fewer");
        if (witnesses.Policy.FailOpen)
            return;
        Require(checkpoints.All(IsCovered), "nothing is published that the quorum has not signed");
        Require(receipts.All(receipt => IsCovered(SignedCheckpoint.Open(receipt.Proof.Checkpoint, InMemoryWorld.Origin, world.EveryVerifier))), "no receipt rests on what the quorum has not signed");

        bool IsCovered(SignedCheckpoint checkpoint) => witnesses.Policy.Trust.Weigh(checkpoint, world.Time.GetUtcNow()).IsMet;
    }

    private static Dictionary<long, MerkleHash> RootsAt(HashSet<long> sizes, List<ReadOnlyMemory<byte>> entries)
    {
        var edge = new RightEdge();
        var roots = new Dictionary<long, MerkleHash>();
        foreach (var entry in entries)
        {
            edge.Append(entry.Span);
            if (sizes.Contains(edge.Size))
                roots.Add(edge.Size, edge.Root());
        }

        return roots;
    }

    private static async Task CheckTilesAsync(InMemoryWorld world, IEnumerable<SignedCheckpoint> checkpoints, SignedCheckpoint final)
    {
        var tiles = new UncachedTiles(world.Ledger.Log);
        foreach (var checkpoint in checkpoints)
        {
            Require(
                await new TreeReader(tiles, checkpoint.Size).RootAsync(CancellationToken.None) == checkpoint.Checkpoint.Root,
                $"the published tiles hash to the root of checkpoint {checkpoint.Size}");
            Require(
                ProofVerifier.Extends(
                    checkpoint.Size,
                    checkpoint.Checkpoint.Root,
                    final.Size,
                    final.Checkpoint.Root,
                    await new TreeReader(tiles, final.Size).ConsistencyProofAsync(checkpoint.Size, CancellationToken.None)),
                $"the last checkpoint extends checkpoint {checkpoint.Size}");
        }
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
                checkpoint.Signers.Select(signer => signer.ToString()).Order().SequenceEqual(keys.Order()) && checkpoint.WithoutCosignatures().Signatures.Count == keys.Count,
                "every checkpoint is signed by the keys that the log announced last, and by no others");
        }
    }

    // The journal is the source of truth: the log is its committed batches in a row, and the index is what they say.
    private static async Task CheckJournalAsync(InMemoryWorld world, List<ReadOnlyMemory<byte>> entries, int audited)
    {
        var batches = new Stack<JournalBatch>();
        for (var name = world.Ledger.Head!.Journal; name.Length > 0 && (batches.Count == 0 || batches.Peek().Start > audited); name = batches.Peek().Previous)
            batches.Push(JournalFormat.Decode(world.Ledger.Journal[name]));

        var rebuilt = new InMemoryTables(new Operations());
        var indexer = new BatchIndexer(rebuilt);
        var size = audited;
        foreach (var batch in batches)
        {
            Require(batch.Start == size, "each batch begins where the one before ends");
            Require(batch.Records.All(record => entries[size++].Span.SequenceEqual(record.Entry.Span)), "the journal holds the log's entries");
            await indexer.AddAsync(batch, CancellationToken.None);
        }

        Require(size == entries.Count, "the journal holds every entry of the log");
        var tables = world.Ledger.Tables;
        Require(
            PlacesOf(rebuilt.Rows(StorageNames.AnchorsTable), audited).SequenceEqual(PlacesOf(tables.Rows(StorageNames.AnchorsTable), audited)),
            "the index is what the journal would rebuild");
        foreach (var table in (string[])[StorageNames.ReferencesTable, StorageNames.RevocationsTable, StorageNames.IssuersTable, StorageNames.ReceiversTable])
        {
            var (expected, stored) = (rebuilt.Rows(table), tables.Rows(table).ToHashSet());
            Require(expected.All(stored.Contains) && (audited > 0 || expected.Count == stored.Count), $"the rows of {table} are what the journal would rebuild");
        }

        // What was announced only is not in the journal.
        var sent = tables.Rows(StorageNames.HandoversTable).Where(row => row.LogIndex is not null).ToHashSet();
        Require(rebuilt.Rows(StorageNames.HandoversTable) is var handovers && handovers.All(sent.Contains) && (audited > 0 || handovers.Count == sent.Count), "the rows of the handovers are what the journal would rebuild");
    }

    // Under which key an act is depends on what else is there; which act is where in the log does not.
    private static IEnumerable<string> PlacesOf(IReadOnlyList<TableRow> rows, int audited) => rows
        .Where(row => row.LogIndex >= audited)
        .Select(row => $"{row.Key[..row.Key.LastIndexOf(':')]} {row.Act} {row.LogIndex}")
        .Order(StringComparer.Ordinal);

    // What the log itself says of its entries is what an auditor makes of them, and how the index has them.
    private static void CheckStatus(InMemoryWorld world, SignedCheckpoint[] checkpoints, List<ReadOnlyMemory<byte>> entries, int audited)
    {
        var fold = FoldOf(world, entries, audited);
        while (fold.Size < entries.Count)
        {
            var step = fold.Add(Entry.Parse(entries[(int)fold.Size].Span));
            Require(step.Breach is null, $"entry {fold.Size - 1} keeps the rules of the status: {step.Breach}");
            if (step.Named is { } named && named.Breach(Entry.Parse(entries[(int)named.Target].Span)) is { } breach)
                Require(false, $"entry {fold.Size - 1} keeps the rules of the status: {breach}");
        }

        Require(
            checkpoints.All(checkpoint => checkpoint.Size <= fold.From || Entry.Parse(entries[(int)checkpoint.Size - 1].Span).Kind == ActKind.Status),
            "every checkpoint's last entry is the status");
        var touched = world.Ledger.IndexedActsFrom(audited).Select(row => (row.Digest, row.Entry.Issuer)).ToHashSet();
        foreach (var document in world.Ledger.IndexedActs.GroupBy(row => (row.Digest, row.Entry.Issuer)).Where(document => touched.Contains(document.Key)))
        {
            var own = DocumentActs.OwnedBy(document.Key.Issuer!, document);
            foreach (var issue in own.Where(act => act.Entry.Kind == ActKind.Issue && act.LogIndex >= fold.From))
            {
                var expected = issue == DocumentActs.Standing(own) ? DocumentActs.StatusOf(own.Where(act => act.LogIndex >= fold.From)) : EntryStatus.Reissued;
                Require(fold[issue.LogIndex] == expected, $"the index says {expected} of entry {issue.LogIndex}, and the log {fold[issue.LogIndex]}");
            }
        }
    }

    // What an earlier audit covered is the same in every copy of its world.
    private static StatusFold FoldOf(InMemoryWorld world, List<ReadOnlyMemory<byte>> entries, int audited)
    {
        var first = entries.FindIndex(entry => Entry.Parse(entry.Span).Kind == ActKind.Status);
        var from = first < 0 ? entries.Count : Entry.Parse(entries[first].Span).From ?? 0;
        if (audited <= from)
            return new StatusFold(from);
        var covered = Folded.GetOrAdd(world.Ledger.Journal.First(batch => batch.Key.StartsWith(audited.ToString("d19", CultureInfo.InvariantCulture), StringComparison.Ordinal)).Key, _ =>
        {
            var fold = new StatusFold(from);
            while (fold.Size < audited)
                fold.Add(Entry.Parse(entries[(int)fold.Size].Span));
            return fold;
        });
        return new StatusFold(covered.State);
    }

    private static void CheckIndex(InMemoryWorld world, List<ReadOnlyMemory<byte>> entries, int audited)
    {
        foreach (var row in world.Ledger.IndexedActsFrom(audited))
        {
            Require(row.LogIndex < entries.Count, "an indexed entry is published");
            Require(row.EntryBytes.Span.SequenceEqual(entries[(int)row.LogIndex].Span), "an index row has the entry of the log");
            Require(row.Entry.Commitment == row.Opening.Commit(row.Digest), "an index row opens its entry");
        }

        var rows = world.Ledger.IndexedActs;
        var acts = rows.Select(row => (row.ActId, row.Digest)).ToArray();
        Require(acts.Distinct().Count() == acts.Length, "each act is in effect once");
        Require(rows.Select(row => row.LogIndex).Distinct().Count() == acts.Length, "each row has an entry of its own");

        // What issuers do may be in the log again; whoever traces a handover sees every entry of it.
        var ofHandovers = rows.Where(row => HandoverAudit.IsOfHandover(row.Entry)).Select(row => row.LogIndex).ToHashSet();
        Require(Enumerable.Range(audited, entries.Count - audited).All(index => ofHandovers.Contains(index) || !HandoverAudit.IsOfHandover(Entry.Parse(entries[index].Span))), "each act of a handover is in the log once");
    }

    // Not only those that stand: an issuer may have taken a copy of one that was written again since.
    private static async Task CheckReceiptsAsync(
        InMemoryWorld world,
        (BlobVersion? Source, (Receipt Receipt, long? LogIndex, Digest? Digest) Said)[] receipts,
        Dictionary<long, MerkleHash> roots,
        HashSet<long> hasStatus)
    {
        var rows = world.Ledger.IndexedActs.ToDictionary(row => row.LogIndex);
        async Task<bool> IsOfAsync(BlobVersion source, IndexedAct row) =>
            row.ActId == ActId.Of(source, 0, row.Digest.Algorithm)
            || (row.Entry is { Kind: ActKind.Issue } entry && IssuerContainer.Prefix + entry.Issuer == source.Container && await world.Inbox.HeldAsync(source, row.Digest));
        foreach (var (source, said) in receipts)
        {
            Require(rows.TryGetValue(said.Receipt.Proof.Index, out var row), "a receipt is of an act in effect");
            Require(source is null || await IsOfAsync(source, row!), "a document's receipt is of its own act, or of the same issuer's act on the same bytes that it would repeat");
            Require(said.LogIndex is null || said.LogIndex == row!.LogIndex && row.Digest.Equals(said.Digest), "a line of receipts says whose receipt it is");
            var check = ReceiptCheck.Run(said.Receipt, row!.Digest, world.EveryVerifier);
            Require(row.Entry.Kind != ActKind.Issue || check.Status != ProvenStatus.None || !hasStatus.Contains(check.Checkpoint.Size), "a receipt of an issue proves how it stands");
            Require(roots.TryGetValue(check.Checkpoint.Size, out var root) && check.Checkpoint.Checkpoint.Root == root, "a receipt's checkpoint is of this log");
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
