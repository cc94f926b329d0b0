using System.Text;
using CsCheck;
using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Proofs;

namespace TrueCopy.TransparencyLog.Tests.Proofs;

public sealed class TlogProofTests
{
    private const string Hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    private const string Note = $"o\n9\n{Hash}\n\n— o AAAAAAE=\n";

    [Fact]
    public void A_proof_is_laid_out_as_the_specification_says()
    {
        var hash = Checkpoint().Root;
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
    public void Malformed_proofs_are_refused(string proof) => Assert.Throws<LogFormatException>(() => TlogProof.Parse(Encoding.UTF8.GetBytes(proof)));

    [Fact]
    public void A_path_has_at_most_63_hashes() =>
        Assert.Throws<LogFormatException>(() => TlogProof.Parse(new TlogProof(null, 0, new MerkleHash[64], "x"u8.ToArray()).Encode()));

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

    private static TransparencyLog.Checkpoints.Checkpoint Checkpoint() => TransparencyLog.Checkpoints.Checkpoint.Parse($"o\n9\n{Hash}\n");
}
