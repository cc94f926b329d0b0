using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>What the README tells a reader to paste does what it says.</summary>
public sealed partial class ReadmeTests : IDisposable
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
        var script = _folder.File("check.sh", Encoding.UTF8.GetBytes(ScriptPattern().Match(await ReadmeAsync()).Groups[1].Value));
        for (var i = 0; i < 9; i++)
            await _service.IssueAsync(Encoding.UTF8.GetBytes($"document {i}"));
        for (var i = 0; i < 9; i++)
        {
            var file = _folder.File($"document {i}");
            await Tool.RunAsync(_service, "verify", file, "--save-receipts");
            Assert.Equal((0, true), await CheckAsync(script, file, file + ".tlog-proof", _service.Key, "Verified OK"));
            if (i % 4 == 0)
                await AssertRefusesAsync(script, file);
        }
    }

    [Fact]
    public async Task The_try_out_is_what_the_service_prints()
    {
        var readme = await ReadmeAsync();
        var printed = Local.WhatNext.Text("http://127.0.0.1:7071", Local.Azurite.AzuriteAccount.Inbox.ConnectionString(10000, 10001, 10002));
        var commands = printed.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim()).ToArray();
        Assert.Equal(3, commands.Length);
        Assert.All(commands, command => Assert.Contains($"$ {command}", readme, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_row_of_the_table_of_inputs_names_tests_that_there_are()
    {
        var rows = (await ReadmeAsync()).Split("| input |")[1].Split("\n\n")[0].Split('\n').Skip(2).ToArray();
        Assert.True(rows.Length > 30, $"{rows.Length} rows");
        var sources = string.Concat(Directory.EnumerateFiles(RepositoryFolder.At("tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        foreach (var row in rows)
        {
            var tests = row.Split('|')[4].Split('`', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Assert.NotEmpty(tests);
            Assert.All(tests, test => Assert.True(sources.Contains($" {test}(", StringComparison.Ordinal), $"there is no test {test}"));
        }
    }

    [Fact]
    public async Task The_table_of_verdicts_has_the_words_and_exit_codes_of_the_tool()
    {
        var readme = await ReadmeAsync();
        var terminal = new TrueCopy.Cli.Terminal(TextWriter.Null, TextWriter.Null, color: false, interactive: false);
        foreach (var verdict in Enum.GetValues<Verdict>())
            Assert.Contains($"`{TrueCopy.Cli.Output.VerdictText.Headline(verdict, terminal)}`, exit {TrueCopy.Cli.ExitCode.Of(verdict)} |", readme, StringComparison.Ordinal);
    }

    private async Task AssertRefusesAsync(string script, string file)
    {
        var receipt = await File.ReadAllTextAsync(file + ".tlog-proof", TestContext.Current.CancellationToken);
        var lines = receipt.Split('\n');
        var index = Array.FindIndex(lines, line => line.StartsWith("index ", StringComparison.Ordinal));
        var stranger = new Testing.InMemory.InMemoryWorld().Identity.Verifiers[0].ToString();
        var wrongFile = _folder.File("wrong");

        Assert.Equal((1, true), await CheckAsync(script, wrongFile, file + ".tlog-proof", _service.Key, "not this file"));
        Assert.Equal((1, true), await CheckAsync(script, file, file + ".tlog-proof", stranger, "not signed by this key"));
        await AssertAlteredAsync("index 3", index, "not in the log");
        await AssertAlteredAsync(lines[index + 1].Replace(lines[index + 1][5], lines[index + 1][5] == 'x' ? 'y' : 'x'), index + 1, "not in the log");

        async Task AssertAlteredAsync(string line, int at, string refusal)
        {
            var altered = _folder.File("altered", Encoding.UTF8.GetBytes(string.Join('\n', [.. lines[..at], line, .. lines[(at + 1)..]])));
            Assert.Equal((1, true), await CheckAsync(script, file, altered, _service.Key, refusal));
        }
    }

    private static async Task<(int ExitCode, bool Says)> CheckAsync(string script, string file, string receipt, string key, string says)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", [script, file, receipt, key]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output.Contains(says, StringComparison.Ordinal));
    }

    private static Task<string> ReadmeAsync() => File.ReadAllTextAsync(RepositoryFolder.At("README.md"), TestContext.Current.CancellationToken);

    [GeneratedRegex(@"```sh\n(# usage: sh check\.sh.*?)```", RegexOptions.Singleline)]
    private static partial Regex ScriptPattern();
}
