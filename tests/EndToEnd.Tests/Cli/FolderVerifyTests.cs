using System.Text;
using System.Text.Json;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Verifying folders and patterns of files.</summary>
public sealed class FolderVerifyTests : ToolTests
{
    [Fact]
    public async Task AFolder_is_asked_about_a_thousand_files_a_request()
    {
        await FillAsync(2100, issued: 2097);
        var run = await RunAsync("verify", Folder.At("inbox"));
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal(["/v1/verify", "/v1/verify", "/v1/verify"], Service.Asked);
        Assert.Contains("2,100 files, 3 requests in", run.Output, StringComparison.Ordinal);
        Assert.Matches("VERIFIED +2,097", run.Output);
        Assert.Matches("UNKNOWN +3", run.Output);
    }

    [Fact]
    public async Task Of_many_files_those_to_look_at_are_named_and_the_others_counted()
    {
        await FillAsync(50, issued: 49);
        var run = await RunAsync("verify", Folder.At("inbox"));
        Assert.Contains("0049", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("0048", run.Output, StringComparison.Ordinal);
        Assert.Contains("altered, or never issued here", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_off_a_terminal_has_no_escapes_and_cuts_no_name()
    {
        await FillAsync(3, issued: 3);
        var name = new string('n', 100);
        Folder.File($"inbox/{name}", "x"u8.ToArray());
        var run = await RunAsync("verify", Folder.At("inbox"));
        Assert.DoesNotContain("\e", run.Output, StringComparison.Ordinal);
        Assert.Contains(name, run.Output.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_takes_the_files_that_match_and_receipts_are_no_documents()
    {
        await FillAsync(4, issued: 4);
        Directory.CreateDirectory(Folder.At("inbox/deep/er"));
        Folder.File("inbox/deep/er/a.pdf", Encoding.UTF8.GetBytes("0001"));
        Folder.File("inbox/deep/er/a.pdf.tlog-proof", [1]);
        Folder.File("inbox/b.pdf", Encoding.UTF8.GetBytes("0002"));
        Assert.Equal(["b.pdf", "deep/er/a.pdf"], await FilesAsync(Folder.At("inbox/**/*.pdf")));
        Assert.Equal(["b.pdf"], await FilesAsync(Folder.At("inbox/*.pdf")));
        Assert.Equal(["0000", "0001", "0002", "0003", "b.pdf", "deep/er/a.pdf"], await FilesAsync(Folder.At("inbox")));
    }

    [Fact]
    public async Task A_link_to_aFolder_above_is_not_followed_in_circles()
    {
        await FillAsync(1, issued: 1);
        Directory.CreateSymbolicLink(Folder.At("inbox/loop"), Folder.At("inbox"));
        Assert.Equal(["0000"], await FilesAsync(Folder.At("inbox")));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_told_and_the_others_are_answered()
    {
        await FillAsync(2, issued: 2);
        File.CreateSymbolicLink(Folder.At("inbox/gone"), Folder.At("nowhere"));
        var run = await RunAsync("verify", Folder.At("inbox"), "--json");
        Assert.Equal(2, run.ExitCode);
        var results = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToArray();
        Assert.Equal(["verified", "verified"], results.Take(2).Select(result => result.GetProperty("verdict").GetString()));
        Assert.False(results[2].TryGetProperty("verdict", out _));
        Assert.Contains("cannot be read", results[2].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("*.pdf")]
    [InlineData("nowhere/*.pdf")]
    public async Task Nothing_to_verify_is_wrong_usage(string argument)
    {
        Directory.CreateDirectory(Folder.At("empty"));
        var run = await RunAsync("verify", Folder.At(argument));
        Assert.Equal((2, 0), (run.ExitCode, Service.Requests));
    }

    [Fact]
    public async Task Saved_receipts_of_aFolder_check_offline_beside_the_files_or_in_aFolder_of_their_own()
    {
        await FillAsync(5, issued: 5);
        foreach (string[] where in new[] { [], new[] { "--receipts", Folder.At("proofs") } })
        {
            Assert.Equal(0, (await RunAsync(["verify", Folder.At("inbox"), "--save-receipts", .. where])).ExitCode);
            var before = Service.Requests;
            var run = await RunAsync(["verify", Folder.At("inbox"), "--offline", .. where]);
            Assert.Equal((0, before), (run.ExitCode, Service.Requests));
            Assert.Contains("✔ ISSUED", run.Output, StringComparison.Ordinal);
            Assert.Contains("only the service can say", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("VERIFIED", run.Output, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(Folder.At("proofs/0003.tlog-proof")));
    }

    private async Task FillAsync(int count, int issued)
    {
        Directory.CreateDirectory(Folder.At("inbox"));
        var contents = Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes($"{i:0000}")).ToArray();
        for (var i = 0; i < count; i++)
            Folder.File($"inbox/{i:0000}", contents[i]);
        await Service.IssueDigestsAsync(contents.Take(issued).Select(content => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))));
    }

    private async Task<string[]> FilesAsync(string argument)
    {
        var results = JsonDocument.Parse((await RunAsync("verify", argument, "--json")).Output).RootElement;
        return [.. results.EnumerateArray().Select(result => Path.GetRelativePath(Folder.At("inbox"), result.GetProperty("file").GetString()!))];
    }

    private Task<ToolRun> RunAsync(params string[] arguments) => Tool.RunAsync(Service, [.. arguments, "--key", Service.Key]);
}
