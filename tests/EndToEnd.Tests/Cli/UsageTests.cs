using TrueCopy.Cli;
using TrueCopy.Local.Azurite;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Wrong usage is told in three lines, before anything is done.</summary>
public sealed class UsageTests : ToolTests
{
    private const string Unreachable = "DefaultEndpointsProtocol=http;AccountName=x;AccountKey=eA==;BlobEndpoint=http://127.0.0.1:1/x;";

    [Theory]
    [InlineData("verify", "hint: truecopy verify FILE…", "help: truecopy verify --help")]
    [InlineData("verfy x", "hint: did you mean verify?", "help: truecopy --help")]
    [InlineData("issue FILE", "hint: truecopy issue FILE… --issuer ID", "help: truecopy issue --help")]
    [InlineData("verify FILE --isuer bank", "hint: did you mean --issuer?", "help: truecopy verify --help")]
    [InlineData("verify FILE --timeout soon", "hint: truecopy verify FILE…", "help: truecopy verify --help")]
    [InlineData("keys", "hint: truecopy keys list|forget", "help: truecopy keys --help")]
    public async Task Wrong_usage_is_told_in_three_lines(string line, string hint, string help)
    {
        var file = Folder.File("document");
        var run = await Tool.RunAsync(Service, [.. line.Split(' ').Select(word => word == "FILE" ? file : word)]);
        Assert.Equal((ExitCode.Usage, "", 0), (run.ExitCode, run.Output, Service.Requests));
        var lines = run.Error.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("truecopy: ", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("System.", lines[0], StringComparison.Ordinal);
        Assert.Equal((hint, help), (lines[1], lines[2]));
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_reached_is_no_diagnosis()
    {
        Assert.Equal(2, (await Tool.AdminAsync("doctor", "--ledger", "nonsense")).ExitCode);
        Assert.Equal(2, (await Tool.AdminAsync("doctor", "--ledger", "https://elsewhere.example")).ExitCode);
        Assert.Equal(3, (await Tool.AdminAsync("doctor", "--ledger", AzuriteAccount.Ledger.ConnectionString(1, 1, 1))).ExitCode);
    }

    // The storage is not there: whoever tries to upload is not told of the option.
    [Theory]
    [InlineData("--expires", "tomorrow")]
    [InlineData("--expires", "2026-12-31")]
    [InlineData("--expires", "2026-12-31T00:00:00")]
    [InlineData("--valid-from", "31.12.2026")]
    [InlineData("--reference", " loan")]
    [InlineData("--reference", "")]
    [InlineData("--type", "a\u202Eb")]
    [InlineData("--path", "../x")]
    [InlineData("--path", "a//b")]
    [InlineData("--parallel", "0")]
    [InlineData("--parallel", "65")]
    [InlineData("--timeout", "0")]
    [InlineData("--issuer", "Demo Bank")]
    [InlineData("--issuer", "")]
    public async Task An_option_is_checked_before_anything_is_uploaded(string option, string value)
    {
        string[] issuer = option == "--issuer" ? [] : ["--issuer", "bank"];
        var run = await Tool.RunAsync(["issue", Folder.File("document"), "--inbox", Unreachable, option, value, .. issuer]);
        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Output));
        Assert.Contains(option.TrimStart('-').Replace("valid-from", "--valid-from", StringComparison.Ordinal), run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be reached", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_period_that_ends_before_it_begins_is_not_uploaded()
    {
        var run = await Tool.RunAsync("issue", Folder.File("document"), "--issuer", "bank", "--inbox", Unreachable, "--valid-from", "2027-01-01T00:00:00Z", "--expires", "2026-01-01T00:00:00Z");
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--expires is after --valid-from", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("revoke", "--note", " x")]
    [InlineData("revoke", "--reason", "because")]
    [InlineData("revoke", "--reason", "certificateHold")]
    public async Task An_acts_option_is_checked_before_anything_is_done(string act, string option, string value)
    {
        var run = await Tool.RunAsync(act, Folder.File("document"), "--issuer", "bank", "--inbox", Unreachable, option, value);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.DoesNotContain("cannot be reached", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("issue", "--issuer", "bank", "--expiry")]
    [InlineData("verify", "--offlin")]
    [InlineData("hash", "-x")]
    public async Task An_option_that_is_none_is_told_as_one_and_not_as_a_missing_file_alone(params string[] arguments)
    {
        var run = await Tool.RunAsync([.. arguments, Folder.File("document")]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains($"{arguments[^1]} is no option of this command", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_document_is_read_before_an_act_is_done()
    {
        var run = await Tool.RunAsync("revoke", Folder.File("a"), Folder.At("missing"), "ref: x", Folder.File("b"), "--issuer", "bank", "--inbox", Unreachable);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("2 of 4 documents cannot be read, so nothing was done", run.Error, StringComparison.Ordinal);
        Assert.Contains("missing cannot be read: there is no such file", run.Error, StringComparison.Ordinal);
        Assert.Contains("ref: x", run.Error, StringComparison.Ordinal);
    }
}
