using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Testing.InMemory;

/// <summary>The ledger account in memory: state, journal, public log and index.</summary>
public sealed class InMemoryLedger(Operations operations) : ILogState, IJournal, ILogStore, IAnchorIndex
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _journal = new();
    private readonly Dictionary<(Digest, string), Anchor> _anchors = [];
    private StoredHead? _head;
    private long _finished;
    private long _version;
    private ReadOnlyMemory<byte>? _checkpoint;

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
                return [.. _anchors.Values];
        }
    }

    /// <summary>Names of all journal batches, committed or not.</summary>
    public ICollection<string> JournalNames => _journal.Keys;

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
                if (_head?.Version != expectedVersion)
                    return null;
                _head = new StoredHead(head, (++_version).ToString(CultureInfo.InvariantCulture));
                return _head.Version;
            }
        });

    /// <inheritdoc/>
    public Task<long> LoadFinishedAsync(CancellationToken cancellationToken) => operations.RunAsync("finished.load", () => _finished);

    /// <inheritdoc/>
    public Task SaveFinishedAsync(long size, CancellationToken cancellationToken) => operations.RunAsync("finished.save", () => _finished = size);

    /// <inheritdoc/>
    public Task WriteAsync(string name, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        operations.RunAsync("journal.write", () => _journal[name] = batch);

    /// <inheritdoc/>
    Task<ReadOnlyMemory<byte>> IJournal.ReadAsync(string name, CancellationToken cancellationToken) =>
        operations.RunAsync("journal.read", () => _journal[name]);

    /// <inheritdoc/>
    public Task WriteAsync(TileContent tile, CancellationToken cancellationToken) => operations.RunAsync("tile.write", () =>
    {
        if (Tiles.TryGetValue(tile.Id, out var existing) && !existing.Span.SequenceEqual(tile.Bytes.Span))
            throw new InvalidOperationException($"{tile.Id} is written with other content.");
        Tiles[tile.Id] = tile.Bytes;
    });

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
                if (_checkpoint is { } published && SizeOf(published) >= size)
                    return;
                _checkpoint = note;
                Published.Enqueue(note);
            }
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<Anchor>> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        operations.RunAsync("index.find", IReadOnlyList<Anchor> () =>
        {
            lock (_lock)
                return [.. _anchors.Values.Where(anchor => anchor.Digest.Equals(digest)).OrderBy(anchor => anchor.LogIndex)];
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<Anchor>> AddAsync(IReadOnlyList<Anchor> anchors, CancellationToken cancellationToken) =>
        operations.RunAsync("index.add", IReadOnlyList<Anchor> () =>
        {
            lock (_lock)
                return [.. anchors.Where(anchor => !_anchors.TryAdd((anchor.Digest, anchor.ActId.Value), anchor) && _anchors[(anchor.Digest, anchor.ActId.Value)].LogIndex != anchor.LogIndex)];
        });

    /// <summary>The size that a checkpoint's note states.</summary>
    public static long SizeOf(ReadOnlyMemory<byte> note) =>
        long.Parse(Encoding.UTF8.GetString(note.Span).Split('\n')[1], CultureInfo.InvariantCulture);
}
