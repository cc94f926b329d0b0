using BenchmarkDotNet.Attributes;
using TrueCopy.Benchmarks.Ports;

namespace TrueCopy.Benchmarks.Micro;

/// <summary>What the service does for each act.</summary>
[MemoryDiagnoser]
public class ActBenchmarks
{
    private readonly Opening _opening = Opening.Create();
    private readonly Digest _digest = Uploads.DigestOf(1);
    private readonly StagedUpload _upload = Uploads.Document(1);
    private readonly MerkleHash[] _path = new MerkleHash[20];
    private readonly byte[] _note = new byte[300];
    private Act _act = null!;
    private byte[] _entry = null!;
    private byte[] _staged = null!;
    private IndexedAct _indexed = null!;
    private IndexedAct[] _acts = null!;

    /// <summary>One act in every form.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _act = _upload.FirstIssue();
        _entry = _act.ToEntry(_opening).Encode();
        _staged = StagedBody.Encode(_upload);
        _indexed = new IndexedAct(_digest, _act.Id, 4711, _entry, _opening, Unpublished.None);
        _acts = [_indexed];
    }

    /// <summary>The commitment and the entry's bytes.</summary>
    [Benchmark]
    public byte[] EncodeEntry() => _act.ToEntry(_opening).Encode();

    /// <summary>An entry read.</summary>
    [Benchmark]
    public Entry ParseEntry() => Entry.Parse(_entry);

    /// <summary>An act's id.</summary>
    [Benchmark]
    public ActId MakeActId() => ActId.Of(_upload.Source, 0, DigestAlgorithm.Sha256);

    /// <summary>A staged upload read.</summary>
    [Benchmark]
    public StagedWork DecodeStaged() => StagedBody.Decode(_staged);

    /// <summary>A receipt's bytes, its proof at hand.</summary>
    [Benchmark]
    public byte[] EncodeReceipt() => Prover.Of(_indexed, _path, _note).Encode();

    /// <summary>A verdict on one act.</summary>
    [Benchmark]
    public Verdict Decide() => VerdictRule.Decide(_acts, Uploads.Bank.Since).Verdict;
}
