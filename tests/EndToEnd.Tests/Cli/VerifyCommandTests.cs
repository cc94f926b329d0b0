using System.Net;
using System.Text;
using System.Text.Json;

namespace TrueCopy.EndToEnd.Tests.Cli;

public sealed class VerifyCommandTests : ToolTests
{
    [Fact]
    public async Task A_verified_document_says_by_whom_when_and_what_was_checked_here()
    {
        var file = await IssuedFileAsync("document");
        var run = await Tool.RunAsync(Service, "verify", file, "--key", Service.Key);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("✔ VERIFIED", run.Output, StringComparison.Ordinal);
        Assert.Contains("The bank Ltd [HK] (bank)", run.Output, StringComparison.Ordinal);
        Assert.Contains("✔ entry 3 is in the log of 5 entries", run.Output, StringComparison.Ordinal);
        Assert.Contains("✔ by that log's last entry, entry 3 stands", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("came from the service itself", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "issued by Demo Bank Ltd [HK]", "in law also 示范银行; 示範銀行")]
    [InlineData("en", "issued by Demo Bank Ltd [HK]", null)]
    [InlineData("zh-Hans", "issued by 示范银行 [HK]", "in law also Demo Bank Ltd")]
    [InlineData("zh-Hant", "issued by 示範銀行 [HK]", "in law also Demo Bank Ltd")]
    public async Task An_institution_is_told_by_its_legal_name_in_the_language_asked_for_and_the_registered_one_beside(string? language, string told, string? beside)
    {
        Service.World.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "Demo Bank Ltd", ["jurisdiction"] = "HK", ["legalname_zh_hans"] = "示范银行", ["legalname_zh_hant"] = "示範銀行" });
        string[] more = language is null ? [] : ["--language", language];
        var run = await Tool.RunAsync(Service, ["verify", await IssuedFileAsync("document"), "--key", Service.Key, .. more]);
        Assert.Contains(told, run.Output, StringComparison.Ordinal);
        if (beside is null)
            Assert.DoesNotContain("in law also", run.Output, StringComparison.Ordinal);
        else
            Assert.Contains(beside, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en_HK.UTF-8", "en")]
    [InlineData("zh_CN.UTF-8", "zh-Hans")]
    [InlineData("zh", "zh-Hans")]
    [InlineData("zh_SG@stroke", "zh-Hans")]
    [InlineData("zh_HK.UTF-8", "zh-Hant")]
    [InlineData("zh_TW.Big5", "zh-Hant")]
    [InlineData("zh-Hant-HK", "zh-Hant")]
    [InlineData("zh-Hans-HK", "zh-Hans")]
    [InlineData("C.UTF-8", null)]
    [InlineData("fr_FR.UTF-8", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_language_of_names_is_that_of_the_locale(string? locale, string? tag) =>
        Assert.Equal(tag, TrueCopy.Cli.NameLanguages.OfLocale(locale) is { } language ? TrueCopy.Cli.NameLanguages.Tags[(int)language] : null);

    [Fact]
    public async Task Without_a_pinned_key_the_tool_says_what_that_is_worth()
    {
        var run = await Tool.RunAsync(Service, "verify", await IssuedFileAsync("document"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("the log's key came from the service itself", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_document_accuses_nobody_and_exits_with_1()
    {
        await Service.IssueAsync([1]);
        var run = await Tool.RunAsync(Service, "verify", Folder.File("other"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("? UNKNOWN", run.Output, StringComparison.Ordinal);
        Assert.Contains("never issued here", run.Output, StringComparison.Ordinal);
    }

    public static TheoryData<string> Lies =>
        ["verdict", "other verdict", "result's verdict", "validity", "reason", "note", "successor", "issuer", "legal name", "time", "issue receipt", "twice", "digest", "receipt of another", "opening", "path", "checkpoint", "garbage"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task An_answer_whose_receipt_does_not_prove_it_is_no_answer(string lie)
    {
        await Service.IssueAsync(Encoding.UTF8.GetBytes("another"));
        var file = await IssuedFileAsync("document");
        var another = await OtherReceiptAsync("another");
        Service.Lie = verdict => lie switch
        {
            "verdict" => verdict with { Verdict = Verdict.Verified, Results = [] },
            "other verdict" => verdict with { Verdict = Verdict.Expired },
            "result's verdict" => WithResult(verdict with { Verdict = Verdict.Suspended }, result => result with { Verdict = Verdict.Suspended }),
            "validity" => WithResult(verdict, result => result with { Expires = verdict.CheckedAt.AddDays(9) }),
            "reason" => WithResult(verdict, result => result with { Reason = ReasonCode.IssuedInError }),
            "note" => WithResult(verdict, result => result with { Note = "trust me" }),
            "successor" => WithResult(verdict, result => result with { Successor = new DigestDocument("sha-256", new string('0', 64)) }),
            "issuer" => WithResult(verdict, result => result with { Issuer = result.Issuer with { Id = "other-bank" } }),
            "legal name" => WithResult(verdict, result => result with { Issuer = result.Issuer with { LegalName = "A Better Bank" } }),
            "time" => WithResult(verdict, result => result with { Since = result.Since.AddDays(-1) }),
            "issue receipt" => WithResult(verdict, result => result with { IssueReceipt = result.Receipt }),
            "twice" => verdict with { Results = [.. verdict.Results, .. verdict.Results] },
            "digest" => verdict with { Digest = new string('0', 64) },
            "receipt of another" => WithResult(verdict, result => result with { Receipt = another }),
            "opening" => WithReceipt(verdict, WithOtherOpening),
            "path" => WithReceipt(verdict, receipt => receipt.Proof with { Path = [.. receipt.Proof.Path.Skip(1)] }),
            "checkpoint" => WithReceipt(verdict, receipt => receipt.Proof with { Checkpoint = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(receipt.Proof.Checkpoint.Span).Replace("\n7\n", "\n8\n", StringComparison.Ordinal)) }),
            _ => WithResult(verdict, result => result with { Receipt = "garbage" }),
        };
        var run = await Tool.RunAsync(Service, "verify", file, "--key", Service.Key);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("NO ANSWER", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("VERIFIED", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_that_hides_a_document_cannot_be_told_from_a_true_one_but_is_never_verified()
    {
        var file = await IssuedFileAsync("document");
        Service.Lie = verdict => verdict with { Verdict = Verdict.Unknown, Results = [] };
        Assert.Equal(1, (await Tool.RunAsync(Service, "verify", file)).ExitCode);
    }

    [Fact]
    public async Task AService_with_another_logs_key_is_not_believed()
    {
        var file = await IssuedFileAsync("document");
        var stranger = new InMemoryWorld();
        var run = await Tool.RunAsync(Service, "verify", file, "--key", stranger.Identity.Verifiers[0].ToString());
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public async Task Several_files_are_asked_at_once_and_the_gravest_exit_code_counts()
    {
        var known = await IssuedFileAsync("document");
        var run = await Tool.RunAsync(Service, "verify", known, Folder.File("other"), "--json", "--key", Service.Key);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(1, Service.Requests);
        var results = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(["verified", "unknown"], results.EnumerateArray().Select(result => result.GetProperty("verdict").GetString()));
        Assert.True(results[0].GetProperty("receiptVerified").GetBoolean());
        Assert.True(results[0].GetProperty("keyPinned").GetBoolean());
        Assert.False(results[1].TryGetProperty("receiptVerified", out _));
    }

    [Fact]
    public async Task AService_that_cannot_be_reached_is_no_answer()
    {
        var run = await Tool.RunAsync("verify", Folder.File("x"), "--service", "http://127.0.0.1:1");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("cannot be reached", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task A_problem_is_told_in_theServices_words()
    {
        Service.Instead = _ => StubService.Json("""{"type":"urn:x","title":"Bad day","status":500,"detail":"Try tomorrow."}""", HttpStatusCode.InternalServerError, "application/problem+json");
        var run = await Tool.RunAsync(Service, "verify", Folder.File("x"));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("Bad day. Try tomorrow.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_an_answer_is_not_taken_for_one()
    {
        foreach (var body in new[] { "", "{}", "<html>", "null", """{"verdict":"verified"}""" })
        {
            Service.Instead = request => request.RequestUri!.AbsolutePath == "/v1/keys" ? null : StubService.Json(body);
            Assert.Equal(3, (await Tool.RunAsync(Service, "verify", Folder.File("x"))).ExitCode);
        }
    }

    [Fact]
    public async Task AService_that_is_busy_is_asked_again()
    {
        var file = await IssuedFileAsync("document");
        var refused = 0;
        Service.Instead = _ =>
        {
            if (refused++ >= 2)
                return null;
            var busy = StubService.Json("", HttpStatusCode.ServiceUnavailable);
            busy.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.Zero);
            return busy;
        };
        Assert.Equal(0, (await Tool.RunAsync(Service, "verify", file, "--key", Service.Key)).ExitCode);
    }

    [Fact]
    public async Task A_saved_receipt_checks_offline()
    {
        var file = await IssuedFileAsync("document");
        await Tool.RunAsync(Service, "verify", file, "--save-receipts");
        var run = await Tool.RunAsync("receipt", "check", file, "--key", Service.Key);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("✔ THE RECEIPT HOLDS", run.Output, StringComparison.Ordinal);
    }

    private static VerdictDocument WithResult(VerdictDocument verdict, Func<ResultDocument, ResultDocument> change) =>
        verdict with { Results = [.. verdict.Results.Select(change)] };

    private static TlogProof WithOtherOpening(Receipt receipt) => receipt.Proof with
    {
        Extra = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(receipt.Proof.Extra!.Value.Span).Replace(receipt.Opening.Hex, new string('0', 64), StringComparison.Ordinal)),
    };

    private static VerdictDocument WithReceipt(VerdictDocument verdict, Func<Receipt, TlogProof> change) =>
        WithResult(verdict, result => result with { Receipt = Encoding.UTF8.GetString(change(Receipt.Parse(Encoding.UTF8.GetBytes(result.Receipt))).Encode()) });

    private async Task<string> OtherReceiptAsync(string content)
    {
        var other = Folder.File(content);
        await Tool.RunAsync(Service, "verify", other, "--save-receipts");
        return await File.ReadAllTextAsync(other + ".tlog-proof", TestContext.Current.CancellationToken);
    }
}
