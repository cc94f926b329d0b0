using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using TrueCopy.Benchmarks.Ports;

namespace TrueCopy.Benchmarks.Micro;

/// <summary>The log's own work: hashing, appending, proving, checking.</summary>
[MemoryDiagnoser]
public class LogBenchmarks : IDisposable
{
    private const int Size = 100_000;

    private readonly byte[] _entry = new byte[200];
    private readonly byte[] _hash = new byte[32];
    private MerkleHash _left;
    private MerkleHash _right;
    private RightEdge _edge = null!;
    private CachedTiles _tiles = null!;
    private TreeReader _tree = null!;
    private MerkleHash[] _proof = null!;
    private MerkleHash _leaf;
    private MerkleHash _root;
    private ReadOnlyMemory<byte> _note;
    private NoteVerifier[] _keys = null!;

    /// <summary>A log of a hundred thousand entries, and its checkpoint.</summary>
    [GlobalSetup]
    public async Task SetUpAsync()
    {
        RandomNumberGenerator.Fill(_entry);
        _left = TreeHasher.Leaf(_entry);
        _right = TreeHasher.Leaf([1]);
        var ledger = new LeanLedger(new OperationCounts());
        _edge = new RightEdge();
        for (var i = 0; i < Size; i++)
            _edge.Append(BitConverter.GetBytes(i));
        foreach (var tile in _edge.TakeTiles())
            ledger.Put(new BlobAddress(StorageNames.LogContainer, tile.Id.ToPath()), tile.Bytes);
        _tree = new TreeReader(_tiles = new CachedTiles(new LogStore(ledger)), Size);
        _proof = await _tree.InclusionProofAsync(4711, CancellationToken.None);
        _leaf = TreeHasher.Leaf(BitConverter.GetBytes(4711));
        _root = _edge.Root();
        var key = LeanService.NewKey();
        _keys = [key.Verifier];
        _note = (await SignedCheckpoint.SignAsync(new Checkpoint(LeanService.Origin, Size, _root), [key], CancellationToken.None)).Note;
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _tiles.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The physical limit of the next two.</summary>
    [Benchmark(Baseline = true)]
    public int BareSha256() => SHA256.HashData(_entry, _hash);

    /// <summary>A leaf of 200 bytes.</summary>
    [Benchmark]
    public MerkleHash Leaf() => TreeHasher.Leaf(_entry);

    /// <summary>A node.</summary>
    [Benchmark]
    public MerkleHash Node() => TreeHasher.Node(_left, _right);

    /// <summary>A batch of a thousand entries, tiles included.</summary>
    [Benchmark]
    public int AppendThousand()
    {
        var edge = _edge.Clone();
        for (var i = 0; i < 1000; i++)
            edge.Append(_entry);
        edge.Root();
        return edge.TakeTiles().Count;
    }

    /// <summary>A proof out of tiles in memory.</summary>
    [Benchmark]
    public async Task<int> Prove() => (await _tree.InclusionProofAsync(4711, CancellationToken.None)).Length;

    /// <summary>A proof checked.</summary>
    [Benchmark]
    public bool CheckProof() => ProofVerifier.Includes(_leaf, 4711, Size, _proof, _root);

    /// <summary>A checkpoint parsed and its signature verified.</summary>
    [Benchmark]
    public long OpenCheckpoint() => SignedCheckpoint.Open(_note, LeanService.Origin, _keys).Size;
}
