using System.Text;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Proofs;

public sealed class TlogProofTests
{
    private const string Hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    private const string Note = $"o\n9\n{Hash}\n\n— o AAAAAAE=\n";

    [Fact]
    public void A_proof_is_laid_out_as_the_specification_says()
    {
        var hash = Checkpoint.Parse($"o\n9\n{Hash}\n").Root;
        var proof = new TlogProof("hi"u8.ToArray(), 8, [hash, hash], Encoding.UTF8.GetBytes(Note));
        Assert.Equal($"c2sp.org/tlog-proof@v1\nextra aGk=\nindex 8\n{Hash}\n{Hash}\n\n{Note}", Encoding.UTF8.GetString(proof.Encode()));
        Assert.Equal($"c2sp.org/tlog-proof@v1\nindex 0\n\n{Note}", Encoding.UTF8.GetString((proof with { Extra = null, Index = 0, Path = [] }).Encode()));
    }

    [Fact]
    public void Proofs_come_back_as_they_went_in() => Gen.Select(
            Gen.Byte.Array[0, 100].Null(),
            Gen.Long[0, long.MaxValue],
            Gen.Byte.Array[32].Array[0, 63],
            Gen.Byte.Array[1, 100])
        .Sample((extra, index, path, checkpoint) =>
        {
            var proof = TlogProof.Parse(new TlogProof(extra is null ? null : (ReadOnlyMemory<byte>?)extra, index, path.ToHashes(), checkpoint).Encode());
            Assert.Equal(extra, proof.Extra?.ToArray());
            Assert.Equal(index, proof.Index);
            Assert.Equal(path.ToHashes(), proof.Path);
            Assert.Equal(checkpoint, proof.Checkpoint.ToArray());
        });

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v1\n")]
    [InlineData($"c2sp.org/tlog-proof@v2\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\r\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 00\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex -1\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex  1\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\nextra aGk=\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra aGk\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra aGk=\nextra aGk=\nindex 0\n\n{Note}")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\n")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n{Hash}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n{Hash}x\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\naGk=\n\n{Note}")]
    [InlineData("c2sp.org/tlog-proof@v1")]
    [InlineData($"\nc2sp.org/tlog-proof@v1\nindex 0\n\n{Note}")]
    [InlineData($"C2SP.org/tlog-proof@v1\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1 \nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra  aGk=\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra aGk= \nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra aGl=\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra aGk_\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra aGk=\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nextra aGk=\n\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex \n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 1 \n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex +1\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\nindex 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nINDEX 0\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\r\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n{Hash}{Hash}\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n {Hash}\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n\n{Note}")]
    [InlineData($"c2sp.org/tlog-proof@v1\nindex 0\n{Hash}\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0")]
    public void Malformed_proofs_are_refused(string proof) => Assert.Throws<LogFormatException>(() => TlogProof.Parse(Encoding.UTF8.GetBytes(proof)));

    [Fact]
    public void A_path_has_at_most_63_hashes()
    {
        Assert.Equal(63, TlogProof.Parse(new TlogProof(null, 0, new MerkleHash[63], "x"u8.ToArray()).Encode()).Path.Count);
        Assert.Throws<LogFormatException>(() => TlogProof.Parse(new TlogProof(null, 0, new MerkleHash[64], "x"u8.ToArray()).Encode()));
    }

    [Fact]
    public void A_proof_has_at_most_1500000_bytes()
    {
        var room = TlogProof.MaxLength - new TlogProof(null, 0, [], default).Encode().Length;
        Assert.Equal(room, TlogProof.Parse(new TlogProof(null, 0, [], new byte[room]).Encode()).Checkpoint.Length);
        Assert.Throws<LogFormatException>(() => TlogProof.Parse(new TlogProof(null, 0, [], new byte[room + 1]).Encode()));
    }

    [Fact]
    public void A_proof_cut_off_before_its_checkpoint_is_refused()
    {
        var valid = Encoding.UTF8.GetBytes($"c2sp.org/tlog-proof@v1\nextra aGk=\nindex 8\n{Hash}\n\n{Note}");
        for (var length = 0; length <= valid.Length - Encoding.UTF8.GetByteCount(Note); length++)
            Assert.Throws<LogFormatException>(() => TlogProof.Parse(valid.AsMemory(0, length)));
    }

    [Fact]
    public void No_extra_data_and_empty_extra_data_are_not_the_same()
    {
        var none = new TlogProof(null, 1, [], "x"u8.ToArray());
        Assert.Null(TlogProof.Parse(none.Encode()).Extra);
        Assert.Equal(0, TlogProof.Parse((none with { Extra = ReadOnlyMemory<byte>.Empty }).Encode()).Extra?.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(40)]
    public void A_line_that_is_not_UTF_8_is_refused(int at)
    {
        var proof = Encoding.UTF8.GetBytes($"c2sp.org/tlog-proof@v1\nindex 8\n{Hash}\n\n{Note}");
        proof[at] = 0xff;
        Assert.Throws<LogFormatException>(() => TlogProof.Parse(proof));
    }

    [Fact]
    public async Task A_proof_read_from_its_bytes_proves_inclusion_under_the_root_of_its_checkpoint()
    {
        const int size = 300;
        var log = TestLog.OfSize(size);
        using var signer = new Ed25519Signer("log.example", new byte[32]);
        var signed = await SignedCheckpoint.SignAsync(new Checkpoint("log.example", size, log.Edge.Root()), [signer], TestContext.Current.CancellationToken);
        for (var index = 0; index < size; index += 13)
        {
            var path = await new TreeReader(log.Hashes, size).InclusionProofAsync(index, TestContext.Current.CancellationToken);
            var proof = TlogProof.Parse(new TlogProof(TestLog.Entry(index), index, path, signed.Note).Encode());
            var checkpoint = SignedCheckpoint.Open(proof.Checkpoint, "log.example", [signer.Verifier]).Checkpoint;
            var leaf = TreeHasher.Leaf(proof.Extra!.Value.Span);
            Assert.True(ProofVerifier.Includes(leaf, proof.Index, checkpoint.Size, [.. proof.Path], checkpoint.Root));
            Assert.False(ProofVerifier.Includes(leaf, proof.Index + 1, checkpoint.Size, [.. proof.Path], checkpoint.Root));
        }
    }

    [Fact]
    public void Whatever_is_accepted_is_written_back_byte_for_byte_and_nothing_else_is_thrown()
    {
        var valid = Encoding.UTF8.GetBytes($"c2sp.org/tlog-proof@v1\nextra aGk=\nindex 8\n{Hash}\n\n{Note}");
        Mutation.Of(valid).Sample(
            bytes =>
            {
                try
                {
                    Assert.Equal(bytes, TlogProof.Parse(bytes).Encode());
                }
                catch (LogFormatException)
                {
                    // Refused, as documented.
                }
            },
            iter: 20_000);
    }
}
