namespace TrueCopy.Benchmarks.Ports;

/// <summary>The ledger account in memory, which counts bytes, copies nothing and keeps no more than a long run needs.</summary>
internal sealed class LeanLedger : InMemoryBlobs
{
    private long _publicBytes;
    private long _privateBytes;
    private long _packBytes;

    public LeanLedger(OperationCounts operations)
        : base(operations, TimeProvider.System) =>
        Tables = new LeanTables(operations);

    public LeanTables Tables { get; }

    /// <summary>Tiles of the log that this one continues, which are read and never written.</summary>
    public IReadOnlyDictionary<TileId, ReadOnlyMemory<byte>>? Older { get; init; }

    /// <summary>The status packs of that log, by blob name.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? OlderPacks { get; init; }

    public long PublicBytes => Volatile.Read(ref _publicBytes);

    public long PrivateBytes => Volatile.Read(ref _privateBytes);

    /// <summary>Bytes of the packs that were written.</summary>
    public long PackBytes => Volatile.Read(ref _packBytes);

    /// <summary>What Azure bills for the rows of the index: 4 bytes, keys and property names in UTF-16, values; here the longest parts of it.</summary>
    public long IndexBytes => Tables.Rows(StorageNames.AnchorsTable).Sum(row =>
        4L + (2 * (row.Partition.Length + row.Key.Length)) + (2 * row.Entry!.Length) + (2 * row.Opening!.Length) + (2 * row.Act!.Length) + 8 + (5 * 8) + (2 * "LogIndexActEntryOpening".Length));

    /// <summary>Begins where another log stands.</summary>
    public void Begin(Head head, long size, ReadOnlyMemory<byte> checkpoint)
    {
        Put(new BlobAddress(StorageNames.StateContainer, "head"), head.Encode());
        Put(new BlobAddress(StorageNames.StateContainer, "finished"), System.Text.Encoding.ASCII.GetBytes(size.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Put(new BlobAddress(StorageNames.LogContainer, "checkpoint"), checkpoint);
    }

    public void Seed(IndexedAct act) => Tables.Set(StorageNames.AnchorsTable, ActIndex.ToRow(act, $"{act.Digest}:{act.ActId}"));

    protected override ReadOnlyMemory<byte> Copied(ReadOnlyMemory<byte> content) => content;

    protected override InMemoryBlob? Seen(BlobAddress blob) =>
        base.Seen(blob) is { } found ? found
        : Older is not null && blob.Container == StorageNames.LogContainer && TileId.TryParse(blob.Name, out var id) && Older.TryGetValue(id, out var bytes) ? Unkept(bytes)
        : OlderPacks is not null && blob.Container == StorageNames.StateContainer && OlderPacks.TryGetValue(blob.Name, out var pack) ? Unkept(pack)
        : null;

    // Nobody reads a batch again that was finished.
    protected override InMemoryBlob Set(BlobAddress blob, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata)
    {
        if (blob.Container == StorageNames.JournalContainer)
        {
            Interlocked.Add(ref _privateBytes, content.Length);
            return Unkept(content);
        }

        if (blob.Container == StorageNames.StateContainer && blob.Name.StartsWith(StorageNames.StatusFolder, StringComparison.Ordinal))
            Interlocked.Add(ref _packBytes, content.Length);
        if (blob.Container == StorageNames.LogContainer && blob.Name != "checkpoint")
            Interlocked.Add(ref _publicBytes, content.Length);
        return base.Set(blob, content, metadata);
    }

    private InMemoryBlob Unkept(ReadOnlyMemory<byte> content) => new(content, NextETag(), Time.GetUtcNow(), new Dictionary<string, string>());
}
