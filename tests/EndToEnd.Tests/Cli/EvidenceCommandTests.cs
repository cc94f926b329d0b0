using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary><c>verify --evidence</c>: one zip for the file of a case, which anyone checks years later by its own README, without the service.</summary>
public sealed partial class EvidenceCommandTests : ToolTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("verified", 0)]
    [InlineData("revoked", 10)]
    public async Task Evidence_is_checked_with_sha256sum_the_tool_and_by_hand_as_its_own_README_says(string state, int exitCode)
    {
        var content = Encoding.UTF8.GetBytes("secret of the document");
        await Service.IssueAsync(content);
        if (state == "revoked")
            await Service.ActAsync("bank", "revoke", content, ",\"reason\":\"issuedInError\"");
        var file = Folder.File("对账单 statement (1).pdf", content);
        var zip = Folder.At("evidence.zip");
        var run = await Tool.RunAsync(Service, "verify", file, "--key", Service.Key, "--evidence", zip, "--case", "LN-2026-0042", "--officer", "陳大文 Chan Tai Man");
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Error));
        var (folder, fingerprint) = Unpack(zip);
        Assert.Contains($"evidence saved as {zip}; write its fingerprint into the case file:\n  {fingerprint}\n", run.Output, StringComparison.Ordinal);

        string[] receipts = state == "revoked" ? ["receipts/bank.tlog-proof", "receipts/bank.issue.tlog-proof"] : ["receipts/bank.tlog-proof"];
        string[] listed = ["README.txt", "report.txt", .. receipts, "answer.json", "checkpoint", "log.vkey", "check.sh"];
        Assert.Equal(["report.html", .. listed, "SHA256SUMS"], NamesIn(zip));
        Assert.Equal(listed, (await File.ReadAllLinesAsync(Path.Combine(folder, "SHA256SUMS"), Stop)).Select(line => line[66..]));

        // Word for word, first with the document, then with another in its place.
        await File.WriteAllBytesAsync(Path.Combine(folder, Path.GetFileName(file)), content, Stop);
        var commands = await CommandsAsync(folder);
        Assert.Equal(2 + (2 * receipts.Length), commands.Length);
        foreach (var command in commands)
            Assert.Equal((command, 0), (command, await ShellAsync(folder, command)));
        await File.WriteAllBytesAsync(Path.Combine(folder, Path.GetFileName(file)), [.. content, 0], Stop);
        foreach (var command in commands.Where(command => !command.StartsWith("sha256sum", StringComparison.Ordinal)))
            Assert.Equal((command, 1), (command, await ShellAsync(folder, command)));

        var report = await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop);
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), Stop);
        foreach (var said in new[] { state.ToUpperInvariant(), "Case number: LN-2026-0042", "Officer: 陳大文 Chan Tai Man", "by this computer's clock: 2026-11-23", "by the service's clock: 2026-11-23", Path.GetFileName(file), Service.Key, "given on the command line" })
            Assert.Contains(said, report, StringComparison.Ordinal);
        Assert.Contains(System.Net.WebUtility.HtmlEncode(report), page, StringComparison.Ordinal);
        Assert.Contains(fingerprint, page, StringComparison.Ordinal);
        Assert.DoesNotContain(fingerprint, report, StringComparison.Ordinal);
        Assert.Equal(state, (string?)JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "answer.json"), Stop))!["verdict"]);
        foreach (var each in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(each => !each.EndsWith(".pdf", StringComparison.Ordinal)))
            Assert.DoesNotContain("secret of the document", await File.ReadAllTextAsync(each, Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_of_a_witnessed_log_holds_the_policy_and_its_commands_ask_for_the_witnesses()
    {
        var witnesses = new BothSides(Service.World.Time);
        Service.Cosign = witnesses.Cosign;
        var file = await IssuedFileAsync("document");
        var policy = Folder.File("both.policy", Encoding.UTF8.GetBytes(witnesses.PolicyOf([])));
        var zip = Folder.At("evidence.zip");
        Assert.Equal(0, (await Tool.RunAsync(Service, "verify", file, "--key", Service.Key, "--policy", policy, "--evidence", zip)).ExitCode);
        var (folder, _) = Unpack(zip);
        Assert.Equal(await File.ReadAllBytesAsync(policy, Stop), await File.ReadAllBytesAsync(Path.Combine(folder, "policy"), Stop));
        Assert.Contains("Witnesses that have to have seen the log: all of hongkong, shenzhen", await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop), StringComparison.Ordinal);

        File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var commands = await CommandsAsync(folder);
        Assert.Equal(4, commands.Length);
        foreach (var command in commands)
            Assert.Equal((command, 0), (command, await ShellAsync(folder, command)));

        // A receipt of before the witnesses is not what the policy asks for.
        Service.Cosign = note => note;
        var bare = Folder.At("bare.zip");
        Assert.Equal(0, (await Tool.RunAsync(Service, "verify", file, "--key", Service.Key, "--evidence", bare)).ExitCode);
        using (var archive = ZipFile.OpenRead(bare))
        {
            Assert.DoesNotContain(archive.Entries, entry => entry.FullName == "policy");
            archive.GetEntry("receipts/bank.tlog-proof")!.ExtractToFile(Path.Combine(folder, "receipts/bank.tlog-proof"), overwrite: true);
        }

        Assert.Equal(4, await ShellAsync(folder, Assert.Single(commands, command => command.StartsWith("truecopy", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Each_of_several_documents_has_a_folder_and_one_fingerprint_stands_for_all()
    {
        foreach (var name in (string[])["a", "b"])
            await Service.IssueAsync(Encoding.UTF8.GetBytes(name));
        string[] documents = [Folder.File("a"), Folder.File("b"), Folder.File("never issued")];
        var zip = Folder.At("evidence.zip");
        var run = await Tool.RunAsync(Service, ["verify", .. documents, "--key", Service.Key, "--evidence", zip, "--json"]);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        var (folder, fingerprint) = Unpack(zip);
        Assert.All(JsonNode.Parse(run.Output)!.AsArray(), result => Assert.Equal((zip, fingerprint), ((string?)result!["evidence"]!["file"], (string?)result["evidence"]!["fingerprint"])));
        Assert.Equal(
            [
                "report.html", "README.txt", "report.txt",
                "documents/1/receipts/bank.tlog-proof", "documents/1/answer.json", "documents/1/checkpoint",
                "documents/2/receipts/bank.tlog-proof", "documents/2/answer.json", "documents/2/checkpoint",
                "documents/3/answer.json", "documents/3/checkpoint",
                "log.vkey", "check.sh", "SHA256SUMS",
            ],
            NamesIn(zip));
        foreach (var document in documents)
            File.Copy(document, Path.Combine(folder, Path.GetFileName(document)));
        var commands = await CommandsAsync(folder);
        Assert.Equal(6, commands.Length);
        foreach (var command in commands)
            Assert.Equal((command, 0), (command, await ShellAsync(folder, command)));
        Assert.Contains("There is no receipt of never issued", await File.ReadAllTextAsync(Path.Combine(folder, "README.txt"), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_unknown_leaves_a_report_that_it_was_asked_and_no_receipt()
    {
        await Service.IssueAsync([1]);
        var zip = Folder.At("evidence.zip");
        var run = await Tool.RunAsync(Service, "verify", Folder.File("$(rm -rf ~) altered"), "--evidence", zip);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["report.html", "README.txt", "report.txt", "answer.json", "checkpoint", "log.vkey", "check.sh", "SHA256SUMS"], NamesIn(zip));
        var (folder, _) = Unpack(zip);
        Assert.Equal(0, await ShellAsync(folder, "sha256sum -c SHA256SUMS"));
        var report = await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop);
        Assert.Contains("? UNKNOWN", report, StringComparison.Ordinal);
        Assert.Contains("It records that you asked, and when.", report, StringComparison.Ordinal);
        Assert.Contains("taken over from the service just now", report, StringComparison.Ordinal);
        Assert.DoesNotContain("Case number", report, StringComparison.Ordinal);
        Assert.DoesNotContain("truecopy receipt check", await File.ReadAllTextAsync(Path.Combine(folder, "README.txt"), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_count_is_kept_for_looking_into_without_its_receipts()
    {
        var file = await IssuedFileAsync("document");
        Service.Lie = verdict => verdict with { Verdict = Verdict.Expired };
        var zip = Folder.At("evidence.zip");
        Assert.Equal(3, (await Tool.RunAsync(Service, "verify", file, "--key", Service.Key, "--evidence", zip)).ExitCode);
        Assert.Equal(["report.html", "README.txt", "report.txt", "answer.json", "log.vkey", "check.sh", "SHA256SUMS"], NamesIn(zip));
        var (folder, _) = Unpack(zip);
        var report = await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop);
        Assert.Contains("‼ NO ANSWER", report, StringComparison.Ordinal);
        Assert.Contains("answer.json is what it said, for looking into only", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_that_is_there_is_not_overwritten_before_force_is_given_and_nobody_is_asked()
    {
        var file = await IssuedFileAsync("document");
        var zip = Folder.File("evidence.zip", [7]);
        var before = Service.Requests;
        var run = await Tool.RunAsync(Service, "verify", file, "--evidence", zip);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("is there already", run.Error, StringComparison.Ordinal);
        Assert.Equal((before, (byte)7), (Service.Requests, Assert.Single(await File.ReadAllBytesAsync(zip, Stop))));
        Assert.Equal(0, (await Tool.RunAsync(Service, "verify", file, "--evidence", zip, "--force")).ExitCode);
        Assert.NotEmpty(NamesIn(zip));
    }

    [Theory]
    [InlineData("--case", "7")]
    [InlineData("--officer", "M. Chan")]
    [InlineData("--evidence", "x.zip", "--offline")]
    [InlineData("--evidence", "x.zip", "--case", "a\u202Eb")]
    [InlineData("--evidence", "x.zip", "--officer", "")]
    public async Task What_does_not_go_together_or_does_not_show_is_wrong_usage(params string[] more) =>
        Assert.Equal(2, (await Tool.RunAsync(Service, ["verify", Folder.File("document"), .. more])).ExitCode);

    private static string[] NamesIn(string zip)
    {
        using var archive = ZipFile.OpenRead(zip);
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    private (string Folder, string Fingerprint) Unpack(string zip)
    {
        var folder = Folder.At("unpacked");
        ZipFile.ExtractToDirectory(zip, folder);
        return (folder, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "SHA256SUMS")))));
    }

    private static async Task<string[]> CommandsAsync(string folder) =>
        [.. Command().Matches(await File.ReadAllTextAsync(Path.Combine(folder, "README.txt"), Stop)).Select(match => match.Groups[1].Value)];

    // As it stands there, with the built tool where a user's would be.
    private static async Task<int> ShellAsync(string folder, string command)
    {
        var start = new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = folder };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(ToolProcess.Built)}:{start.Environment["PATH"]}";
        start.Environment["XDG_CONFIG_HOME"] = folder;
        return (await ToolProcess.RunAsync(start)).ExitCode;
    }

    [GeneratedRegex("^  ((?:sha256sum|truecopy|sh) .*)$", RegexOptions.Multiline)]
    private static partial Regex Command();
}
