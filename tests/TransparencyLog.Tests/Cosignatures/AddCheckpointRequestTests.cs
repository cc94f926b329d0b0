using System.Text;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Cosignatures;

public sealed class AddCheckpointRequestTests
{
    private const string Hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    // The example of C2SP tlog-witness.
    private const string Example = """
        old 20852014
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

        example.com/behind-the-sofa
        20852163
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
        — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=

        """;

    [Fact]
    public void The_example_of_the_specification_is_read_and_written_byte_for_byte()
    {
        var body = Encoding.UTF8.GetBytes(Example.ReplaceLineEndings("\n"));
        var request = AddCheckpointRequest.Parse(body);
        Assert.Equal((20852014, 4), (request.OldSize, request.Proof.Count));
        Assert.Equal(20852163, Checkpoint.Parse(SignedNote.Parse(request.Note.Span).Text).Size);
        Assert.Equal(body, request.Encode());
    }

    [Theory]
    [InlineData("", "no empty line after the old size and at most 63 hashes")]
    [InlineData("old 1\n" + Hash + "\n", "no empty line after the old size and at most 63 hashes")]
    [InlineData("1\n\n", "the first line is \"old\" and a size without leading zeroes")]
    [InlineData("old\n\n", "the first line is \"old\" and a size without leading zeroes")]
    [InlineData("old  1\n\n", "the first line is \"old\" and a size without leading zeroes")]
    [InlineData("old 01\n\n", "the first line is \"old\" and a size without leading zeroes")]
    [InlineData("old +1\n\n", "the first line is \"old\" and a size without leading zeroes")]
    [InlineData("old 1 \n\n", "the first line is \"old\" and a size without leading zeroes")]
    [InlineData("old 1\r\n\n", "the first line is \"old\" and a size without leading zeroes")]
    [InlineData("old 9223372036854775808\n\n", "the first line is \"old\" and a size without leading zeroes")]
    [InlineData("old 1\nAAAA\n\n", "a line of the proof is not base64 of 32 bytes")]
    [InlineData("old 1\n" + Hash + " \n\n", "a line of the proof is not base64 of 32 bytes")]
    [InlineData("old 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\n", "a line of the proof is not base64 of 32 bytes")]
    [InlineData("old 1\n\xff\n\n", "not UTF-8")]
    public void A_request_is_refused_by_its_rule(string body, string rule)
    {
        var exception = Assert.Throws<LogFormatException>(() => AddCheckpointRequest.Parse(Encoding.Latin1.GetBytes(body)));
        Assert.Equal($"add-checkpoint: {rule}", exception.Message);
    }

    [Fact]
    public void A_proof_has_63_lines_and_no_more()
    {
        var longest = new AddCheckpointRequest(long.MaxValue, [.. Enumerable.Repeat(TreeHasher.EmptyRoot, 63)], "n"u8.ToArray());
        Assert.Equal(63, AddCheckpointRequest.Parse(longest.Encode()).Proof.Count);
        Assert.Throws<LogFormatException>(() => AddCheckpointRequest.Parse((longest with { Proof = [.. longest.Proof, TreeHasher.EmptyRoot] }).Encode()));
    }

    [Fact]
    public void A_damaged_request_is_refused_or_is_another_one_and_nothing_else_is_thrown() =>
        Mutation.Of(Encoding.UTF8.GetBytes(Example.ReplaceLineEndings("\n"))).Sample(
            bytes =>
            {
                try
                {
                    Assert.Equal(bytes, AddCheckpointRequest.Parse(bytes).Encode());
                }
                catch (LogFormatException)
                {
                    // Refused, as documented.
                }
            },
            iter: 10_000);

    [Theory]
    [InlineData(0)]
    [InlineData(20852163)]
    [InlineData(long.MaxValue)]
    public void The_size_that_a_witness_has_reads_back(long size) => Assert.Equal(size, AddCheckpointRequest.ParseSize(AddCheckpointRequest.EncodeSize(size)));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("1")]
    [InlineData("01\n")]
    [InlineData("1\n\n")]
    [InlineData(" 1\n")]
    [InlineData("9223372036854775808\n")]
    public void What_is_no_size_is_refused(string body) => Assert.Throws<LogFormatException>(() => AddCheckpointRequest.ParseSize(Encoding.ASCII.GetBytes(body)));

    [Fact]
    public void Signature_lines_without_their_note_are_read_by_the_same_rules()
    {
        var lines = SignedNote.ParseSignatures("— w AAAAAAA=\n— v AAAAAAE=\n"u8);
        Assert.Equal(["w", "v"], lines.Select(line => line.Name));
        Assert.Equal("— w AAAAAAA=\n", lines[0].ToLine());
        foreach (var bad in new[] { "", "\n", "— w AAAAAAA=", "— w AAAAAAA=\n\n", "— w AAAAAAA=\r\n", "- w AAAAAAA=\n", "— w AAAAAAA=\n\t\n" })
            Assert.Throws<LogFormatException>(() => SignedNote.ParseSignatures(Encoding.UTF8.GetBytes(bad)));
        Assert.Throws<LogFormatException>(() => SignedNote.ParseSignatures([0xff, (byte)'\n']));
        Assert.Throws<LogFormatException>(() => SignedNote.ParseSignatures(new byte[SignedNote.MaxLength + 1]));
    }
}
