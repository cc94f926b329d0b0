using System.Text;

namespace TrueCopy.Witness.Tests;

/// <summary>A log with all its sizes, and a fork of it that has other entries from some index on; both signed by the same keys.</summary>
internal sealed class GrowingLog : IDisposable
{
    public const string Origin = "log.example/a";
    private readonly Ed25519Signer _signer = new(Origin, [.. Enumerable.Repeat((byte)9, 32)]);
    private readonly Dictionary<TileId, byte[]> _tiles = [];
    private readonly List<MerkleHash> _roots = [TreeHasher.EmptyRoot];

    public GrowingLog(int size, int forkedFrom = int.MaxValue)
    {
        var edge = new RightEdge();
        for (var i = 0; i < size; i++)
        {
            edge.Append(Encoding.ASCII.GetBytes(i < forkedFrom ? $"entry {i}" : $"other {i}"));
            foreach (var tile in edge.TakeTiles())
                _tiles[tile.Id] = tile.Bytes.ToArray();
            _roots.Add(edge.Root());
        }
    }

    public NoteVerifier Key => _signer.Verifier;

    public Checkpoint At(long size) => new(Origin, size, _roots[(int)size]);

    public async Task<ReadOnlyMemory<byte>> SignAsync(long size) =>
        (await SignedCheckpoint.SignAsync(At(size), [_signer], TestContext.Current.CancellationToken)).Note;

    public async Task<byte[]> RequestAsync(long old, long size)
    {
        MerkleHash[] proof = old == 0 || old >= size ? [] : await new TreeReader(new Tiles(_tiles), size).ConsistencyProofAsync(old, TestContext.Current.CancellationToken);
        return new AddCheckpointRequest(old, proof, await SignAsync(size)).Encode();
    }

    public void Dispose() => _signer.Dispose();

    private sealed class Tiles(Dictionary<TileId, byte[]> tiles) : IHashTileSource
    {
        public ValueTask<HashTile> GetAsync(TileId tile, CancellationToken cancellationToken) => new(HashTile.Parse(tile, tiles[tile]));
    }
}
