using System.Security.Cryptography;
using System.Text.Json;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>Everything an issuer can do, from the command line through Azurite to what a verifier then sees. One service for all.</summary>
public abstract class ActsTests(Running running)
{
    [Theory]
    [InlineData("file")]
    [InlineData("digest")]
    [InlineData("reference")]
    public async Task A_revoked_document_says_so_in_the_text_the_exit_code_and_the_receipt(string by)
    {
        var (file, reference) = (running.NewFile(), Guid.NewGuid().ToString());
        await running.IssueAsync(file, "--reference", reference);
        var document = by switch { "file" => file, "digest" => "sha-256:" + HexOf(file), _ => "ref:" + reference };
        var done = await running.ActAsync("revoke", document, "--reason", "issuedInError", "--note", "wrong balance");
        Assert.Contains("✔ revoked", done.Output, StringComparison.Ordinal);

        var verified = await running.VerifyAsync(file, "--save-receipts");
        Assert.Equal(10, verified.ExitCode);
        Assert.Contains("✘ REVOKED", verified.Output, StringComparison.Ordinal);
        Assert.Contains("reason: issuedInError (wrong balance)", verified.Output, StringComparison.Ordinal);
        var receipt = await Tool.RunAsync("receipt", "check", file, "--key", running.Key);
        Assert.Equal(0, receipt.ExitCode);
        Assert.Contains("did \"revoke\"", receipt.Output, StringComparison.Ordinal);
        Assert.Contains("wrong balance", receipt.Output, StringComparison.Ordinal);

        var again = await Tool.RunAsync("issue", file, "--issuer", "demo-bank", "--inbox", running.Inbox, "--path", Guid.NewGuid().ToString());
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("final", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_verdicts_differ_in_headline_exit_code_and_JSON()
    {
        string[] files = [.. Enumerable.Range(0, 8).Select(_ => running.NewFile())];
        await running.IssueAsync(files[0]);
        await running.IssueAsync(files[1]);
        await running.IssueAsync(files[2]);
        await running.IssueAsync(files[3], "--expires", "2026-01-01T00:00:00Z");
        await running.IssueAsync(files[4], "--valid-from", "2990-01-01T00:00:00+08:00");
        await running.IssueAsync(files[5]);
        await running.ActAsync("revoke", files[0]);
        await running.ActAsync("suspend", files[1], "--reason", "certificateHold");
        await running.ActAsync("supersede", files[2], "--with", files[5]);
        await running.IssueAsync(files[7]);
        await running.IssueAsync(files[7], "--issuer", "demo-registry");
        await running.ActAsync("revoke", files[7]);

        var headlines = new HashSet<string>();
        var exitCodes = new HashSet<int>();
        foreach (var file in files)
        {
            var run = await running.VerifyAsync(file);
            Assert.True(headlines.Add(run.Output.Split("  ")[0]), run.Output);
            Assert.True(exitCodes.Add(run.ExitCode), run.Output);
        }

        Assert.Equal([0, 1, 10, 11, 12, 13, 14, 15], exitCodes.Order());
        var all = await running.VerifyAsync([.. files, "--json"]);
        Assert.Equal(1, all.ExitCode);
        Assert.Equal(
            ["revoked", "suspended", "superseded", "expired", "notYetValid", "verified", "unknown", "conflicting"],
            JsonDocument.Parse(all.Output).RootElement.EnumerateArray().Select(result => result.GetProperty("verdict").GetString()));
        var superseded = await running.VerifyAsync(files[2]);
        Assert.Contains($"replaced by sha-256 {HexOf(files[5])}\n", superseded.Output, StringComparison.Ordinal);
        Assert.Contains("demo-bank: what replaces it is verified", superseded.Output, StringComparison.Ordinal);
        await running.ActAsync("reinstate", files[1]);
        Assert.Equal(0, (await running.VerifyAsync(files[1])).ExitCode);
    }

    [Fact]
    public async Task Validity_is_in_the_receipt_that_the_issuer_hands_on()
    {
        var file = running.NewFile();
        await running.IssueAsync(file, "--expires", "2026-01-01T00:00:00Z", "--valid-from", "2025-01-01T00:00:00+08:00", "--save-receipts");
        var receipt = await Tool.RunAsync("receipt", "check", file, "--key", running.Key);
        Assert.Equal(0, receipt.ExitCode);
        Assert.Contains("to be relied on until 2026-01-01 00:00:00Z", receipt.Output, StringComparison.Ordinal);
        Assert.Contains("to be relied on from 2024-12-31 16:00:00Z on", receipt.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_done_to_a_document_is_done_under_every_algorithm_and_another_issuer_can_do_nothing()
    {
        var file = running.NewFile();
        Assert.Equal(0, (await Tool.RunAsync("issue", file, "--issuer", "demo-registry", "--inbox", running.Inbox)).ExitCode);
        if (running.Host == Host.Local)
        {
            var refused = await Tool.RunAsync("revoke", file, "--issuer", "demo-bank", "--inbox", running.Inbox);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("you have not issued this document", refused.Output, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await running.VerifyAsync(file, "--algorithm", "sm3")).ExitCode);

        Assert.Equal(0, (await Tool.RunAsync("revoke", file, "--issuer", "demo-registry", "--inbox", running.Inbox)).ExitCode);
        Assert.Equal((10, 10), ((await running.VerifyAsync(file)).ExitCode, (await running.VerifyAsync(file, "--algorithm", "sm3")).ExitCode));
        await running.IssueAsync(file);
        Assert.Equal(15, (await running.VerifyAsync(file)).ExitCode);
        Assert.Equal(10, (await running.VerifyAsync(file, "--issuer", "demo-registry")).ExitCode);
        Assert.Equal(0, (await running.VerifyAsync(file, "--issuer", "demo-bank")).ExitCode);
    }

    [Fact]
    public async Task Hash_only_issues_files_that_never_leave_the_machine()
    {
        string[] files = [running.NewFile(), running.NewFile()];
        Assert.Equal(0, (await Tool.RunAsync(["issue", .. files, "--issuer", "demo-bank", "--inbox", running.Inbox, "--hash-only", "--save-receipts"])).ExitCode);
        foreach (var file in files)
        {
            Assert.Equal(0, (await running.VerifyAsync(file)).ExitCode);
            Assert.Equal(0, (await Tool.RunAsync("receipt", "check", file, "--key", running.Key)).ExitCode);
        }

        var container = running.Accounts.Inbox.GetBlobContainerClient("issuer-demo-bank");
        await foreach (var blob in container.GetBlobsAsync(cancellationToken: TestContext.Current.CancellationToken))
            Assert.DoesNotContain(files, file => blob.Name.Contains(Path.GetFileName(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_is_issued_by_its_manifest_and_its_documents_are_known_by_their_references()
    {
        var folder = running.NewFolder();
        string[] files = [.. Enumerable.Range(0, 40).Select(i => Path.Combine(folder, i % 2 == 0 ? $"{i}.pdf" : $"子目录/{i}.pdf"))];
        Directory.CreateDirectory(Path.Combine(folder, "子目录"));
        foreach (var file in files)
            await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(100), TestContext.Current.CancellationToken);
        var manifest = Path.Combine(folder, "all.manifest.jsonl");
        Assert.Equal(0, (await Tool.RunAsync("manifest", folder, "--references", "--output", manifest)).ExitCode);
        var issued = await Tool.RunAsync("issue", manifest, "--issuer", "demo-bank", "--inbox", running.Inbox, "--save-receipts");
        Assert.Equal((0, ""), (issued.ExitCode, issued.Error));
        Assert.Equal(40, (await File.ReadAllLinesAsync(manifest + ".receipts.jsonl", TestContext.Current.CancellationToken)).Length);
        Assert.Equal(0, (await running.VerifyAsync(files)).ExitCode);

        await running.ActAsync("suspend", "ref:子目录/7.pdf");
        Assert.Equal(11, (await running.VerifyAsync(files[7])).ExitCode);
        var status = await Tool.RunAsync("status", "子目录/7.pdf", "--issuer", "demo-bank", "--service", running.Address, "--key", running.Key);
        if (running.Host == Host.Functions)
        {
            // Nobody is signed in.
            Assert.Equal(3, status.ExitCode);
            return;
        }

        Assert.Equal(11, status.ExitCode);
        Assert.Contains("SUSPENDED", status.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Tool.RunAsync("status", "never used", "--issuer", "demo-bank", "--service", running.Address)).ExitCode);
    }

    [Fact]
    public async Task A_list_of_acts_that_is_refused_in_part_says_which_lines_and_exits_with_1()
    {
        Assert.SkipUnless(running.Host == Host.Local, "The Function App waits ten minutes for a document that may be on its way.");
        var file = running.NewFile();
        await running.IssueAsync(file);
        string Line(string document) => $"{{\"act\":\"suspend\",\"algorithm\":\"sha-256\",\"digest\":\"{HexOf(document)}\"}}\n";
        var list = running.NewFile(System.Text.Encoding.UTF8.GetBytes(Line(file) + Line(running.NewFile())), ".acts.jsonl");
        var run = await Tool.RunAsync("issue", list, "--issuer", "demo-bank", "--inbox", running.Inbox);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("✘ partly refused", run.Output, StringComparison.Ordinal);
        Assert.Contains("line 2: you have not issued this document", run.Output, StringComparison.Ordinal);
        Assert.Equal(11, (await running.VerifyAsync(file)).ExitCode);
    }

    [Fact]
    public async Task A_digest_list_of_coreutils_is_issued_and_one_bad_line_refuses_it_whole()
    {
        var (good, other) = (running.NewFile(), running.NewFile());
        var list = running.NewFile(System.Text.Encoding.UTF8.GetBytes($"{HexOf(good)}  {Path.GetFileName(good)}\n{HexOf(other)} *b\n"), ".sha256");
        var bad = running.NewFile(System.Text.Encoding.UTF8.GetBytes($"{HexOf(other)}  a\nnonsense\n"), ".sha256");
        var rejected = await Tool.RunAsync("issue", bad, "--issuer", "demo-bank", "--inbox", running.Inbox);
        Assert.Equal(1, rejected.ExitCode);
        Assert.Contains("line 2, column 1: a sha-256 digest is 64 hex digits", rejected.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await running.VerifyAsync(other)).ExitCode);
        await running.IssueAsync(list);
        Assert.Equal(0, (await running.VerifyAsync(good, other)).ExitCode);
    }

    private static string HexOf(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
