using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace TrueCopy.Testing.InMemory;

/// <summary>
/// The ledger account in memory, and what a test asks of it. Sees every write at the moment that it takes effect, and notes
/// orders of things that a reader must never see.
/// </summary>
public sealed class InMemoryLedger : InMemoryBlobs
{
    private static readonly ConditionalWeakTable<TableRow, IndexedAct> Decoded = [];
    private static readonly BlobAddress CheckpointBlob = new(StorageNames.LogContainer, "checkpoint");
    private static readonly BlobAddress FinishedBlob = new(StorageNames.StateContainer, "finished");
    private static readonly BlobAddress HeadBlob = new(StorageNames.StateContainer, "head");
    private readonly ConcurrentQueue<(BlobAddress Blob, ReadOnlyMemory<byte> Content)> _late = new();

    /// <summary>Creates an account without a log.</summary>
    public InMemoryLedger(IRequests requests, TimeProvider time)
        : base(requests, time)
    {
        Tables = new InMemoryTables(requests) { Inserting = NoteInsertion };
        State = new LogState(this);
        Log = new LogStore(this);
        Index = new ActIndex(Tables);
        Tiles = new TileView(this);
    }

    /// <summary>What this ledger does wrong on purpose.</summary>
    public Break Breaks { get; set; }

    /// <summary>The tables of the account.</summary>
    public InMemoryTables Tables { get; }

    /// <summary>Head and marks, as the service reads them.</summary>
    public LogState State { get; }

    /// <summary>The public log, as the service reads it.</summary>
    public LogStore Log { get; }

    /// <summary>The acts of documents, as the service reads them.</summary>
    public ActIndex Index { get; }

    /// <summary>The public tiles.</summary>
    public TileView Tiles { get; }

    /// <summary>Every checkpoint that was ever published, in order.</summary>
    public ConcurrentQueue<ReadOnlyMemory<byte>> Published { get; } = new();

    /// <summary>Orders of things that a reader must never see, noted at the moment that they could be seen.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>Every row of the index.</summary>
    public IReadOnlyCollection<IndexedAct> IndexedActs => [.. Tables.Rows(StorageNames.AnchorsTable).Select(Decode)];

    /// <summary>Batches of the journal by name, committed or not.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Journal =>
        All.Where(blob => blob.Key.Container == StorageNames.JournalContainer).ToDictionary(blob => blob.Key.Name, blob => blob.Value.Content);

    /// <summary>The committed head.</summary>
    public Head? Head => All.TryGetValue(HeadBlob, out var blob) ? Head.Parse(blob.Content) : null;

    /// <summary>How far publication has come.</summary>
    public long Finished => All.TryGetValue(FinishedBlob, out var blob) ? long.Parse(blob.Content.Span, CultureInfo.InvariantCulture) : 0;

    /// <summary>Takes over another ledger's content.</summary>
    public void CopyFrom(InMemoryLedger other)
    {
        base.CopyFrom(other);
        Tables.CopyFrom(other.Tables);
        foreach (var note in other.Published)
            Published.Enqueue(note);
    }

    /// <summary>The rows of the index whose entries are not among the first so many.</summary>
    public IReadOnlyCollection<IndexedAct> IndexedActsFrom(long logIndex) =>
        [.. Tables.Rows(StorageNames.AnchorsTable).Where(row => row.LogIndex >= logIndex).Select(Decode)];

    /// <summary>Every tile and bundle that a log of this size has.</summary>
    public static IEnumerable<TileId> TilesOf(long size)
    {
        for (var index = 0L; index * TileId.FullWidth < size; index++)
            yield return TileId.At(TileId.EntriesLevel, index, size);
        for (var level = 0; size >> (TileId.Height * level) is > 0 and var count; level++)
        {
            for (var index = 0L; index * TileId.FullWidth < count; index++)
                yield return TileId.At(level, index, size);
        }
    }

    /// <summary>The size that a checkpoint's note states.</summary>
    public static long SizeOf(ReadOnlyMemory<byte> note) =>
        long.Parse(Encoding.UTF8.GetString(note.Span).Split('\n')[1], CultureInfo.InvariantCulture);

    /// <summary>Sets a row of the index, whatever was there.</summary>
    public void Put(IndexedAct act)
    {
        var key = Tables.Rows(StorageNames.AnchorsTable).FirstOrDefault(row => IsOf(row, act.Digest, act.ActId))?.Key ?? $"{act.Digest}:{act.ActId}";
        Tables.Set(StorageNames.AnchorsTable, ActIndex.ToRow(act, key));
    }

    /// <summary>Loses a row of the index.</summary>
    public void Lose(Digest digest, ActId act) =>
        Tables.Remove(StorageNames.AnchorsTable, Tables.Rows(StorageNames.AnchorsTable).First(row => IsOf(row, digest, act)));

    /// <summary>Loses every table.</summary>
    public void LoseIndex()
    {
        foreach (var table in (string[])[StorageNames.AnchorsTable, StorageNames.IssuedTable, StorageNames.ReferencesTable, StorageNames.RevocationsTable, StorageNames.IssuersTable, StorageNames.ReceiversTable, StorageNames.HandoversTable])
            Tables.Clear(table);
    }

    /// <summary>Status packs by the size of the log.</summary>
    public IReadOnlyDictionary<long, ReadOnlyMemory<byte>> Packs => All
        .Where(blob => IsPack(blob.Key))
        .ToDictionary(blob => long.Parse(blob.Key.Name.AsSpan(StorageNames.StatusFolder.Length), NumberStyles.None, CultureInfo.InvariantCulture), blob => blob.Value.Content);

    /// <summary>Sets the bytes of a status pack; null to lose it.</summary>
    public void SetPack(long size, ReadOnlyMemory<byte>? pack) => SetOrLose(PackOf(size), pack);

    /// <summary>Sets what is served as the checkpoint; null to lose it.</summary>
    public void SetCheckpoint(ReadOnlyMemory<byte>? note) => SetOrLose(CheckpointBlob, note);

    /// <summary>Sets the head; null to lose it.</summary>
    public void SetHead(Head? head) => SetOrLose(HeadBlob, head is null ? default(ReadOnlyMemory<byte>?) : head.Encode());

    /// <summary>Sets the bytes of a batch; null to lose it. A journal under WORM allows neither.</summary>
    public void SetJournal(string name, byte[]? batch) => SetOrLose(new BlobAddress(StorageNames.JournalContainer, name), batch is null ? default(ReadOnlyMemory<byte>?) : batch);

    /// <inheritdoc/>
    protected override bool Enforces(BlobAddress blob, BlobCondition condition) => Breaks switch
    {
        Break.HeadWithoutCompareAndSwap => blob != HeadBlob,
        Break.MarksMoveBack => blob != CheckpointBlob && blob != FinishedBlob,
        _ => true,
    };

    /// <inheritdoc/>
    protected override InMemoryBlob? Seen(BlobAddress blob) => Breaks == Break.NothingIsFinishedLater && blob == FinishedBlob && Head is { } head
        ? new InMemoryBlob(Encoding.ASCII.GetBytes(SizeOf(head.Note).ToString(CultureInfo.InvariantCulture)), "0x0", Time.GetUtcNow(), new Dictionary<string, string>())
        : base.Seen(blob);

    /// <inheritdoc/>
    protected override InMemoryBlob Set(BlobAddress blob, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata)
    {
        if (blob == CheckpointBlob)
            return SetPublished(blob, content, metadata);
        if (blob.Container == StorageNames.JournalContainer && Breaks == Break.IndexBeforeCommit)
            IndexAtOnce(content);
        if (blob.Container != StorageNames.LogContainer && !IsPack(blob))
            return base.Set(blob, content, metadata);
        if (Breaks == Break.CheckpointBeforeTiles)
        {
            _late.Enqueue((blob, content.ToArray()));
            return new InMemoryBlob(content, NextETag(), Time.GetUtcNow(), new Dictionary<string, string>());
        }

        if (All.TryGetValue(blob, out var written) && !written.Content.Span.SequenceEqual(content.Span))
            Violations.Enqueue($"{blob.Name} was written with other content");
        return base.Set(blob, content, metadata);
    }

    private InMemoryBlob SetPublished(BlobAddress blob, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata)
    {
        var size = SizeOf(content);
        foreach (var tile in TilesOf(size).Where(tile => !Tiles.ContainsKey(tile)))
            Violations.Enqueue($"checkpoint {size} was published before {tile}");

        if (!All.ContainsKey(PackOf(size)) && HasStatus(size))
            Violations.Enqueue($"checkpoint {size} was published before its status pack");

        // What was lost and is shown again was published before.
        if (All.ContainsKey(blob) || !Published.LastOrDefault().Span.SequenceEqual(content.Span))
            Published.Enqueue(content.ToArray());
        var kept = base.Set(blob, content, metadata);
        while (_late.TryDequeue(out var tile))
            Keep(tile.Blob, tile.Content, null);
        return kept;
    }

    private static BlobAddress PackOf(long size) => new(StorageNames.StateContainer, StorageNames.StatusFolder + size.ToString("d19", CultureInfo.InvariantCulture));

    private static bool IsPack(BlobAddress blob) => blob.Container == StorageNames.StateContainer && blob.Name.StartsWith(StorageNames.StatusFolder, StringComparison.Ordinal);

    private bool HasStatus(long size)
    {
        var id = TileId.At(TileId.EntriesLevel, (size - 1) / TileId.FullWidth, size);
        return Tiles.TryGetValue(id, out var bundle) && Entry.Parse(EntryBundle.Parse(bundle, id.Width)[^1].Span).Kind == ActKind.Status;
    }

    private void IndexAtOnce(ReadOnlyMemory<byte> batch)
    {
        foreach (var (act, _) in JournalFormat.Decode(batch).Acts())
            Tables.TryInsert(StorageNames.AnchorsTable, [ActIndex.ToRow(act, $"{act.Digest}:{act.ActId}")]);
    }

    private void NoteInsertion(string table, TableRow row)
    {
        var published = All.TryGetValue(CheckpointBlob, out var note) ? SizeOf(note.Content) : 0;
        if (table == StorageNames.AnchorsTable && row.LogIndex >= published)
            Violations.Enqueue($"entry {row.LogIndex} was indexed before it was published");
    }

    private void SetOrLose(BlobAddress blob, ReadOnlyMemory<byte>? content)
    {
        if (content is { } kept)
            base.Put(blob, kept);
        else
            Remove(blob);
    }

    private static bool IsOf(TableRow row, Digest digest, ActId act) => row.Act == act.Value && row.Key.StartsWith($"{digest}:", StringComparison.Ordinal);

    private static IndexedAct Decode(TableRow row) => Decoded.GetValue(row, static row =>
        ActIndex.ToAct(Digest.TryParse(row.Key[..row.Key.LastIndexOf(':')], out var digest) ? digest : throw new AuditException("a row of the index names a digest"), row));

    /// <summary>The tiles of a log, by id.</summary>
    public sealed class TileView(InMemoryBlobs blobs)
    {
        /// <summary>The bytes of a tile.</summary>
        public ReadOnlyMemory<byte> this[TileId tile]
        {
            get => blobs.All[AddressOf(tile)].Content;
            set => blobs.Put(AddressOf(tile), value);
        }

        /// <summary>Whether a tile is there.</summary>
        public bool ContainsKey(TileId tile) => blobs.All.ContainsKey(AddressOf(tile));

        /// <summary>The bytes of a tile, if it is there.</summary>
        public bool TryGetValue(TileId tile, [NotNullWhen(true)] out ReadOnlyMemory<byte> bytes)
        {
            bytes = blobs.All.TryGetValue(AddressOf(tile), out var blob) ? blob.Content : default;
            return blob is not null;
        }

        /// <summary>Loses a tile.</summary>
        public bool Remove(TileId tile) => blobs.Remove(AddressOf(tile));

        /// <summary>Loses every tile.</summary>
        public void Clear()
        {
            foreach (var blob in blobs.All.Keys.Where(IsTile))
                blobs.Remove(blob);
        }

        /// <summary>How many there are.</summary>
        public int Count => blobs.All.Keys.Count(IsTile);

        private static bool IsTile(BlobAddress blob) => blob.Container == StorageNames.LogContainer && blob != CheckpointBlob;

        private static BlobAddress AddressOf(TileId tile) => new(StorageNames.LogContainer, tile.ToPath());
    }
}
