using System.Security.Cryptography;
using System.Text.Json;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>The main job, from the command line through Azurite to a receipt checked offline.</summary>
public abstract class MainPathTests(Running running) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Issued_files_are_verified_and_their_receipts_check_offline()
    {
        var pdf = _folder.File("statement.pdf", [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(5 << 20)]);
        foreach (var file in new[] { pdf, _folder.File("one byte", [0]), _folder.File("对账单 (1).txt", [1]) })
        {
            Assert.Equal(0, (await IssueAsync(file, "demo-bank")).ExitCode);
            Assert.Equal(0, (await VerifyAsync(file)).ExitCode);
            Assert.Equal(0, (await Tool.RunAsync("receipt", "check", file, "--key", running.Key)).ExitCode);
        }

        // An empty file is everybody's: issued once, every empty file in the world would be verified.
        var empty = _folder.File("empty", []);
        Assert.Equal(1, (await IssueAsync(empty, "demo-bank")).ExitCode);
        Assert.Equal(1, (await VerifyAsync(empty)).ExitCode);
    }

    [Fact]
    public async Task One_flipped_bit_is_unknown_and_another_name_is_not()
    {
        var content = RandomNumberGenerator.GetBytes(100_000);
        await IssueAsync(_folder.File("original", content), "demo-bank");
        Assert.Equal(0, (await VerifyAsync(_folder.File("renamed", content))).ExitCode);
        content[50_000] ^= 1;
        Assert.Equal(1, (await VerifyAsync(_folder.File("flipped", content))).ExitCode);
    }

    [Fact]
    public async Task What_two_issuers_issued_has_a_result_of_each_and_a_second_algorithm_answers_too()
    {
        var file = _folder.File("shared", RandomNumberGenerator.GetBytes(1000));
        await IssueAsync(file, "demo-bank");
        await IssueAsync(file, "demo-registry");
        var answer = JsonDocument.Parse((await VerifyAsync(file, "--json")).Output).RootElement[0].GetProperty("answer");
        Assert.Equal(["demo-bank", "demo-registry"], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("issuer").GetProperty("id").GetString()));
        Assert.Equal(0, (await VerifyAsync(file, "--algorithm", "sm3")).ExitCode);
    }

    [Fact]
    public async Task An_upload_without_an_issuer_is_refused_by_storage_and_by_the_service()
    {
        Assert.Equal(2, (await IssueAsync(_folder.File("x", [1]), "nobody")).ExitCode);
        foreach (var container in new[] { "issuer-ghost", "answers-ghost" })
            await running.Accounts.Inbox.CreateBlobContainerAsync(container, cancellationToken: TestContext.Current.CancellationToken);
        var run = await IssueAsync(_folder.File("y", [2]), "ghost");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("legalname", run.Output, StringComparison.Ordinal);
    }

    private Task<ToolRun> IssueAsync(string file, string issuer) =>
        Tool.RunAsync("issue", file, "--issuer", issuer, "--inbox", running.Inbox, "--save-receipts");

    private Task<ToolRun> VerifyAsync(string file, params string[] more) =>
        Tool.RunAsync(["verify", file, "--service", running.Address, "--key", running.Key, .. more]);
}
