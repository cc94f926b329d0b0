using TrueCopy.TransparencyLog.Checkpoints;

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

    [Theory]
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
