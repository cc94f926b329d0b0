using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using TrueCopy.Cli;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>Many files, folders and lists from an issuer's command line, through storage to the log and back.</summary>
public sealed class IssuingTests(OnLocal running) : IClassFixture<OnLocal>
{
    [Fact]
    public async Task Nothing_is_issued_if_one_of_the_files_cannot_be_read_and_each_of_those_is_named()
    {
        var (a, b) = (running.NewFile(), running.NewFile());
        var run = await IssueAsync(a, a + ".missing", b, a + ".gone");
        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Output));
        Assert.Contains("2 of 4 files cannot be issued, so nothing was uploaded:", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{a}.missing cannot be read: there is no such file", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{a}.gone cannot be read", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await running.VerifyAsync(a)).ExitCode);
        Assert.Empty(await UploadsAsync(Path.GetFileName(a)));
    }

    [Fact]
    public async Task Each_file_is_told_as_it_is_done_one_that_fails_keeps_no_other_and_the_end_sums_up()
    {
        // Empty files are refused by the service; what is opened and cannot be read fails while it is uploaded.
        var (empty, unreadable) = (running.NewFile([]), running.NewFile() + ".link");
        File.CreateSymbolicLink(unreadable, "/proc/self/mem");
        string[] good = [.. Enumerable.Range(0, 10).Select(_ => running.NewFile())];
        var run = await IssueAsync([good[0], unreadable, .. good[1..5], empty, .. good[5..]]);
        Assert.True(run.ExitCode == ExitCode.Usage, run.Output + run.Error);
        foreach (var file in good)
            Assert.Contains($"✔ issued    {file}  log entry", run.Output, StringComparison.Ordinal);
        Assert.Contains("10 issued, 1 rejected, 1 failed", run.Output, StringComparison.Ordinal);
        var summary = run.Output.Split("10 issued")[1];
        Assert.Contains($"✘ rejected  {empty}  The document is empty", summary, StringComparison.Ordinal);
        Assert.Contains($"✘ not issued  {unreadable}  {unreadable} cannot be read", summary, StringComparison.Ordinal);
        Assert.DoesNotContain(good[0], summary, StringComparison.Ordinal);
        Assert.Equal(0, (await running.VerifyAsync(good)).ExitCode);

        var json = JsonDocument.Parse((await IssueAsync(good[0], unreadable, empty, "--json")).Output).RootElement.EnumerateArray();
        Assert.Equal(["issued", "failed", "rejected"], json.Select(result => result.GetProperty("state").GetString()));
    }

    // One after the other each would be a batch of its own: as many signatures as files.
    [Fact]
    public async Task Files_that_are_issued_together_share_batches()
    {
        var run = await IssueAsync([.. Enumerable.Range(0, 40).Select(_ => running.NewFile()), "--json"]);
        Assert.Equal(0, run.ExitCode);
        var entries = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().Select(result => result.GetProperty("logIndex").GetInt64()).ToArray();
        Assert.Equal(40, entries.Length);
        var sizes = await BatchSizesAsync();
        Assert.InRange(entries.Select(entry => sizes.First(size => size > entry)).Distinct().Count(), 1, 20);
    }

    [Fact]
    public async Task Folders_and_patterns_are_issued_under_their_paths_and_receipts_are_no_documents()
    {
        var folder = running.NewFolder();
        Directory.CreateDirectory(Path.Combine(folder, "2026", "11"));
        foreach (var name in new[] { "a.pdf", "a.pdf.tlog-proof", "2026/a.pdf", "2026/11/b.pdf", "2026/c.txt" })
            await File.WriteAllBytesAsync(Path.Combine(folder, name), RandomNumberGenerator.GetBytes(100), TestContext.Current.CancellationToken);
        var files = JsonDocument.Parse((await IssueAsync(folder, "--json")).Output).RootElement.EnumerateArray().ToArray();
        Assert.Equal(["2026/11/b.pdf", "2026/a.pdf", "2026/c.txt", "a.pdf"], files.Select(file => file.GetProperty("path").GetString()));
        Assert.All(files, file => Assert.Equal("issued", file.GetProperty("state").GetString()));
        var plan = await IssueAsync(Path.Combine(folder, "**/*.pdf"), "--dry-run");
        Assert.Contains("3 for demo-bank; nothing was uploaded", plan.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_files_that_would_take_one_name_are_not_issued()
    {
        var (one, other) = (Path.Combine(running.NewFolder(), "same.pdf"), Path.Combine(running.NewFolder(), "same.pdf"));
        await File.WriteAllBytesAsync(one, [1, 2], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(other, [3, 4], TestContext.Current.CancellationToken);
        var run = await IssueAsync(one, other);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains($"{other} would take the place of {one}: both are called same.pdf", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_acts_that_is_found_in_aFolder_is_not_done()
    {
        var folder = running.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "x.acts.jsonl"), "{}", TestContext.Current.CancellationToken);
        var run = await IssueAsync(folder);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("is a list of acts, which does what it says: name it itself", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_uploads_nothing()
    {
        var file = running.NewFile();
        var run = await IssueAsync(file, "--dry-run", "--reference", "r");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"would upload  {file}  as {Path.GetFileName(file)}, document  1,000 bytes", run.Output, StringComparison.Ordinal);
        Assert.Empty(await UploadsAsync(Path.GetFileName(file)));
    }

    [Fact]
    public async Task Standard_input_is_issued_under_the_name_that_it_is_given()
    {
        var content = RandomNumberGenerator.GetBytes(100_000);
        var name = $"{Guid.NewGuid()}.pdf";
        var run = await ToolProcess.RunAsync(new ProcessStartInfo(ToolProcess.Built, ["issue", "-", "--path", name, "--issuer", "demo-bank", "--inbox", running.Inbox]), content);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(0, (await running.VerifyAsync(running.NewFile(content))).ExitCode);
        Assert.Equal([name], await UploadsAsync(name));
    }

    [Theory]
    [InlineData("Demo Bank", "did you mean demo-bank (")]
    [InlineData("demo-bnak", "did you mean demo-bank (")]
    [InlineData("nobody-at-all", "its issuers are ")]
    public async Task An_issuer_that_there_is_not_is_refused_and_the_near_ones_offered(string issuer, string hint)
    {
        // A container whose institution nobody has entered yet is no obstacle.
        await running.Accounts.Inbox.GetBlobContainerClient("issuer-not-entered").CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (string[] command in new string[][] { ["issue", running.NewFile(), running.NewFile()], ["revoke", running.NewFile()] })
        {
            var run = await Tool.RunAsync([.. command, "--issuer", issuer, "--inbox", running.Inbox]);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.DoesNotContain("cannot be reached", run.Output + run.Error, StringComparison.Ordinal);
            if (command[0] == "revoke" || issuer.Contains(' ', StringComparison.Ordinal))
                Assert.Contains(hint, run.Error, StringComparison.Ordinal);
            else
                Assert.Contains("There is no container issuer-" + issuer, run.Output, StringComparison.Ordinal);
        }

        var status = await Tool.RunAsync("status", "r", "--issuer", issuer, "--service", running.Address);
        Assert.Equal(ExitCode.Usage, status.ExitCode);
        Assert.Contains(hint, status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_revocations_is_shown_first_and_done_if_somebody_says_so()
    {
        var (byDigest, byReference, reference) = (running.NewFile(), running.NewFile(), Guid.NewGuid().ToString());
        await running.IssueAsync(byDigest);
        await running.IssueAsync(byReference, "--reference", reference);
        var table = running.NewFile(Encoding.UTF8.GetBytes($"\uFEFFReference;DIGEST;Reason;note\r\n;{HexOf(byDigest)};issuedInError;\"wrong; \"\"balance\"\"\"\r\n{reference};;;\r\n;;;\r\n"), ".csv");

        var alone = await RevokeAsync(table);
        Assert.Equal((ExitCode.Usage, ""), (alone.ExitCode, alone.Output));
        Assert.Contains("2 to revoke for demo-bank, for good:", alone.Error, StringComparison.Ordinal);
        Assert.Contains($"line 2  sha-256:{HexOf(byDigest)}  verified", alone.Error, StringComparison.Ordinal);
        Assert.Contains($"line 3  ref:{reference}  verified", alone.Error, StringComparison.Ordinal);
        Assert.Contains("now: 2 verified", alone.Error, StringComparison.Ordinal);
        Assert.Contains("--yes does it without asking", alone.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await running.VerifyAsync(byDigest, byReference)).ExitCode);

        Assert.Equal(ExitCode.Usage, (await RevokeAsync(table, "no")).ExitCode);
        Assert.Equal(0, (await running.VerifyAsync(byDigest, byReference)).ExitCode);
        var done = await RevokeAsync(table, "y");
        Assert.Equal(0, done.ExitCode);
        Assert.Contains("Revoke all 2? [y/N]", done.Error, StringComparison.Ordinal);
        Assert.Contains("2 revoked", done.Output, StringComparison.Ordinal);
        var verified = await running.VerifyAsync(byDigest);
        Assert.Contains("reason: issuedInError (wrong; \"balance\")", verified.Output, StringComparison.Ordinal);
        Assert.Equal(10, (await running.VerifyAsync(byReference)).ExitCode);
        Assert.Contains("now: 2 revoked", (await RevokeAsync(table)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_breaks_a_rule_does_nothing_and_the_line_is_told()
    {
        var file = running.NewFile();
        await running.IssueAsync(file);
        var table = running.NewFile(Encoding.UTF8.GetBytes($"digest,reason\n{HexOf(file)},\n{HexOf(file)},because\n"), ".csv");
        var run = await Tool.RunAsync("revoke", "--from", table, "--yes", "--issuer", "demo-bank", "--inbox", running.Inbox, "--service", running.Address);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("line 3, column 66: reason is one of", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await running.VerifyAsync(file)).ExitCode);
    }

    [Fact]
    public async Task A_table_of_acts_that_is_uploaded_as_one_is_done_and_as_a_document_is_refused_here_and_there()
    {
        var file = running.NewFile();
        await running.IssueAsync(file);
        var content = Encoding.UTF8.GetBytes($"act\tdigest\tnote\nsuspend\t{HexOf(file)}\tasked for\n");
        var plain = running.NewFile(content, ".csv");
        var refused = await IssueAsync(plain);
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains($"truecopy revoke --from {plain}", refused.Error, StringComparison.Ordinal);

        var blob = $"{Guid.NewGuid()}.csv";
        await running.Accounts.Inbox.GetBlobContainerClient("issuer-demo-bank").GetBlobClient(blob).UploadAsync(BinaryData.FromBytes(content), TestContext.Current.CancellationToken);
        var table = running.NewFile(content, ".acts.csv");
        Assert.Equal(0, (await IssueAsync(table)).ExitCode);
        Assert.Equal(11, (await running.VerifyAsync(file)).ExitCode);

        // Uploaded before the table, and so answered by now or soon.
        var rejection = running.Accounts.Inbox.GetBlobContainerClient("answers-demo-bank").GetBlobClient($"rejected/{blob}.json");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Wait.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await rejection.ExistsAsync(patience.Token))
            await timer.WaitForNextTickAsync(patience.Token);
        Assert.Contains("acts-as-document", (await rejection.DownloadContentAsync(patience.Token)).Value.Content.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, (await running.VerifyAsync(plain)).ExitCode);
    }

    private static string HexOf(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    // A machine that does other work beside takes longer than the tool waits by itself.
    private Task<ToolRun> IssueAsync(params string[] arguments) =>
        Tool.RunAsync(["issue", .. arguments, "--issuer", "demo-bank", "--inbox", running.Inbox, .. arguments.Contains("--timeout") ? (string[])[] : ["--timeout", "600"]]);

    private async Task<ToolRun> RevokeAsync(string table, string? answer = null)
    {
        using var folder = new TempFolder();
        using var network = Network.Open();
        using var answers = answer is null ? null : new StringReader(answer);
        return await Tool.RunAsync(
            network,
            Tool.KnownIn(folder),
            (output, error) => new Terminal(output, error, color: false, interactive: answer is not null, answers: answers),
            "revoke", "--from", table, "--issuer", "demo-bank", "--inbox", running.Inbox, "--service", running.Address);
    }

    private async Task<string[]> UploadsAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (var blob in running.Accounts.Inbox.GetBlobContainerClient("issuer-demo-bank").GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, TestContext.Current.CancellationToken))
            names.Add(blob.Name);
        return [.. names];
    }

    // The size of the log after each batch, which is how its file in the journal is called.
    private async Task<List<long>> BatchSizesAsync()
    {
        var sizes = new List<long>();
        await foreach (var batch in running.Accounts.Ledger.GetBlobContainerClient("journal").GetBlobsAsync(cancellationToken: TestContext.Current.CancellationToken))
            sizes.Add(long.Parse(batch.Name.AsSpan(0, 19), CultureInfo.InvariantCulture));
        return sizes;
    }
}
