using System.Diagnostics;
using System.Text;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>The check of a receipt by hand, docs/check.sh, does what it says.</summary>
public sealed class HandCheckTests : IDisposable
{
    private readonly StubService _service = new();
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _service.Dispose();
    }

    [Fact]
    public async Task The_check_by_hand_accepts_every_true_receipt_and_refuses_altered_ones()
    {
        for (var i = 0; i < 9; i++)
            await _service.IssueAsync(Encoding.UTF8.GetBytes($"document {i}"));
        for (var i = 0; i < 9; i++)
        {
            var file = _folder.File($"document {i}");
            await Tool.RunAsync(_service, "verify", file, "--save-receipts");
            Assert.Equal((0, true), await CheckAsync(file, file + ".tlog-proof", _service.Key, "Verified OK"));
            if (i % 4 == 0)
                await AssertRefusesAsync(file);
        }
    }

    private async Task AssertRefusesAsync(string file)
    {
        var receipt = await File.ReadAllTextAsync(file + ".tlog-proof", TestContext.Current.CancellationToken);
        var lines = receipt.Split('\n');
        var index = Array.FindIndex(lines, line => line.StartsWith("index ", StringComparison.Ordinal));
        var stranger = new Testing.InMemory.InMemoryWorld().Identity.Verifiers[0].ToString();
        var wrongFile = _folder.File("wrong");

        Assert.Equal((1, true), await CheckAsync(wrongFile, file + ".tlog-proof", _service.Key, "not this file"));
        Assert.Equal((1, true), await CheckAsync(file, file + ".tlog-proof", stranger, "not signed by this key"));
        await AssertAlteredAsync("index 4", index, "not in the log");
        await AssertAlteredAsync(lines[index + 1].Replace(lines[index + 1][5], lines[index + 1][5] == 'x' ? 'y' : 'x'), index + 1, "not in the log");

        async Task AssertAlteredAsync(string line, int at, string refusal)
        {
            var altered = _folder.File("altered", Encoding.UTF8.GetBytes(string.Join('\n', [.. lines[..at], line, .. lines[(at + 1)..]])));
            Assert.Equal((1, true), await CheckAsync(file, altered, _service.Key, refusal));
        }
    }

    private static async Task<(int ExitCode, bool Says)> CheckAsync(string file, string receipt, string key, string says)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", [RepositoryFolder.At("docs", "check.sh"), file, receipt, key]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output.Contains(says, StringComparison.Ordinal));
    }
}
