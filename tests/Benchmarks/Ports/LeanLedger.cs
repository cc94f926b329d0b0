using System.Collections.Concurrent;
using System.Globalization;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>The ledger account in memory with nothing around it but counts of operations and bytes: no log, no audit, no faults.</summary>
internal sealed class LeanLedger(OperationCounts operations) : ILogState, IJournal, ILogStore, IAnchorIndex, IReferenceIndex, IRevocationIndex, IIssuerHistory
{
    private const int TableParallelism = 16;
    private const int MaxTransaction = 100;

    private readonly ConcurrentDictionary<Digest, Anchor[]> _anchors = new();
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _journal = new();
    private readonly ConcurrentBag<IssuerRecord> _issuers = [];
    private StoredHead? _head;
    private long _finished;
    private ReadOnlyMemory<byte>? _checkpoint;
    private long _publicBytes;
    private long _privateBytes;
    private long _indexBytes;

    /// <summary>The public tiles and bundles.</summary>
    public ConcurrentDictionary<TileId, ReadOnlyMemory<byte>> Tiles { get; init; } = new();

    /// <summary>Tiles of the log that this one continues, which are read and never written.</summary>
    public IReadOnlyDictionary<TileId, ReadOnlyMemory<byte>>? Older { get; init; }

    /// <summary>Whether journal batches are kept; a long run needs only the last.</summary>
    public bool KeepsJournal { get; init; }

    public long PublicBytes => Volatile.Read(ref _publicBytes);

    public long PrivateBytes => Volatile.Read(ref _privateBytes);

    public long IndexBytes => Volatile.Read(ref _indexBytes);

    /// <summary>Begins where another log stands.</summary>
    public void Begin(Head head, long size, ReadOnlyMemory<byte> checkpoint) =>
        (_head, _finished, _checkpoint) = (new StoredHead(head, "begin"), size, checkpoint);

    public void Seed(Anchor anchor) => _anchors[anchor.Digest] = [anchor];

    public async Task<StoredHead?> LoadHeadAsync(CancellationToken cancellationToken)
    {
        await BlobAsync("head.load", "head", cancellationToken);
        return _head;
    }

    public async Task<string?> TryReplaceHeadAsync(Head head, string? expectedVersion, CancellationToken cancellationToken)
    {
        await BlobAsync("head.replace", "head", cancellationToken);
        var current = _head;
        if (current?.Version != expectedVersion)
            return null;
        var replaced = new StoredHead(head, head.Journal);
        return Interlocked.CompareExchange(ref _head, replaced, current) == current ? replaced.Version : null;
    }

    public Task<DateTimeOffset?> FinishedAtAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("No timer looks at a lean ledger.");

    public async Task<long> LoadFinishedAsync(CancellationToken cancellationToken)
    {
        await BlobAsync("finished.load", "finished", cancellationToken);
        return _finished;
    }

    public async Task SaveFinishedAsync(long size, CancellationToken cancellationToken)
    {
        await BlobAsync("finished.save", "finished", cancellationToken);
        _finished = Math.Max(_finished, size);
    }

    public async Task WriteAsync(string name, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        await BlobAsync("journal.write", name, cancellationToken);
        Interlocked.Add(ref _privateBytes, batch.Length);
        if (KeepsJournal)
            _journal[name] = batch;
    }

    async Task<ReadOnlyMemory<byte>> IJournal.ReadAsync(string name, CancellationToken cancellationToken)
    {
        await BlobAsync("journal.read", name, cancellationToken);
        return _journal[name];
    }

    public async Task WriteAsync(TileContent tile, CancellationToken cancellationToken)
    {
        await BlobAsync("tile.write", tile.Id.ToPath(), cancellationToken);
        Interlocked.Add(ref _publicBytes, tile.Bytes.Length);
        Tiles[tile.Id] = tile.Bytes;
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
    {
        await BlobAsync("tile.read", "", cancellationToken);
        if (Tiles.TryGetValue(tile, out var bytes) || Older?.TryGetValue(tile, out bytes) == true)
            return bytes;
        throw new TileNotFoundException(tile);
    }

    public async Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken)
    {
        await BlobAsync("checkpoint.read", "checkpoint", cancellationToken);
        return _checkpoint;
    }

    public async Task PublishCheckpointAsync(ReadOnlyMemory<byte> note, long size, CancellationToken cancellationToken)
    {
        await BlobAsync("checkpoint.publish", "checkpoint", cancellationToken);
        _checkpoint = note;
    }

    public async Task<IReadOnlyList<Anchor>> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest("index.find", StorageService.Table), cancellationToken);
        return _anchors.TryGetValue(digest, out var anchors) ? anchors : [];
    }

    // Transactions of 100 rows of one partition, as the table's adapter makes them.
    public async Task<IReadOnlyList<DisplacedAct>> AddAsync(IReadOnlyList<NewAct> acts, CancellationToken cancellationToken)
    {
        var transactions = acts
            .GroupBy(act => act.Anchor.Digest.Bytes[0])
            .SelectMany(partition => partition.Chunk(MaxTransaction).Select(rows => (Partition: partition.Key, Rows: rows)));
        var displaced = new ConcurrentBag<DisplacedAct>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = TableParallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(transactions, options, async (transaction, stop) =>
        {
            var partition = transaction.Partition.ToString("x2", CultureInfo.InvariantCulture);
            await operations.RunAsync(new StorageRequest("index.add", StorageService.Table, partition, transaction.Rows.Length), stop);
            foreach (var act in transaction.Rows)
            {
                if (Add(act) is { } lost)
                    displaced.Add(lost);
            }
        });
        return [.. displaced];
    }

    public async Task<IReadOnlyList<Digest>> FindAsync(string issuer, string reference, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest("references.find", StorageService.Table), cancellationToken);
        return [];
    }

    public Task AddAsync(IReadOnlyList<DocumentReference> references, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlySet<Digest>> LoadAsync(string issuer, CancellationToken cancellationToken) => Task.FromResult<IReadOnlySet<Digest>>(new HashSet<Digest>());

    public Task AddAsync(string issuer, IReadOnlyList<Digest> digests, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<IReadOnlyList<IssuerRecord>> FindAsync(string issuer, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest("issuers.find", StorageService.Table), cancellationToken);
        return [.. _issuers.Where(record => record.Issuer.Id == issuer).OrderBy(record => record.LogIndex)];
    }

    public async Task AddAsync(IssuerRecord record, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest("issuers.add", StorageService.Table), cancellationToken);
        _issuers.Add(record);
    }

    // Benchmarks add each document once, so rows are never settled by two at a time.
    private DisplacedAct? Add(NewAct act)
    {
        var anchor = act.Anchor;
        var rows = _anchors.GetValueOrDefault(anchor.Digest, []);
        if (DocumentActs.Displace(act, rows) is { } displaced)
            return displaced;
        if (!rows.Any(row => row.ActId == anchor.ActId))
            _anchors[anchor.Digest] = [.. rows, anchor];

        // What Azure bills for an entity: 4 bytes, keys and property names in UTF-16, values; here the longest parts of it.
        var keys = 2 * (2 + anchor.Digest.ToString().Length + 2 + act.Issuer.Length);
        Interlocked.Add(ref _indexBytes, 4 + keys + (2 * anchor.Entry.Length) + (2 * 64) + (2 * 32) + 8 + (5 * 8) + (2 * "LogIndexActEntryOpening".Length));
        return null;
    }

    private ValueTask BlobAsync(string name, string blob, CancellationToken cancellationToken) =>
        operations.RunAsync(new StorageRequest(name, StorageService.LedgerBlob, blob), cancellationToken);
}
