using System.Text;
using System.Text.Json;

namespace TrueCopy.EndToEnd.Tests.Cli;

public sealed class ReceiptCommandTests : IDisposable
{
    private readonly StubService _service = new();
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _service.Dispose();
    }

    [Fact]
    public async Task A_receipt_that_holds_says_who_did_what()
    {
        var (file, receipt) = await IssueAsync();
        var run = await Tool.RunAsync("receipt", "check", file, "--receipt", receipt, "--key", _service.Key, "--json");
        var result = JsonDocument.Parse(run.Output).RootElement[0];
        Assert.Equal(0, run.ExitCode);
        Assert.True(result.GetProperty("holds").GetBoolean());
        Assert.Equal(("issue", "bank", 3), (result.GetProperty("act").GetString(), result.GetProperty("issuer").GetString(), result.GetProperty("logIndex").GetInt64()));
    }

    [Fact]
    public async Task A_key_may_be_given_as_a_file()
    {
        var (file, _) = await IssueAsync();
        var key = _folder.File("log.vkey", Encoding.UTF8.GetBytes(_service.Key + "\n"));
        Assert.Equal(0, (await Tool.RunAsync("receipt", "check", file, "--key", key)).ExitCode);
    }

    [Fact]
    public async Task A_receipt_does_not_hold_for_a_file_that_changed()
    {
        var (file, receipt) = await IssueAsync();
        var changed = _folder.File("changed", Encoding.UTF8.GetBytes("documenT"));
        await AssertFaultAsync("document", "receipt", "check", changed, "--receipt", receipt, "--key", _service.Key);
        Assert.Equal(0, (await Tool.RunAsync("receipt", "check", file, "--key", _service.Key)).ExitCode);
    }

    [Fact]
    public async Task Any_changed_line_of_a_receipt_breaks_it()
    {
        var (file, receipt) = await IssueAsync();
        var lines = await File.ReadAllLinesAsync(receipt, TestContext.Current.CancellationToken);
        for (var i = 0; i < lines.Length - 1; i++)
        {
            var altered = (string[])lines.Clone();
            altered[i] = i == lines.Length - 2 ? altered[i].Replace("— log", "— lag", StringComparison.Ordinal) : Alter(altered[i]);
            var path = _folder.File("altered", Encoding.UTF8.GetBytes(string.Join('\n', altered) + "\n"));
            var run = await Tool.RunAsync("receipt", "check", file, "--receipt", path, "--key", _service.Key);
            Assert.True(run.ExitCode == 1, $"line {i}: exit code {run.ExitCode}");
        }
    }

    private static string Alter(string line) => line.Length == 0 ? "x" : line[..^1] + (line[^1] == '1' ? '2' : '1');

    private static async Task AssertFaultAsync(string fault, params string[] arguments)
    {
        var run = await Tool.RunAsync([.. arguments, "--json"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(fault, JsonDocument.Parse(run.Output).RootElement[0].GetProperty("fault").GetString());
    }

    private async Task<(string File, string Receipt)> IssueAsync()
    {
        await _service.IssueAsync(Encoding.UTF8.GetBytes("document"));
        var file = _folder.File("document");
        await Tool.RunAsync(_service, "verify", file, "--save-receipts");
        return (file, file + ".tlog-proof");
    }
}
