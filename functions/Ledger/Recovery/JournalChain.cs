using System.Globalization;
using System.Runtime.CompilerServices;

namespace TrueCopy.Ledger.Recovery;

/// <summary>The committed batches of a journal, from the first to the head's, found by walking back; 40 bytes of memory a batch.</summary>
/// <remarks>Batches that lost the race for the head are in the journal too; the chain leads past them.</remarks>
public sealed class JournalChain
{
    private readonly Journal _journal;
    private readonly List<(long Size, MerkleHash Root)> _backwards;

    private JournalChain(Journal journal, List<(long Size, MerkleHash Root)> backwards) => (_journal, _backwards) = (journal, backwards);

    /// <summary>Number of batches.</summary>
    public int Count => _backwards.Count;

    /// <summary>Walks from a head back to genesis, reading the beginning of each batch only.</summary>
    /// <exception cref="LogFormatException">The chain is broken; the message names the batch.</exception>
    public static async Task<JournalChain> FindAsync(Journal journal, string head, CancellationToken cancellationToken)
    {
        var backwards = new List<(long Size, MerkleHash Root)>();
        for (var name = head; name.Length > 0; name = await PreviousAsync(journal, name, cancellationToken))
        {
            var batch = ParseName(name);
            if (backwards is [.., var after] && batch.Size >= after.Size)
                throw new LogFormatException($"journal: batch {NameOf(after)} follows one that is not smaller");
            backwards.Add(batch);
        }

        return new JournalChain(journal, backwards);
    }

    /// <summary>
    /// Reads the batches forward, the next one while the last is worked on. Each must be what its name says, begin where
    /// the one before ended, hash to its root together with all before it, and hold the tiles that follow from that.
    /// </summary>
    /// <exception cref="LogFormatException">While enumerating: a batch is not; the message names it.</exception>
    public async IAsyncEnumerable<JournalBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var edge = new RightEdge();
        var previous = "";
        Task<JournalBatch>? next = null;
        for (var i = _backwards.Count - 1; i >= 0; i--)
        {
            var name = NameOf(_backwards[i]);
            var batch = await (next ?? LoadAsync(name, cancellationToken));
            next = i > 0 ? LoadAsync(NameOf(_backwards[i - 1]), cancellationToken) : null;
            Check(batch, name, previous, edge);
            previous = name;
            yield return batch;
        }
    }

    /// <summary>Whether a batch is one of the chain.</summary>
    public bool Holds(string name) => _backwards.Any(batch => NameOf(batch) == name);

    /// <summary>The keys that the chain's batches announce last; reads all of them.</summary>
    /// <exception cref="LogFormatException">A batch is not what it should be.</exception>
    public async Task<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> keys = [];
        await foreach (var batch in ReadAsync(cancellationToken))
            keys = batch.OwnEntries().LastOrDefault(own => own.Entry.Keys is not null).Entry?.Keys ?? keys;
        return keys;
    }

    /// <summary>The batch that holds an entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log has no such entry.</exception>
    /// <exception cref="LogFormatException">The batch is missing or damaged.</exception>
    public Task<JournalBatch> FindAsync(long logIndex, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(logIndex);
        var (low, high) = (0, _backwards.Count - 1);
        if (high < 0 || logIndex >= _backwards[0].Size)
            throw new ArgumentOutOfRangeException(nameof(logIndex));
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _backwards[middle].Size > logIndex ? (middle, high) : (low, middle - 1);
        }

        return LoadAsync(NameOf(_backwards[low]), cancellationToken);
    }

    /// <summary>The name of the batch that leads to a checkpoint.</summary>
    public static string NameOf((long Size, MerkleHash Root) batch) => new JournalBatch("", batch.Size, batch.Root, [], []).Name;

    private static void Check(JournalBatch batch, string name, string previous, RightEdge edge)
    {
        if (batch.Name != name || batch.Previous != previous || batch.Start != edge.Size)
            throw new LogFormatException($"journal: batch {name} does not follow on the one before it");
        foreach (var record in batch.Records)
            edge.Append(record.Entry.Span);
        if (edge.Root() != batch.Root)
            throw new LogFormatException($"journal: the entries of batch {name} do not hash to its root");
        var tiles = edge.TakeTiles();
        if (tiles.Count != batch.Tiles.Count || tiles.Zip(batch.Tiles).Any(pair => pair.First.Id != pair.Second.Id || !pair.First.Bytes.Span.SequenceEqual(pair.Second.Bytes.Span)))
            throw new LogFormatException($"journal: the tiles of batch {name} are not those of its entries");
        if (batch.Note is { } note && !IsSignedAsSaid(batch, note))
            throw new LogFormatException($"journal: the checkpoint of batch {name} is not signed by the keys that it announces");
    }

    private static bool IsSignedAsSaid(JournalBatch batch, ReadOnlyMemory<byte> note)
    {
        try
        {
            var keys = KeySet.Parse(batch.OwnEntries().LastOrDefault(own => own.Entry.Keys is not null).Entry?.Keys ?? []);
            return keys.Open(note).Checkpoint is var checkpoint && checkpoint.Size == batch.Size && checkpoint.Root == batch.Root;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }

    private static async Task<string> PreviousAsync(Journal journal, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await journal.ReadPreviousAsync(name, cancellationToken);
        }
        catch (LogFormatException exception)
        {
            throw new LogFormatException($"{exception.Message} (batch {name})", exception);
        }
    }

    private async Task<JournalBatch> LoadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return JournalFormat.Decode(await _journal.ReadAsync(name, cancellationToken));
        }
        catch (LogFormatException exception)
        {
            throw new LogFormatException($"{exception.Message} (batch {name})", exception);
        }
    }

    private static (long Size, MerkleHash Root) ParseName(string name)
    {
        var root = new byte[MerkleHash.Size];
        return name.Length == 19 + 1 + (2 * MerkleHash.Size)
            && long.TryParse(name.AsSpan(0, 19), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && Convert.FromHexString(name.AsSpan(20), root, out _, out _) == System.Buffers.OperationStatus.Done
            && NameOf((size, new MerkleHash(root))) == name
            ? (size, new MerkleHash(root))
            : throw new LogFormatException("journal: a batch is named by its size and root");
    }
}
