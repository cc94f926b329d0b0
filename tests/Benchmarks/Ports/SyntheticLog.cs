using System.Globalization;
using System.Security.Cryptography;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>
/// A log of millions of entries, of which every thousandth (below 1,000 each) is a real act on a document that can be
/// verified; the others are short, so that it is built in seconds. Another one in a thousand counts as revoked, and the status of
/// all is the last entry at each of its sizes.
/// </summary>
internal sealed class SyntheticLog
{
    private const int KnownEvery = 1000;
    private const int TakeEvery = 1 << 16;

    private readonly Dictionary<TileId, ReadOnlyMemory<byte>> _tiles = [];
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _packs = [];
    private readonly Dictionary<long, SignedCheckpoint> _checkpoints = [];
    private readonly List<IndexedAct> _known = [];

    private SyntheticLog(EcdsaP256Signer key) => Key = key;

    /// <summary>The key that signed.</summary>
    public EcdsaP256Signer Key { get; }

    /// <summary>Builds one and remembers it at each of the sizes.</summary>
    public static async Task<SyntheticLog> BuildAsync(IReadOnlyList<long> sizes, CancellationToken cancellationToken)
    {
        var log = new SyntheticLog(LeanService.NewKey());
        var edge = new RightEdge();
        foreach (var size in sizes.Order())
        {
            while (edge.Size < size - 1)
            {
                log.Append(edge);
                if (edge.Size % TakeEvery == 0)
                    log.Keep(edge.TakeTiles().Where(tile => !tile.Id.IsEntries));
            }

            edge.Append(await log.EndAsync(size - 1, cancellationToken));
            log.Keep(edge.TakeTiles().Where(tile => !tile.Id.IsEntries || tile.Id.IsPartial));
            log._checkpoints[size] = await SignedCheckpoint.SignAsync(new Checkpoint(LeanService.Origin, size, edge.Root()), [log.Key], cancellationToken);
        }

        return log;
    }

    /// <summary>Acts that a log of this size holds.</summary>
    public IReadOnlyList<IndexedAct> Known(long size) => [.. _known.TakeWhile(act => act.LogIndex < size)];

    /// <summary>Its checkpoint at a size, signed by the log alone.</summary>
    public SignedCheckpoint CheckpointAt(long size) => _checkpoints[size];

    /// <summary>A ledger on which the log has this size.</summary>
    public LeanLedger Open(long size, OperationCounts operations, SignedCheckpoint? cosigned = null)
    {
        var ledger = new LeanLedger(operations) { Older = _tiles, OlderPacks = _packs };
        var checkpoint = cosigned ?? _checkpoints[size];
        ledger.Begin(new Head("begin", checkpoint.Note), size, checkpoint.Note);
        foreach (var act in Known(size))
            ledger.Seed(act);
        return ledger;
    }

    private void Append(RightEdge edge)
    {
        var index = edge.Size;
        if (index >= KnownEvery && index % KnownEvery != 0)
        {
            edge.Append(BitConverter.GetBytes(index));
            return;
        }

        var digest = new Digest(DigestAlgorithm.Sha256, SHA256.HashData(BitConverter.GetBytes(~index)));
        var opening = Opening.Create();
        var source = new BlobVersion(Uploads.Bank.Container, "synthetic", "0x1");
        var act = new StagedUpload(source, Uploads.Bank, Uploads.Bank.Since, AnswerForm.OfDocument, [new RequestedAct(ActKind.Issue, index) { Digests = [digest] }]).FirstIssue();
        var entry = act.ToEntry(opening).Encode();
        edge.Append(entry);
        _known.Add(new IndexedAct(digest, act.Id, index, entry, opening, Unpublished.None));
    }

    // The status entry of a size, whose pack is kept.
    private async Task<byte[]> EndAsync(long covers, CancellationToken cancellationToken)
    {
        using var packs = new PackStore(new LeanLedger(new OperationCounts()));
        var changes = new Dictionary<long, EntryStatus>();

        // Anywhere, so that no compressor finds a pattern that real revocations would not have; the same each time.
        var random = new Random(1);
        for (long known = KnownEvery; known + KnownEvery < covers; known += KnownEvery)
            changes[known + random.Next(1, KnownEvery)] = EntryStatus.Revoked;
        var status = await PackedStatus.Empty(packs, covers).WithAsync(changes, covers, cancellationToken);
        var entry = Entry.OfStatus(covers, status.Root, 0, Uploads.Bank.Since).Encode();
        _packs[StorageNames.StatusFolder + (covers + 1).ToString("d19", CultureInfo.InvariantCulture)] = status.Pack(entry);
        return entry;
    }

    private void Keep(IEnumerable<TileContent> tiles)
    {
        foreach (var tile in tiles)
            _tiles[tile.Id] = tile.Bytes;
    }
}
