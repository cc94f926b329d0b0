using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace TrueCopy.Testing.InMemory;

/// <summary>The ledger account in memory: state, journal, public log and index.</summary>
public sealed class InMemoryLedger(Operations operations, TimeProvider? time = null) : ILogState, IJournal, ILogStore, IAnchorIndex, IReferenceIndex, IRevocationIndex, IIssuerHistory, IKeyHistory
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _journal = new();
    private readonly Dictionary<Digest, Anchor[]> _anchors = [];
    private readonly ConcurrentQueue<TileContent> _late = new();
    private StoredHead? _head;
    private long _finished;
    private DateTimeOffset? _finishedAt;
    private long _version;
    private ReadOnlyMemory<byte>? _checkpoint;

    /// <summary>What this ledger does wrong on purpose.</summary>
    public Break Breaks { get; set; }

    /// <summary>Takes over another ledger's content.</summary>
    internal void CopyFrom(InMemoryLedger other)
    {
        (_head, _finished, _finishedAt, _version, _checkpoint) = (other._head, other._finished, other._finishedAt, other._version, other._checkpoint);
        Copy(other._journal, _journal);
        Copy(other._anchors, _anchors);
        Copy(other.Tiles, Tiles);
        Copy(other.References, References);
        Copy(other.Revocations, Revocations);
        Copy(other.Issuers, Issuers);
        Copy(other.Keys, Keys);
        foreach (var note in other.Published)
            Published.Enqueue(note);
    }

    private static void Copy<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> from, IDictionary<TKey, TValue> to)
    {
        foreach (var (key, value) in from)
            to[key] = value;
    }

    /// <summary>Every checkpoint that was ever published, in order.</summary>
    public ConcurrentQueue<ReadOnlyMemory<byte>> Published { get; } = new();

    /// <summary>The public tiles.</summary>
    public ConcurrentDictionary<TileId, ReadOnlyMemory<byte>> Tiles { get; } = new();

    /// <summary>Every row of the index.</summary>
    public IReadOnlyCollection<Anchor> Anchors
    {
        get
        {
            lock (_lock)
                return [.. _anchors.Values.SelectMany(rows => rows)];
        }
    }

    /// <summary>Batches of the journal by name, committed or not.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Journal => _journal;

    /// <summary>The committed head.</summary>
    public Head? Head
    {
        get
        {
            lock (_lock)
                return _head?.Head;
        }
    }

    /// <summary>How far publication has come.</summary>
    public long Finished => Volatile.Read(ref _finished);

    /// <summary>Orders of things that a reader must never see, noted at the moment that they could be seen.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <inheritdoc/>
    public Task<StoredHead?> LoadHeadAsync(CancellationToken cancellationToken) => operations.RunAsync("head.load", () =>
    {
        lock (_lock)
            return _head;
    });

    /// <inheritdoc/>
    public Task<string?> TryReplaceHeadAsync(Head head, string? expectedVersion, CancellationToken cancellationToken) =>
        operations.RunAsync("head.replace", () =>
        {
            lock (_lock)
            {
                if (_head?.Version != expectedVersion && Breaks != Break.HeadWithoutCompareAndSwap)
                    return null;
                _head = new StoredHead(head, (++_version).ToString(CultureInfo.InvariantCulture));
                return _head.Version;
            }
        });

    /// <inheritdoc/>
    public Task<long> LoadFinishedAsync(CancellationToken cancellationToken) => operations.RunAsync("finished.load", () => Breaks == Break.NothingIsFinishedLater ? long.MaxValue : Finished);

    /// <inheritdoc/>
    public Task SaveFinishedAsync(long size, CancellationToken cancellationToken) => operations.RunAsync("finished.save", () =>
    {
        lock (_lock)
        {
            if (size > _finished)
                _finishedAt = (time ?? TimeProvider.System).GetUtcNow();
            _finished = Breaks == Break.MarksMoveBack ? size : Math.Max(_finished, size);
        }
    });

    /// <inheritdoc/>
    public Task<DateTimeOffset?> FinishedAtAsync(CancellationToken cancellationToken) => operations.RunAsync("finished.at", () =>
    {
        lock (_lock)
            return _finishedAt;
    });

    /// <inheritdoc/>
    public Task WriteAsync(string name, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        operations.RunAsync("journal.write", () =>
        {
            _journal[name] = batch.ToArray();
            if (Breaks == Break.IndexBeforeCommit)
                AddRows([.. JournalFormat.Decode(batch).Acts().Select(item => new NewAct(item.Anchor, item.Act.Kind, item.Act.Issuer))]);
        });

    /// <inheritdoc/>
    Task<ReadOnlyMemory<byte>> IJournal.ReadAsync(string name, CancellationToken cancellationToken) =>
        operations.RunAsync("journal.read", () => _journal.TryGetValue(name, out var batch) ? batch : throw new LogFormatException("journal: the batch is missing"));

    /// <inheritdoc/>
    public Task WriteAsync(TileContent tile, CancellationToken cancellationToken) => operations.RunAsync("tile.write", () =>
    {
        if (Breaks == Break.CheckpointBeforeTiles)
            _late.Enqueue(tile);
        else
            Put(tile);
    });

    private void Put(TileContent tile)
    {
        var written = Tiles.GetOrAdd(tile.Id, tile.Bytes.ToArray());
        if (!written.Span.SequenceEqual(tile.Bytes.Span))
            Violations.Enqueue($"{tile.Id} was written with other content");
        Tiles[tile.Id] = tile.Bytes.ToArray();
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) =>
        await operations.RunAsync("tile.read", () => Tiles.TryGetValue(tile, out var bytes) ? bytes : throw new TileNotFoundException(tile));

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        operations.RunAsync("checkpoint.read", () =>
        {
            lock (_lock)
                return _checkpoint;
        });

    /// <inheritdoc/>
    public Task PublishCheckpointAsync(ReadOnlyMemory<byte> note, long size, CancellationToken cancellationToken) =>
        operations.RunAsync("checkpoint.publish", () =>
        {
            lock (_lock)
            {
                if (_checkpoint is { } published && SizeOf(published) >= size && Breaks != Break.MarksMoveBack)
                    return;
                foreach (var tile in TilesOf(size).Where(tile => !Tiles.ContainsKey(tile)))
                    Violations.Enqueue($"checkpoint {size} was published before {tile}");

                // What was lost and is shown again was published before.
                if (_checkpoint is not null || !Published.LastOrDefault().Span.SequenceEqual(note.Span))
                    Published.Enqueue(note);
                _checkpoint = note;
            }

            while (_late.TryDequeue(out var tile))
                Put(tile);
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<Anchor>> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        operations.RunAsync("index.find", IReadOnlyList<Anchor> () =>
        {
            if (Unreadable.Contains(digest))
                throw new LogFormatException("index: a row is damaged");
            lock (_lock)
                return [.. RowsOf(digest).OrderBy(row => row.LogIndex)];
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<DisplacedAct>> AddAsync(IReadOnlyList<NewAct> acts, CancellationToken cancellationToken) =>
        operations.RunAsync("index.add", () => AddRows(acts), RequestsOf(acts));

    // As the table does it: a transaction a partition and, where a document in it was issued before, each of its rows alone,
    // and a look at what is there for those.
    private int RequestsOf(IReadOnlyList<NewAct> acts)
    {
        lock (_lock)
        {
            return acts.GroupBy(act => act.Anchor.Digest.Bytes[0]).Sum(partition =>
                partition.Count(act => act.Kind == ActKind.Issue && RowsOf(act.Anchor.Digest).Length > 0) is > 0 and var before ? 1 + partition.Count() + before : 1);
        }
    }

    private IReadOnlyList<DisplacedAct> AddRows(IReadOnlyList<NewAct> acts)
    {
        lock (_lock)
        {
            var published = _checkpoint is { } note ? SizeOf(note) : 0;
            foreach (var act in acts.Where(act => act.Anchor.LogIndex >= published))
                Violations.Enqueue($"entry {act.Anchor.LogIndex} was indexed before it was published");
            return [.. acts.Select(AddRow).OfType<DisplacedAct>()];
        }
    }

    private DisplacedAct? AddRow(NewAct act)
    {
        var rows = RowsOf(act.Anchor.Digest);
        if (DocumentActs.Displace(act, rows) is { } displaced)
            return displaced;
        if (!rows.Any(row => row.ActId == act.Anchor.ActId))
            _anchors[act.Anchor.Digest] = [.. rows, act.Anchor];
        return null;
    }

    private Anchor[] RowsOf(Digest digest) => _anchors.GetValueOrDefault(digest, []);

    /// <summary>Documents whose rows cannot be read.</summary>
    public HashSet<Digest> Unreadable { get; } = [];

    /// <summary>Documents by reference.</summary>
    public ConcurrentDictionary<DocumentReference, bool> References { get; } = new();

    /// <summary>What each issuer revoked.</summary>
    public ConcurrentDictionary<(string Issuer, Digest Digest), bool> Revocations { get; } = new();

    /// <summary>Descriptions of issuers by log index.</summary>
    public ConcurrentDictionary<long, IssuerRecord> Issuers { get; } = new();

    /// <summary>Announcements of keys by log index.</summary>
    public ConcurrentDictionary<long, KeyRecord> Keys { get; } = new();

    /// <inheritdoc/>
    public Task<IReadOnlyList<Digest>> FindAsync(string issuer, string reference, CancellationToken cancellationToken) =>
        operations.RunAsync("references.find", IReadOnlyList<Digest> () =>
            [.. References.Keys.Where(key => key.Issuer == issuer && key.Reference == reference).Select(key => key.Digest).OrderBy(digest => digest.ToString(), StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<DocumentReference> references, CancellationToken cancellationToken) => operations.RunAsync("references.add", () =>
    {
        foreach (var reference in references)
            References[reference] = true;
    });

    /// <inheritdoc/>
    public Task<IReadOnlySet<Digest>> LoadAsync(string issuer, CancellationToken cancellationToken) => operations.RunAsync(
        "revocations.load",
        IReadOnlySet<Digest> () => Revocations.Keys.Where(key => key.Issuer == issuer).Select(key => key.Digest).ToHashSet());

    /// <inheritdoc/>
    public Task AddAsync(string issuer, IReadOnlyList<Digest> digests, CancellationToken cancellationToken) => operations.RunAsync("revocations.add", () =>
    {
        foreach (var digest in digests)
            Revocations[(issuer, digest)] = true;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<IssuerRecord>> FindAsync(string issuer, CancellationToken cancellationToken) => operations.RunAsync(
        "issuers.find",
        IReadOnlyList<IssuerRecord> () => [.. Issuers.Values.Where(record => record.Issuer.Id == issuer).OrderBy(record => record.LogIndex)]);

    /// <inheritdoc/>
    public Task AddAsync(IssuerRecord record, CancellationToken cancellationToken) =>
        operations.RunAsync("issuers.add", () => Issuers[record.LogIndex] = record);

    /// <inheritdoc/>
    public Task<IReadOnlyList<KeyRecord>> ListAsync(CancellationToken cancellationToken) => operations.RunAsync(
        "keys.list",
        IReadOnlyList<KeyRecord> () => [.. Keys.Values.OrderBy(record => record.LogIndex)]);

    /// <inheritdoc/>
    public Task AddAsync(KeyRecord record, CancellationToken cancellationToken) =>
        operations.RunAsync("keys.add", () => Keys[record.LogIndex] = record);

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
    public void Put(Anchor anchor)
    {
        lock (_lock)
            _anchors[anchor.Digest] = [.. RowsOf(anchor.Digest).Where(row => row.ActId != anchor.ActId), anchor];
    }

    /// <summary>Loses a row of the index.</summary>
    public void Lose(Digest digest, ActId act)
    {
        lock (_lock)
            _anchors[digest] = [.. RowsOf(digest).Where(row => row.ActId != act)];
    }

    /// <summary>Loses every table.</summary>
    public void LoseIndex()
    {
        lock (_lock)
            _anchors.Clear();
        References.Clear();
        Revocations.Clear();
        Issuers.Clear();
        Keys.Clear();
    }

    /// <summary>Sets what is served as the checkpoint; null to lose it.</summary>
    public void SetCheckpoint(ReadOnlyMemory<byte>? note)
    {
        lock (_lock)
            _checkpoint = note;
    }

    /// <summary>Sets the head; null to lose it.</summary>
    public void SetHead(Head? head)
    {
        lock (_lock)
            _head = head is null ? null : new StoredHead(head, (++_version).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Sets the bytes of a batch; null to lose it. A journal under WORM allows neither.</summary>
    public void SetJournal(string name, byte[]? batch)
    {
        if (batch is null)
            _journal.TryRemove(name, out _);
        else
            _journal[name] = batch;
    }
}
