using System.Text;
using System.Text.Json;
using TrueCopy.Testing.InMemory;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Verifying folders and patterns of files.</summary>
public sealed class FolderVerifyTests : IDisposable
{
    private readonly StubService _service = new();
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _service.Dispose();
    }

    [Fact]
    public async Task A_folder_is_asked_about_a_thousand_files_a_request()
    {
        await FillAsync(2100, issued: 2097);
        var run = await RunAsync("verify", _folder.At("inbox"));
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal(["/v1/verify", "/v1/verify", "/v1/verify"], _service.Asked);
        Assert.Contains("2,100 files, 3 requests in", run.Output, StringComparison.Ordinal);
        Assert.Matches("VERIFIED +2,097", run.Output);
        Assert.Matches("UNKNOWN +3", run.Output);
    }

    [Fact]
    public async Task Of_many_files_those_to_look_at_are_named_and_the_others_counted()
    {
        await FillAsync(50, issued: 49);
        var run = await RunAsync("verify", _folder.At("inbox"));
        Assert.Contains("0049", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("0048", run.Output, StringComparison.Ordinal);
        Assert.Contains("altered, or never issued here", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_off_a_terminal_has_no_escapes_and_cuts_no_name()
    {
        await FillAsync(3, issued: 3);
        var name = new string('n', 100);
        _folder.File($"inbox/{name}", "x"u8.ToArray());
        var run = await RunAsync("verify", _folder.At("inbox"));
        Assert.DoesNotContain("\e", run.Output, StringComparison.Ordinal);
        Assert.Contains(name, run.Output.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_takes_the_files_that_match_and_receipts_are_no_documents()
    {
        await FillAsync(4, issued: 4);
        Directory.CreateDirectory(_folder.At("inbox/deep/er"));
        _folder.File("inbox/deep/er/a.pdf", Encoding.UTF8.GetBytes("0001"));
        _folder.File("inbox/deep/er/a.pdf.tlog-proof", [1]);
        _folder.File("inbox/b.pdf", Encoding.UTF8.GetBytes("0002"));
        Assert.Equal(["b.pdf", "deep/er/a.pdf"], await FilesAsync(_folder.At("inbox/**/*.pdf")));
        Assert.Equal(["b.pdf"], await FilesAsync(_folder.At("inbox/*.pdf")));
        Assert.Equal(["0000", "0001", "0002", "0003", "b.pdf", "deep/er/a.pdf"], await FilesAsync(_folder.At("inbox")));
    }

    [Fact]
    public async Task A_link_to_a_folder_above_is_not_followed_in_circles()
    {
        await FillAsync(1, issued: 1);
        Directory.CreateSymbolicLink(_folder.At("inbox/loop"), _folder.At("inbox"));
        Assert.Equal(["0000"], await FilesAsync(_folder.At("inbox")));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_told_and_the_others_are_answered()
    {
        await FillAsync(2, issued: 2);
        File.CreateSymbolicLink(_folder.At("inbox/gone"), _folder.At("nowhere"));
        var run = await RunAsync("verify", _folder.At("inbox"), "--json");
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
        Directory.CreateDirectory(_folder.At("empty"));
        var run = await RunAsync("verify", _folder.At(argument));
        Assert.Equal((2, 0), (run.ExitCode, _service.Requests));
    }

    [Fact]
    public async Task Saved_receipts_of_a_folder_check_offline_beside_the_files_or_in_a_folder_of_their_own()
    {
        await FillAsync(5, issued: 5);
        foreach (string[] where in new[] { [], new[] { "--receipts", _folder.At("proofs") } })
        {
            Assert.Equal(0, (await RunAsync(["verify", _folder.At("inbox"), "--save-receipts", .. where])).ExitCode);
            var before = _service.Requests;
            var run = await RunAsync(["verify", _folder.At("inbox"), "--offline", .. where]);
            Assert.Equal((0, before), (run.ExitCode, _service.Requests));
            Assert.Contains("✔ ISSUED", run.Output, StringComparison.Ordinal);
            Assert.Contains("only the service can say", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("VERIFIED", run.Output, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(_folder.At("proofs/0003.tlog-proof")));
    }

    private async Task FillAsync(int count, int issued)
    {
        Directory.CreateDirectory(_folder.At("inbox"));
        var contents = Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes($"{i:0000}")).ToArray();
        for (var i = 0; i < count; i++)
            _folder.File($"inbox/{i:0000}", contents[i]);
        await _service.IssueDigestsAsync(contents.Take(issued).Select(content => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))));
    }

    private async Task<string[]> FilesAsync(string argument)
    {
        var results = JsonDocument.Parse((await RunAsync("verify", argument, "--json")).Output).RootElement;
        return [.. results.EnumerateArray().Select(result => Path.GetRelativePath(_folder.At("inbox"), result.GetProperty("file").GetString()!))];
    }

    private Task<ToolRun> RunAsync(params string[] arguments) => Tool.RunAsync(_service, [.. arguments, "--key", _service.Key]);
}
