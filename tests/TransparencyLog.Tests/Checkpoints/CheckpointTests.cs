using System.Text;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private const string Root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    [Fact]
    public void The_specifications_example_parses_and_is_written_back()
    {
        const string text = $"example.com/behind-the-sofa\n20852163\n{Root}\n";
        var checkpoint = Checkpoint.Parse(text);
        Assert.Equal("example.com/behind-the-sofa", checkpoint.Origin);
        Assert.Equal(20852163, checkpoint.Size);
        Assert.Equal(Root, checkpoint.Root.ToString());
        Assert.Equal(text, checkpoint.ToNoteText());
    }

    [Fact]
    public void Extension_lines_are_kept()
    {
        const string text = $"o\n1\n{Root}\nfirst\nsecond\n";
        Assert.Equal(["first", "second"], Checkpoint.Parse(text).Extensions);
        Assert.Equal(text, Checkpoint.Parse(text).ToNoteText());
    }

    [Fact]
    public void The_largest_size_is_2_to_the_63_minus_1() =>
        Assert.Equal(long.MaxValue, Checkpoint.Parse($"o\n9223372036854775807\n{Root}\n").Size);

    [Fact]
    public void The_empty_tree_has_the_hash_of_nothing_for_a_root()
    {
        const string text = "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
        Assert.Equal(TreeHasher.EmptyRoot, Checkpoint.Parse(text).Root);
        Assert.Equal(text, Checkpoint.Parse(text).ToNoteText());
    }

    [Fact]
    public void Whatever_is_accepted_is_written_back_character_for_character_and_nothing_else_is_thrown() =>
        Mutation.Of(Encoding.UTF8.GetBytes($"log.example\n20852163\n{Root}\nextension\n")).Sample(
            bytes =>
            {
                var text = Encoding.Latin1.GetString(bytes);
                try
                {
                    Assert.Equal(text, Checkpoint.Parse(text).ToNoteText());
                }
                catch (LogFormatException)
                {
                    // Refused, as documented.
                }
            },
            iter: 20_000);

    [Theory]
    [InlineData("\n")]
    [InlineData("\n\n\n")]
    [InlineData($"o\n\n{Root}\n")]
    [InlineData($"o\n\n1\n{Root}\n")]
    [InlineData($"o\n1\n{Root}\n\nextension\n")]
    [InlineData($"o\n1\n{Root}\nextension")]
    [InlineData($"o\n00\n{Root}\n")]
    [InlineData($"o\n1 \n{Root}\n")]
    [InlineData($"o\n1.0\n{Root}\n")]
    [InlineData($"o\n0x1\n{Root}\n")]
    [InlineData($"o\n1,000\n{Root}\n")]
    [InlineData($"o\n99999999999999999999\n{Root}\n")]
    [InlineData($"o\n1\n {Root}\n")]
    [InlineData($"o\n1\n{Root} \n")]
    [InlineData($"o\n1\r\n{Root}\n")]
    [InlineData("o\n1\n0ac51861a9863e8e1d90c8080148a89bf5da8e3ee1d9f07630f0378f68f1ab62\n")]
    [InlineData("")]
    [InlineData("o\n1\n")]
    [InlineData($"o\n1\n{Root}")]
    [InlineData($"\n1\n{Root}\n")]
    [InlineData($"o\n1\n{Root}\n\n")]
    [InlineData($"o\n01\n{Root}\n")]
    [InlineData($"o\n+1\n{Root}\n")]
    [InlineData($"o\n-1\n{Root}\n")]
    [InlineData($"o\n 1\n{Root}\n")]
    [InlineData($"o\n١\n{Root}\n")]
    [InlineData($"o\n9223372036854775808\n{Root}\n")]
    [InlineData($"o\n0\n{Root}\n")]
    [InlineData("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n")]
    [InlineData("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n")]
    [InlineData("o\n1\n\n")]
    public void Malformed_checkpoints_are_refused(string text) => Assert.Throws<LogFormatException>(() => Checkpoint.Parse(text));
}
