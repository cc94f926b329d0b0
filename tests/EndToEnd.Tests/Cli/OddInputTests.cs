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

    [Fact]
    public async Task A_folder_that_links_to_itself_is_listed_once()
    {
        var inner = Directory.CreateDirectory(Folder.At("folder")).FullName;
        await File.WriteAllTextAsync(Path.Combine(inner, "document"), "document", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(Path.Combine(inner, "again"), inner);
        var run = await Tool.RunAsync(Service, "manifest", inner);
        Assert.Equal((0, 1), (run.ExitCode, run.Output.Count(character => character == '\n')));
    }

    [Fact]
    public async Task A_file_that_opens_and_cannot_be_read_keeps_no_other_waiting()
    {
        var file = await IssuedFileAsync("document");
        await Tool.RunAsync(Service, "verify", file, "--save-receipts", "--key", Service.Key);
        File.CreateSymbolicLink(Folder.At("memory"), "/proc/self/mem");
        File.Copy(file + ".tlog-proof", Folder.At("memory.tlog-proof"));
        foreach (var how in new[] { "--offline", "--details" })
        {
            var run = await Tool.RunAsync(Service, "verify", Folder.Path, how, "--key", Service.Key);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.Contains("document", run.Output, StringComparison.Ordinal);
            Assert.Contains("cannot be read", run.Output, StringComparison.Ordinal);
            Assert.Contains(how == "--offline" ? "ISSUED" : "VERIFIED", run.Output, StringComparison.Ordinal);
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
