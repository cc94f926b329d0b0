using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What goes into the file of a case: one zip that anyone can check years later, without the page and without the network.</summary>
public sealed partial class EvidenceTests(Chromium chromium, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string Configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("truecopy-evidence-");
    private Site _site = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData("en-HK", "verified", "Verified")]
    [InlineData("zh-HK", "revoked", "已撤銷")]
    [InlineData("zh-CN", "expired", "已过期")]
    public async Task Evidence_is_checked_with_unzip_sha256sum_the_tool_and_by_hand_as_its_own_README_says(string language, string state, string title)
    {
        var document = await _site.IssueAsync("对账单 statement (1).pdf", state == "expired" ? new() { ["expires"] = _site.World.Time.GetUtcNow().AddMinutes(5).ToString("O", CultureInfo.InvariantCulture) } : null);
        if (state == "revoked")
            await _site.ActAsync("revoke", document, "issuedInError", ",\"note\":\"結餘有誤\"");
        if (state == "expired")
            _site.World.Time.Advance(TimeSpan.FromMinutes(6));
        await using var visit = await Visit.StartAsync(chromium, _site, language);
        var card = await visit.CheckAsync(document, state);
        var (folder, fingerprint) = await SaveAsync(visit, card, $"{document.Name}.{state}.evidence.zip", "LN-2026-0042", "陳大文 Chan Tai Man");
        if (state == "revoked")
            await visit.AccessibleAsync();
        await visit.PictureAsync($"evidence-{state}-{language}", card);

        string[] receipts = state == "revoked" ? ["receipts/bank.tlog-proof", "receipts/bank.issue.tlog-proof"] : ["receipts/bank.tlog-proof"];
        string[] listed = ["README.txt", "report.txt", .. receipts, "answer.json", "checkpoint", "log.vkey", "check.sh"];
        await HoldsAsync(folder, ["report.pdf", .. listed, "SHA256SUMS"]);
        Assert.Equal(listed, (await File.ReadAllLinesAsync(Path.Combine(folder, "SHA256SUMS"), Stop)).Select(line => line[66..]));
        Assert.Equal(fingerprint, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, "SHA256SUMS"), Stop))));

        // What the README says is done word for word.
        await File.WriteAllBytesAsync(Path.Combine(folder, document.Name), document.Buffer, Stop);
        var readme = await File.ReadAllTextAsync(Path.Combine(folder, "README.txt"), Stop);
        var commands = Command().Matches(readme).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Equal(2 + (2 * receipts.Length), commands.Length);
        foreach (var command in commands)
            Assert.Equal((command, 0), (command, await RunAsync(folder, command)));
        await File.WriteAllBytesAsync(Path.Combine(folder, document.Name), [.. document.Buffer, 0], Stop);
        foreach (var command in commands.Where(command => !command.StartsWith("sha256sum", StringComparison.Ordinal)))
            Assert.Equal((command, 1), (command, await RunAsync(folder, command)));

        // The answer is the service's own, and the report says the same in words.
        Assert.Equal(state, (string?)JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "answer.json"), Stop))!["verdict"]);
        Assert.Equal((await _site.ReceiptAsync(document)).Buffer, await File.ReadAllBytesAsync(Path.Combine(folder, receipts[0]), Stop));
        var report = await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop);
        var pdf = await File.ReadAllBytesAsync(Path.Combine(folder, "report.pdf"), Stop);
        var lines = TextOf(pdf);
        Visit.Keep(Path.Combine(folder, "report.pdf"), $"evidence-report-{state}-{language}.pdf");
        output.WriteLine($"report.pdf has {pdf.Length:N0} bytes, the zip file {new FileInfo(folder + ".zip").Length:N0}");
        foreach (var said in new[] { title, "LN-2026-0042", "陳大文 Chan Tai Man", document.Name })
        {
            Assert.Contains(said, report, StringComparison.Ordinal);
            Assert.Contains(lines, line => line.Contains(said, StringComparison.Ordinal));
        }

        var letters = string.Concat(lines).Replace(" ", "", StringComparison.Ordinal);
        Assert.Contains(fingerprint, letters, StringComparison.Ordinal);
        Assert.Contains(Site.HexOf(document), letters, StringComparison.Ordinal);
        Assert.DoesNotContain(fingerprint, report.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        HasAllItsPages(pdf);
    }

    [Fact]
    public async Task Neither_case_number_nor_officer_is_sent_or_stored_and_no_stranger_is_asked_for_anything()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(document, "verified");
        var before = visit.Requests.Count;
        await SaveAsync(visit, card, "statement.pdf.verified.evidence.zip", "SECRET-CASE", "SECRET-OFFICER");

        // The code that makes evidence comes when it is asked for, from the page's own server; nothing else moves.
        var since = visit.Requests.Skip(before).ToArray();
        Assert.NotEmpty(since);
        Assert.All(since, request => Assert.Equal("GET", request.Method));
        Assert.All(since, request => Assert.StartsWith($"{_site.Address}/assets/", request.Url, StringComparison.Ordinal));
        foreach (var request in visit.Requests)
        {
            Assert.DoesNotContain("SECRET", request.Url, StringComparison.Ordinal);
            Assert.DoesNotContain("SECRET", request.PostData ?? "", StringComparison.Ordinal);
            Assert.DoesNotContain("SECRET", string.Join('\n', (await request.AllHeadersAsync()).Values), StringComparison.Ordinal);
        }

        var stored = await visit.Page.EvaluateAsync<string>("() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])");
        Assert.DoesNotContain("SECRET", stored, StringComparison.Ordinal);
        Assert.Contains("truecopy.keys", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_check_gives_the_same_bytes_whenever_they_are_saved_and_its_text_the_same_in_any_zone()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(document, "verified");
        await SaveAsync(visit, card, "statement.pdf.verified.evidence.zip", "7", "");
        await visit.SetClockAsync(TimeSpan.FromMinutes(3));
        var first = await File.ReadAllBytesAsync(Directory.GetFiles(_folder.FullName, "*.zip").Single(), Stop);
        var (folder, _) = await SaveAsync(visit, card, "statement.pdf.verified.evidence.zip", "7", "");
        Assert.Equal(first, await File.ReadAllBytesAsync(folder + ".zip", Stop));
        var (other, _) = await SaveAsync(visit, card, "statement.pdf.verified.evidence.zip", "8", "");
        Assert.NotEqual(first, await File.ReadAllBytesAsync(other + ".zip", Stop));
    }

    [Fact]
    public async Task What_is_not_registered_leaves_a_report_without_a_receipt()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(Site.FileOf("$(rm -rf ~) altered.pdf", [7]), "unknown");
        await card.Locator(".evidence summary").ClickAsync();
        await Expect(card.Locator(".evidence")).ToContainTextAsync("There is no receipt in it");
        await card.Locator(".evidence summary").ClickAsync();
        var (folder, _) = await SaveAsync(visit, card, null, "", "");
        await HoldsAsync(folder, "report.pdf", "README.txt", "report.txt", "answer.json", "checkpoint", "log.vkey", "check.sh", "SHA256SUMS");
        Assert.Equal(0, await RunAsync(folder, "sha256sum -c SHA256SUMS"));
        var readme = await File.ReadAllTextAsync(Path.Combine(folder, "README.txt"), Stop);
        Assert.DoesNotContain("truecopy receipt check", readme, StringComparison.Ordinal);
        var report = await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop);
        Assert.Contains("*** No record ***", report, StringComparison.Ordinal);
        Assert.DoesNotContain("Case number", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_names_of_an_institution_are_parted_in_the_report_and_its_receipt_holds_as_the_README_says()
    {
        _site.World.Inbox.CreateContainer("issuer-named", new Dictionary<string, string> { ["legalname"] = "名册银行 (Named Bank)", ["legalname_en"] = "Named Bank Limited", ["legalname_zh_hant"] = "名冊銀行", ["jurisdiction"] = "CN-GD" });
        var document = await _site.IssueAsync("statement.pdf", issuer: "named");
        await using var visit = await Visit.StartAsync(chromium, _site, "zh-HK");
        var (folder, _) = await SaveAsync(visit, await visit.CheckAsync(document, "verified"), "statement.pdf.verified.evidence.zip", "1", "");
        Assert.Contains("- 簽發機構：名冊銀行 名册银行 (Named Bank)\n", await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop), StringComparison.Ordinal);
        await File.WriteAllBytesAsync(Path.Combine(folder, document.Name), document.Buffer, Stop);
        var commands = Command().Matches(await File.ReadAllTextAsync(Path.Combine(folder, "README.txt"), Stop)).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Equal(4, commands.Length);
        foreach (var command in commands)
            Assert.Equal((command, 0), (command, await RunAsync(folder, command)));
    }

    [Fact]
    public async Task Where_institutions_disagree_every_receipt_is_in_it_and_holds()
    {
        var document = await _site.IssueAsync("statement.pdf");
        _site.AddIssuer("bureau", "Credit Bureau", "HK");
        await _site.ListAsync(document, "bureau");
        await _site.ActAsync("revoke", document, "issuedInError");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(document, "conflicting");
        var (folder, _) = await SaveAsync(visit, card, "statement.pdf.conflicting.evidence.zip", "1", "");
        await File.WriteAllBytesAsync(Path.Combine(folder, document.Name), document.Buffer, Stop);
        string[] receipts = ["receipts/bank.tlog-proof", "receipts/bank.issue.tlog-proof", "receipts/bureau.tlog-proof"];
        foreach (var receipt in receipts)
            Assert.Equal(0, await RunAsync(folder, $"truecopy receipt check \"{document.Name}\" --receipt {receipt} --key log.vkey"));
        Assert.Contains("*** Institutions disagree ***", await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_without_the_network_leaves_the_receipt_and_says_that_nobody_was_asked()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var receipt = await _site.ReceiptAsync(document);
        await using var visit = await Visit.StartAsync(chromium, _site);
        visit.MayFailToConnect = true;
        await visit.CheckAsync(document, "verified");
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.ChooseAsync(document, receipt);
        await Expect(visit.Cards).ToHaveCountAsync(2);
        var card = visit.Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", "current");

        // The code is not there yet: that is said, and nothing is half made.
        await card.Locator(".evidence summary").ClickAsync();
        await card.Locator("button.save-evidence").ClickAsync();
        await Expect(card.Locator(".evidence .failure")).ToContainTextAsync("could not be loaded");
        await visit.Page.Context.SetOfflineAsync(false);
        await card.Locator(".evidence summary").ClickAsync();
        var (folder, _) = await SaveAsync(visit, card, "statement.pdf.current.evidence.zip", "", "Lee");
        await File.WriteAllBytesAsync(Path.Combine(folder, document.Name), document.Buffer, Stop);
        Assert.Equal(0, await RunAsync(folder, "truecopy receipt check statement.pdf --receipt receipts/bank.tlog-proof --key log.vkey"));
        Assert.False(File.Exists(Path.Combine(folder, "answer.json")));
        Assert.Contains("the register was not asked", await File.ReadAllTextAsync(Path.Combine(folder, "report.txt"), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_evidence_without_a_file_in_hand_or_an_answer_that_holds()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: $"#digest=sha-256:{Site.HexOf(document)}");
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "fingerprint");
        await Expect(visit.Page.Locator(".evidence")).ToHaveCountAsync(0);
        await visit.RewriteAsync(answer => answer["results"]![0]!["issuer"]!["legalName"] = "Another Bank");
        await visit.CheckAsync(document, "distrusted");
        await visit.Page.UnrouteAllAsync();
        await Expect(visit.Page.Locator(".evidence")).ToHaveCountAsync(0);
        _site.IsDown = true;
        await visit.CheckAsync(Site.FileOf("other.pdf", [1]), "outage");
        await Expect(visit.Page.Locator(".evidence")).ToHaveCountAsync(0);
        await visit.ChooseAsync(await _site.ReceiptAsync(document));
        await Expect(visit.Page.Locator(".card[data-state=receipt]")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator(".evidence")).ToHaveCountAsync(0);
    }

    /// <summary>Saves evidence and unpacks it with <c>unzip</c>; returns the folder, beside which the zip file is, and the fingerprint that the page shows.</summary>
    private async Task<(string Folder, string Fingerprint)> SaveAsync(Visit visit, ILocator card, string? name, string caseNumber, string officer)
    {
        var evidence = card.Locator(".evidence");
        if (await evidence.GetAttributeAsync("open") is null)
            await evidence.Locator("summary").ClickAsync();
        await evidence.GetByRole(AriaRole.Textbox).First.FillAsync(caseNumber);
        await evidence.GetByRole(AriaRole.Textbox).Last.FillAsync(officer);
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => evidence.Locator("button.save-evidence").ClickAsync());
        if (name is not null)
            Assert.Equal(name, download.SuggestedFilename);
        var folder = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        await download.SaveAsAsync(folder + ".zip");
        Assert.Equal(0, await RunAsync(_folder.FullName, $"unzip -q {folder}.zip -d {folder}"));
        var fingerprint = await evidence.Locator(".evidence-fingerprint").GetAttributeAsync("data-fingerprint");
        Assert.Equal(fingerprint, (await evidence.Locator(".evidence-fingerprint").TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal));
        return (folder, fingerprint!);
    }

    [Fact]
    public async Task Evidence_of_a_witnessed_log_is_checked_by_its_policy_as_its_own_README_says()
    {
        using var overseers = new Overseers(_site.World.Time);
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await overseers.WatchAsync(visit);
        var card = await visit.CheckAsync(document, "verified");
        var (folder, _) = await SaveAsync(visit, card, "statement.pdf.verified.evidence.zip", "LN-2026-0042", "陳大文 Chan Tai Man");
        await File.WriteAllBytesAsync(Path.Combine(folder, document.Name), document.Buffer, Stop);
        var commands = Command().Matches(await File.ReadAllTextAsync(Path.Combine(folder, "README.txt"), Stop)).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Single(commands, command => command.EndsWith(" --policy policy", StringComparison.Ordinal));
        foreach (var command in commands)
            Assert.Equal((command, 0), (command, await RunAsync(folder, command)));
        HasAllItsPages(await File.ReadAllBytesAsync(Path.Combine(folder, "report.pdf"), Stop));

        // A receipt from which the witnesses' lines were taken does not hold by the policy.
        var receipt = Path.Combine(folder, "receipts/bank.tlog-proof");
        var lines = (await File.ReadAllLinesAsync(receipt, Stop)).Where(line => !line.StartsWith("— witness.example/", StringComparison.Ordinal));
        await File.WriteAllTextAsync(receipt, string.Concat(lines.Select(line => line + "\n")), Stop);
        foreach (var command in commands.Where(command => command.StartsWith("truecopy", StringComparison.Ordinal)))
            Assert.NotEqual((command, 0), (command, await RunAsync(folder, command)));
    }

    /// <summary>How many pages it takes is a matter of the machine's fonts; that it has those which it says, and no others, is not.</summary>
    internal static void HasAllItsPages(byte[] pdf)
    {
        var file = Encoding.Latin1.GetString(pdf);
        var pages = PageObject().Count(file);
        Assert.InRange(pages, 1, 3);
        Assert.Contains($"/Type /Pages /Count {pages} ", file, StringComparison.Ordinal);
    }

    private static async Task HoldsAsync(string folder, params string[] names)
    {
        await using var archive = await ZipFile.OpenReadAsync(folder + ".zip", Stop);
        Assert.Equal(names, archive.Entries.Select(entry => entry.FullName));
    }

    /// <summary>Runs a line of shell, where <c>truecopy</c> is the tool as it was built.</summary>
    private async Task<int> RunAsync(string folder, string command)
    {
        var tool = RepositoryFolder.At("clients/Cli/bin", Configuration, "net10.0/truecopy.dll");
        var run = await FinishedProcess.RunAsync(new ProcessStartInfo("sh", ["-c", $"truecopy() {{ dotnet '{tool}' \"$@\"; }}; {command}"]) { WorkingDirectory = folder }, Stop);
        output.WriteLine($"$ {command}\n{run.Output}{run.Error}");
        return run.ExitCode;
    }

    /// <summary>The lines of text in a PDF, read by its ToUnicode maps.</summary>
    private static List<string> TextOf(byte[] pdf)
    {
        var file = Encoding.Latin1.GetString(pdf);
        var maps = CharacterMap().Matches(file)
            .Select(map => CharacterOf().Matches(map.Value).ToDictionary(pair => Convert.FromHexString(pair.Groups[1].Value)[0], pair => Encoding.BigEndianUnicode.GetString(Convert.FromHexString(pair.Groups[2].Value))))
            .ToArray();
        return [.. ShownLine().Matches(file).Select(line => string.Concat(ShownPart().Matches(line.Value).SelectMany(part =>
            Convert.FromHexString(part.Groups[2].Value).Select(code => maps[int.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture)][code]))))];
    }

    [GeneratedRegex(@"^  ((?:sha256sum|truecopy|sh) .+)$", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"/Type\s*/Page\b")]
    private static partial Regex PageObject();

    [GeneratedRegex("begincodespacerange.+?endcmap", RegexOptions.Singleline)]
    private static partial Regex CharacterMap();

    [GeneratedRegex("^<([0-9A-F]{2})> <([0-9A-F]+)>$", RegexOptions.Multiline)]
    private static partial Regex CharacterOf();

    [GeneratedRegex("^[0-9.]+ Tz .+ Tj$", RegexOptions.Multiline)]
    private static partial Regex ShownLine();

    [GeneratedRegex("/F([0-9]+) [0-9.]+ Tf <([0-9A-F]+)> Tj")]
    private static partial Regex ShownPart();
}
