using System.Security.Cryptography;
using System.Text.Json;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Several institutions issued the same bytes: none of them can change what another says, nor hide it.</summary>
public sealed class ConflictTests : ToolTests
{
    private const string AskForOne = "ask for the institution that the document names: --issuer ID";

    [Fact]
    public async Task A_revocation_does_not_disappear_when_another_institution_lists_the_same_bytes()
    {
        var file = await RevokedByTheBankAndListedByTheRegistryAsync();
        var run = await VerifyAsync(file);
        Assert.Equal((15, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"≠ CONFLICTING  {file}", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("✔ VERIFIED", run.Output, StringComparison.Ordinal);
        AssertOrder(run.Output, AskForOne, "The bank Ltd [HK] (bank)", "revoked: taken back for good", "The registry Ltd [HK] (registry)", "verified: it stands");
        Assert.Equal((10, 0, 2), ((await VerifyAsync(file, "--issuer", "bank")).ExitCode, (await VerifyAsync(file, "--issuer", "registry")).ExitCode, (await VerifyAsync(file, "--issuer", "other")).ExitCode));
    }

    [Fact]
    public async Task Another_institution_cannot_take_a_document_back_by_issuing_it_too_and_revoking_that()
    {
        var content = "document"u8.ToArray();
        var file = await IssuedFileAsync("document");
        Service.World.AddIssuer("registry");
        Service.World.Time.Advance(TimeSpan.FromSeconds(1));
        await Service.IssueAsync(content, "registry");
        Assert.Equal(0, (await VerifyAsync(file)).ExitCode);
        await Service.ActAsync("registry", "revoke", content);

        var run = await VerifyAsync(file);
        Assert.Equal(15, run.ExitCode);
        AssertOrder(run.Output, "The bank Ltd [HK] (bank)", "verified: it stands", "The registry Ltd [HK] (registry)", "revoked: taken back for good");
        var asked = await VerifyAsync(file, "--issuer", "bank");
        Assert.Equal(0, asked.ExitCode);
        Assert.StartsWith("✔ VERIFIED", asked.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("registry", asked.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_institution_cannot_bury_the_verdict_under_acts_of_its_own()
    {
        var file = await IssuedFileAsync("document");
        Service.World.AddIssuer("registry");
        await Service.IssueAsync("document"u8.ToArray(), "registry");
        for (var act = 1; act < DocumentActs.MaxActs - 1; act += 2)
        {
            await Service.ActAsync("registry", "suspend", "document"u8.ToArray());
            await Service.ActAsync("registry", "reinstate", "document"u8.ToArray());
        }

        var run = await VerifyAsync(file);
        Assert.Equal(0, run.ExitCode);
        Assert.InRange(run.Output.Split('\n').Length, 1, 25);
        AssertOrder(run.Output, "The bank Ltd [HK] (bank)", "The registry Ltd [HK] (registry)", "registry: 93 other acts, then");
        var acts = JsonDocument.Parse((await VerifyAsync(file, "--json")).Output).RootElement[0].GetProperty("answer").GetProperty("results")[1].GetProperty("unproven").GetProperty("acts");
        Assert.Equal(DocumentActs.MaxActs - 1, acts.GetArrayLength());
    }

    [Fact]
    public async Task Institutions_that_agree_are_all_named_and_the_verdict_is_theirs()
    {
        var file = await IssuedFileAsync("document");
        Service.World.AddIssuer("registry");
        await Service.IssueAsync("document"u8.ToArray(), "registry");
        var run = await VerifyAsync(file);
        Assert.Equal(0, run.ExitCode);
        AssertOrder(run.Output, "✔ VERIFIED", "The bank Ltd [HK] (bank)", "The registry Ltd [HK] (registry)");
        Assert.DoesNotContain(AskForOne, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_shows_each_institutions_word_where_they_differ()
    {
        var file = await RevokedByTheBankAndListedByTheRegistryAsync();
        var run = await VerifyAsync(file, await IssuedFileAsync("other"));
        Assert.Equal(15, run.ExitCode);
        var row = Assert.Single(run.Output.Split('\n'), line => line.Contains(file, StringComparison.Ordinal));
        AssertOrder(row, "≠ CONFLICTING", "The bank Ltd, revoked since", "The registry Ltd, verified");
        Assert.Matches("CONFLICTING +1", run.Output);
        Assert.Contains(AskForOne, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_has_every_institutions_word_and_what_nothing_proves_apart()
    {
        var run = await VerifyAsync(await RevokedByTheBankAndListedByTheRegistryAsync(), "--json");
        var result = JsonDocument.Parse(run.Output).RootElement[0];
        Assert.Equal("conflicting", result.GetProperty("verdict").GetString());
        var results = result.GetProperty("answer").GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(["revoked", "verified"], results.Select(one => one.GetProperty("verdict").GetString()));
        Assert.All(results, one => Assert.False(one.TryGetProperty("acts", out _)));
        Assert.Equal([2, 1], results.Select(one => one.GetProperty("unproven").GetProperty("acts").GetArrayLength()));
    }

    [Fact]
    public async Task No_one_receipt_is_kept_of_a_file_about_which_institutions_differ()
    {
        var file = await RevokedByTheBankAndListedByTheRegistryAsync();
        var run = await VerifyAsync(file, "--save-receipts");
        Assert.Equal(15, run.ExitCode);
        Assert.Contains(AskForOne, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file + ".tlog-proof"));
        await VerifyAsync(file, "--save-receipts", "--issuer", "bank");
        Assert.Equal(10, (await Tool.RunAsync("verify", file, "--offline", "--key", Service.Key)).ExitCode);
    }

    private async Task<string> RevokedByTheBankAndListedByTheRegistryAsync()
    {
        var content = "document"u8.ToArray();
        var file = await IssuedFileAsync("document");
        await Service.ActAsync("bank", "revoke", content);
        Service.World.AddIssuer("registry");
        await Service.IssueDigestsAsync([Convert.ToHexStringLower(SHA256.HashData(content))], "registry");
        return file;
    }

    private static void AssertOrder(string text, params string[] parts)
    {
        var at = 0;
        foreach (var part in parts)
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"{part} is not there, or not in its place:\n{text}");
            at = found + part.Length;
        }
    }

    private Task<ToolRun> VerifyAsync(params string[] arguments) => Tool.RunAsync(Service, ["verify", .. arguments, "--key", Service.Key]);
}
