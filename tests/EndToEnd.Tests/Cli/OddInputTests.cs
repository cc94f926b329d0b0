using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Whatever a user names, the tool says what is wrong with it in a line, and never stops in a stack trace.</summary>
public sealed class OddInputTests : ToolTests
{
    public static TheoryData<string> Files { get; } = ["/proc/self/mem", "/proc/1/environ", "/", "/dev/full/x", "nowhere", "", "\0", "a\0b"];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_that_cannot_be_read_is_wrong_usage(string file)
    {
        foreach (var command in new[] { "hash", "verify", "manifest" })
        {
            var run = await Tool.RunAsync(Service, command, file, command == "hash" ? "--json" : command == "verify" ? "--details" : "--references");
            Assert.True(run.ExitCode is ExitCode.Usage, $"{command} {file}: {run.ExitCode} {run.Output}{run.Error}");
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("issue", "--timeout", "-1")]
    [InlineData("issue", "--timeout", "0")]
    [InlineData("issue", "--timeout", "2147483647")]
    [InlineData("verify", "--timeout", "0")]
    [InlineData("verify", "--timeout", "86401")]
    [InlineData("verify", "--timeout", "soon")]
    [InlineData("verify", "--service", "file:///etc")]
    [InlineData("verify", "--service", "nonsense")]
    [InlineData("verify", "--key", "/dev/zero")]
    [InlineData("verify", "--key", "/")]
    public async Task An_option_out_of_its_range_is_wrong_usage(string command, string option, string value)
    {
        string[] issuer = command == "issue" ? ["--issuer", "bank"] : [];
        var run = await Tool.RunAsync(Service, [command, Folder.File("document"), option, value, .. issuer]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }
}
