using System.Diagnostics;
using System.Text.Json;

namespace TrueCopy.EndToEnd.Tests.Cli;

public sealed class HashAndUsageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Hash_prints_what_sha256sum_prints()
    {
        var files = new[] { _folder.File("abc"), _folder.File("中文 name"), _folder.File("empty", []) };
        using var process = Process.Start(new ProcessStartInfo("sha256sum", files) { RedirectStandardOutput = true })!;
        var expected = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var run = await Tool.RunAsync(["hash", .. files]);
        Assert.Equal((0, expected.ReplaceLineEndings()), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Hash_knows_every_algorithm_in_one_pass()
    {
        var run = await Tool.RunAsync("hash", _folder.File("abc"), "--algorithm", "sm3", "--algorithm", "sha-256", "--json");
        var digests = JsonDocument.Parse(run.Output).RootElement[0].GetProperty("digests");
        Assert.Equal("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", digests.GetProperty("sm3").GetString());
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digests.GetProperty("sha-256").GetString());
    }

    // The digest of nothing would have the service refuse the whole manifest.
    [Fact]
    public async Task A_manifest_leaves_out_empty_files_and_says_how_many()
    {
        _folder.File("abc");
        _folder.File("empty", []);
        var run = await Tool.RunAsync("manifest", _folder.Path);
        Assert.Equal((0, "Left out: 1 empty file. An empty document cannot be issued."), (run.ExitCode, run.Error.Trim()));
        Assert.Single(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("hash")]
    [InlineData("dance")]
    [InlineData("hash", "FILE", "--algorithm", "md5")]
    [InlineData("issue", "FILE")]
    [InlineData("issue", "FILE", "FILE", "--issuer", "x", "--path", "y")]
    [InlineData("receipt", "check", "FILE")]
    [InlineData("receipt", "check", "FILE", "--key", "nonsense", "--receipt", "FILE")]
    [InlineData("verify", "FILE", "--service", "ftp://x")]
    [InlineData("verify", "FILE", "--key", "nonsense")]
    [InlineData("verify", "/does/not/exist")]
    [InlineData("hash", "/")]
    [InlineData("issue", "FILE", "--issuer", "x", "--inbox", "nonsense")]
    public async Task A_wrong_command_line_exits_with_2_and_prints_no_result(params string[] arguments)
    {
        var file = _folder.File("abc");
        var run = await Tool.RunAsync([.. arguments.Select(argument => argument == "FILE" ? file : argument)]);
        Assert.Equal(2, run.ExitCode);
        Assert.NotEqual("", run.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("verify", "--help")]
    [InlineData("receipt", "check", "--help")]
    public async Task Help_is_a_result(params string[] arguments)
    {
        var run = await Tool.RunAsync(arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_of_all_has_a_line_for_each_command_and_the_commands_own_tells_the_rest()
    {
        var all = (await Tool.RunAsync("--help")).Output;
        var commands = all.Split("Commands:")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.All(commands, line => Assert.Matches("^[a-z]+ .*[.?]$", line));
        foreach (var section in new[] { "Exit codes", "Environment:", "Files:", "Examples:" })
            Assert.Contains(section, all, StringComparison.Ordinal);
        foreach (var command in commands.Select(line => line.Split(' ')[0]).Except(["keys", "receipt"]))
            Assert.Matches("Examples?:", (await Tool.RunAsync(command, "--help")).Output);
    }

    [Fact]
    public async Task The_exit_codes_are_in_the_help() =>
        Assert.Contains("3  no answer", (await Tool.RunAsync("--help")).Output, StringComparison.Ordinal);
}
