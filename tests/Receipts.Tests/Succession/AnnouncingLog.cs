using System.Text;

namespace TrueCopy.Receipts.Tests.Succession;

/// <summary>A log that says which keys sign for it, and whoever keeps it can prove it, or pretend to.</summary>
internal sealed class AnnouncingLog
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private readonly RightEdge _edge = new();
    private readonly Dictionary<TileId, ReadOnlyMemory<byte>> _tiles = [];
    private readonly List<KeysEntryDocument> _entries = [];

    public AnnouncingLog(params INoteSigner[] signers) =>
        Announce(Entry.Genesis(InMemoryWorld.Origin, Lines(signers), At), signers, signers);

    /// <summary>The keys that the last entry lists.</summary>
    public INoteSigner[] Signers { get; private set; } = [];

    public long Size => _edge.Size;

    public KeysDocument Document => DocumentOf(Signers, [.. _entries]);

    public IReadOnlyList<KeysEntryDocument> Entries => _entries;

    public static KeySet SetOf(params INoteSigner[] signers) => new([.. signers.Select(signer => signer.Verifier)]);

    public static KeysDocument DocumentOf(INoteSigner[] signers, params KeysEntryDocument[] entries) =>
        KeysDocument.Of([.. signers.Select(signer => signer.Verifier)]) with { Entries = entries };

    /// <summary>Other keys sign from now on, and the log says so in an entry whose first checkpoint they sign.</summary>
    public void Rotate(params INoteSigner[] signers) => Announce(Entry.OfKeys(Lines(signers), At), signers, signers);

    /// <summary>An entry that lists some keys, under a checkpoint that others sign.</summary>
    public void Announce(Entry entry, INoteSigner[] listed, INoteSigner[] signed)
    {
        var index = Append(entry.Encode());
        Signers = listed;
        _entries.Add(new KeysEntryDocument(index, Prove(index, entry.Encode(), signed)));
        Grow(3);
    }

    public void Grow(int count)
    {
        for (var i = 0; i < count; i++)
            Append(Samples.Act($"document {_edge.Size}").ToEntry(Opening.Create()).Encode());
    }

    /// <summary>The proof of an entry under a checkpoint of the log as it is now.</summary>
    public string Prove(long index, ReadOnlyMemory<byte> entry, params INoteSigner[] signers)
    {
        foreach (var tile in _edge.TakeTiles())
            _tiles[tile.Id] = tile.Bytes;
        var note = SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, _edge.Size, _edge.Root()), signers, CancellationToken.None).GetAwaiter().GetResult().Note;
        var path = new TreeReader(new Tiles(_tiles), _edge.Size).InclusionProofAsync(index, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        var extra = Encoding.UTF8.GetBytes($$"""{"entry":"{{Convert.ToBase64String(entry.Span)}}"}""");
        return Encoding.UTF8.GetString(new TlogProof(extra, index, path, note).Encode());
    }

    public long Append(byte[] entry)
    {
        _edge.Append(entry);
        return _edge.Size - 1;
    }

    private static string[] Lines(INoteSigner[] signers) => [.. signers.Select(signer => signer.Verifier.ToString())];

    private sealed class Tiles(Dictionary<TileId, ReadOnlyMemory<byte>> tiles) : IHashTileSource
    {
        public ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken) => new(HashTile.Parse(tile, tiles[tile].Span));
    }
}
