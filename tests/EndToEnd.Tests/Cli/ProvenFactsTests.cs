using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Who stands between client and service may rewrite an answer: what is shown as proven is what the entries say.</summary>
public sealed class ProvenFactsTests : ToolTests
{
    public static TheoryData<string, string> Rewrites => new()
    {
        { "since", "\"2001-01-01T00:00:00Z\"" },
        { "validFrom", "\"2001-01-01T00:00:00Z\"" },
        { "expires", "\"2031-01-01T00:00:00Z\"" },
        { "reason", "\"cessationOfOperation\"" },
        { "note", "\"a formality\"" },
        { "successor", """{"algorithm":"sha-256","digest":"0000000000000000000000000000000000000000000000000000000000000000"}""" },
        { "issuer/legalName", "\"A Better Bank\"" },
        { "issuer/legalNames", """{"en":"A Better Bank"}""" },
        { "issuer/jurisdiction", "\"CH\"" },
        { "issuer/id", "\"better-bank\"" },
        { "issuer/domain", "\"better.example\"" },
        { "verdict", "\"suspended\"" },
    };

    [Theory]
    [MemberData(nameof(Rewrites))]
    public async Task A_fact_of_a_revoked_result_that_the_entries_do_not_say_makes_it_no_answer(string member, string value)
    {
        var file = await RevokedFileAsync();
        Service.Rewrite = verdict => Set(verdict["results"]![0]!, member.Split('/'), JsonNode.Parse(value));
        var run = await VerifyAsync(file);
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("‼ NO ANSWER", run.Output, StringComparison.Ordinal);
        var json = await VerifyAsync(file, "--json");
        var result = JsonDocument.Parse(json.Output).RootElement[0];
        Assert.Equal((3, false), (json.ExitCode, result.GetProperty("receiptVerified").GetBoolean()));
        Assert.False(result.TryGetProperty("verdict", out _) || result.TryGetProperty("answer", out _));
    }

    [Fact]
    public async Task An_act_that_nothing_proves_is_not_shown_among_what_was_checked_here()
    {
        var file = await RevokedFileAsync();
        Service.Rewrite = verdict => Acts(verdict["results"]![0]!).Insert(0, JsonNode.Parse("""{"logIndex":9,"kind":"issue","at":"2001-01-01T00:00:00Z"}"""));
        var run = await VerifyAsync(file);
        Assert.Equal(10, run.ExitCode);
        var parts = run.Output.Split("the service's word, which nothing here proves:");
        Assert.Contains("checked here, not taken on trust:", parts[0], StringComparison.Ordinal);
        Assert.DoesNotContain("2001", parts[0], StringComparison.Ordinal);
        Assert.Contains("bank: issue at 2001-01-01 00:00:00Z, log entry 9", parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_a_successor_stands_and_what_kind_a_document_is_are_the_services_word()
    {
        byte[] old = [1], next = [2];
        await Service.IssueAsync(old, metadata: new() { ["type"] = "statement" });
        await Service.IssueAsync(next);
        await Service.ActAsync("bank", "supersede", old, $",\"successorAlgorithm\":\"sha-256\",\"successorDigest\":\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(next))}\"");
        var run = await VerifyAsync(Folder.File("old", old));
        Assert.Equal(12, run.ExitCode);
        var parts = run.Output.Split("the service's word, which nothing here proves:");
        Assert.Contains("replaced by sha-256 dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986", parts[0], StringComparison.Ordinal);
        Assert.DoesNotContain("which is", parts[0], StringComparison.Ordinal);
        Assert.DoesNotContain("statement", parts[0], StringComparison.Ordinal);
        Assert.Contains("bank: what replaces it is verified", parts[1], StringComparison.Ordinal);
        Assert.Contains("bank: a document of the kind \"statement\"", parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_rests_on_two_receipts_and_both_are_told()
    {
        var run = await VerifyAsync(await RevokedFileAsync());
        Assert.Contains("issued by The bank Ltd [HK] (bank) at 2026-11-23 09:00:00Z, log entry 3", run.Output, StringComparison.Ordinal);
        Assert.Contains("revoked: taken back for good at 2026-11-23 09:00:01Z", run.Output, StringComparison.Ordinal);
        Assert.Contains("reason: issuedInError (wrong balance)", run.Output, StringComparison.Ordinal);
        Assert.Contains("✔ the receipts are about this file's sha-256 digest", run.Output, StringComparison.Ordinal);
        Assert.Contains("✔ entry 5 is in the log of 7 entries", run.Output, StringComparison.Ordinal);
        Assert.Contains("✔ entry 3 is in the log of 7 entries", run.Output, StringComparison.Ordinal);
        Assert.Contains("✔ by that log's last entry, entry 3 is revoked", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("the service's word", run.Output, StringComparison.Ordinal);
    }

    private async Task<string> RevokedFileAsync()
    {
        var file = await IssuedFileAsync("document");
        await Service.ActAsync("bank", "revoke", "document"u8.ToArray(), ",\"reason\":\"issuedInError\",\"note\":\"wrong balance\"");
        return file;
    }

    private static void Set(JsonNode node, string[] path, JsonNode? value)
    {
        if (path is [var member])
            node[member] = value;
        else
            Set(node[path[0]]!, path[1..], value);
    }

    private static JsonArray Acts(JsonNode result) => (result["unproven"]?["acts"] ?? result["acts"])!.AsArray();

    private Task<ToolRun> VerifyAsync(params string[] arguments) => Tool.RunAsync(Service, ["verify", .. arguments, "--key", Service.Key]);
}
