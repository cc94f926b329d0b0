using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Nothing that others wrote moves the cursor, hides, or turns round what the tool prints.</summary>
public sealed class ForeignTextTests : ToolTests
{
    // Clears the screen, colours, turns the reading direction, breaks lines as terminals and editors know them, and does not show.
    private const string Hostile = "\u001b[2J\u001b[1;32m✔ VERIFIED\u009b2J\u202egnp.\u2066\u2028\u2029\u200b\u00ad\ufeff\U000E0041\r\n✔ VERIFIED  x\t\b";

    private const string Visible = @"\u001B[2J\u001B[1;32m✔ VERIFIED\u009B2J\u202Egnp.\u2066\u2028\u2029\u200B\u00AD\uFEFF\u{E0041}\u000D\u000A✔ VERIFIED  x\u0009\u0008";

    [Fact]
    public async Task File_names_are_printed_so_that_every_character_shows()
    {
        await Service.IssueAsync("document"u8.ToArray());
        var file = Folder.File(Hostile, "document"u8.ToArray());
        await AssertVisibleAsync(0, "verify", file, "--save-receipts");
        await AssertVisibleAsync(0, "verify", Folder.Path, "--details");
        Folder.File("other");
        await AssertVisibleAsync(1, "verify", Folder.Path);
        await AssertVisibleAsync(0, "hash", file);
        await AssertVisibleAsync(0, "receipt", "check", file, "--key", Service.Key);
        await AssertVisibleAsync(0, "verify", file, "--offline", "--key", Service.Key);
        await AssertVisibleAsync(3, "verify", Folder.Path, "--offline", "--key", Service.Key);
        await AssertVisibleAsync(2, "verify", Folder.At("no" + Hostile));
        await AssertVisibleAsync(2, "hash", Folder.At("no" + Hostile));
        await AssertVisibleAsync(2, "manifest", Folder.At("no" + Hostile));
        Assert.Equal(2, (await RunAsync("verify", file, "--key", Hostile)).ExitCode);
        await AssertVisibleAsync(2, "audit", "http://service.example/log", "--key", Service.Key, "--state", file);
    }

    [Fact]
    public async Task A_command_line_that_is_wrong_is_told_so_that_every_character_shows()
    {
        await AssertVisibleAsync(2, "--" + Hostile);
        await AssertVisibleAsync(2, "hash", "x", "--algorithm", Hostile);
        await AssertVisibleAsync(2, "verify", "x", "--service", Hostile);
    }

    [Fact]
    public async Task A_name_that_begins_with_an_at_sign_is_a_name()
    {
        Folder.File("options", "--json\n"u8.ToArray());
        var run = await RunAsync("hash", "@" + Folder.At("options"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("@" + Folder.At("options"), run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_escapes_the_same_characters_and_reads_back_to_what_was_meant()
    {
        await Service.IssueAsync("document"u8.ToArray());
        var file = Folder.File(Hostile, "document"u8.ToArray());
        foreach (var command in new[] { new[] { "verify", file, "--json", "--save-receipts" }, ["hash", file, "--json"], ["receipt", "check", file, "--key", Service.Key, "--json"] })
        {
            var run = await RunAsync(command);
            Assert.Equal(0, run.ExitCode);
            Assert.Equal(file, JsonDocument.Parse(run.Output).RootElement[0].GetProperty("file").GetString());
        }

        // No intake would take it as a reference.
        await AssertVisibleAsync(2, "manifest", Folder.Path, "--references");
    }

    [Theory]
    [InlineData("title")]
    [InlineData("detail")]
    public async Task What_a_service_says_for_itself_is_printed_so_that_every_character_shows(string member)
    {
        var problem = JsonSerializer.Serialize(new Dictionary<string, string> { ["type"] = "urn:x", ["title"] = "Busy", [member] = Hostile });
        Service.Instead = _ => StubService.Json(problem, HttpStatusCode.Forbidden, "application/problem+json");
        await AssertVisibleAsync(3, "verify", Folder.File("document"));
    }

    [Fact]
    public async Task What_an_entry_of_the_log_says_is_printed_so_that_every_character_shows()
    {
        // The log of a service that does not look at what it takes in.
        await using var service = Service.World.Start();
        var digest = new Digest(DigestAlgorithm.Sha256, SHA256.HashData("document"u8));
        var issuer = new Issuer("bank", Hostile, "HK", null, Retention.Keep, [DigestAlgorithm.Sha256]) { Since = Service.World.Time.GetUtcNow() };
        var upload = new StagedUpload(new BlobVersion(issuer.Container, "a", "1"), issuer, issuer.Since, AnswerForm.OfDocument, [new RequestedAct(ActKind.Issue, 0) { Digests = [digest] }]);
        await Service.World.Staged.StageAsync([await Service.World.Staged.PrepareAsync(upload, TestContext.Current.CancellationToken)], TestContext.Current.CancellationToken);
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var file = Folder.File("document");
        await AssertVisibleAsync(0, "verify", file, "--save-receipts");
        await AssertVisibleAsync(0, "verify", file, "--offline", "--key", Service.Key);
        await AssertVisibleAsync(1, "verify", file, Folder.File("other"));
        await AssertVisibleAsync(0, "receipt", "check", file, "--key", Service.Key);
        Assert.Equal(Hostile, JsonDocument.Parse((await RunAsync("verify", file, "--json")).Output).RootElement[0].GetProperty("answer").GetProperty("results")[0].GetProperty("issuer").GetProperty("legalName").GetString());
    }

    [Fact]
    public async Task What_goes_wrong_on_the_way_is_printed_so_that_every_character_shows()
    {
        Service.Instead = _ => StubService.Json(
            JsonSerializer.Serialize(new ProblemDocument("urn:x", "Bad day", 500, Hostile), DocumentJson.Instance.ProblemDocument), System.Net.HttpStatusCode.InternalServerError, ProblemDocument.MediaType);
        await AssertVisibleAsync(3, "verify", Folder.File("document"), "--key", Service.Key);
    }

    [Theory]
    [InlineData(HttpRequestError.InvalidResponse, "what it sent is not HTTP")]
    [InlineData(HttpRequestError.SecureConnectionError, "no secure connection")]
    [InlineData(HttpRequestError.ResponseEnded, "the connection broke off")]
    public async Task What_the_runtime_says_of_the_network_is_said_in_words_of_ours(HttpRequestError error, string words)
    {
        Service.Instead = _ => throw new HttpRequestException(error, "Raw words of the runtime.");
        var run = await RunAsync("verify", Folder.File("document"), "--key", Service.Key);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Raw words", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_own_colours_and_lines_are_left_as_they_are()
    {
        var file = await IssuedFileAsync("document");
        Folder.File("other");
        using var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, color: true, interactive: false);
        await CommandLine.RunAsync(["verify", file, "--key", Service.Key], terminal, Service, Tool.KnownIn(Folder), Service.Clock, TestContext.Current.CancellationToken);
        Assert.StartsWith("\u001b[1;32m✔ VERIFIED\u001b[0m  ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\n  issued by", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("_truecopy() {\n", (await RunAsync("completion", "bash")).Output, StringComparison.Ordinal);
        Assert.Contains("Usage:\n", (await RunAsync("--help")).Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_that_is_kept_replaces_a_link_of_its_name_and_leaves_what_that_leads_to_alone()
    {
        var file = await IssuedFileAsync("document");
        var own = Folder.File("my own");
        File.CreateSymbolicLink(file + ".tlog-proof", own);
        Assert.Equal(0, (await RunAsync("verify", file, "--save-receipts", "--key", Service.Key)).ExitCode);
        Assert.Equal("my own", await File.ReadAllTextAsync(own, TestContext.Current.CancellationToken));
        Assert.Equal(0, (await RunAsync("verify", file, "--offline", "--key", Service.Key)).ExitCode);
    }

    [Fact]
    public async Task A_receipt_without_end_is_not_read_to_its_end()
    {
        var file = await IssuedFileAsync("document");
        File.CreateSymbolicLink(file + ".tlog-proof", "/dev/zero");
        var run = await RunAsync("verify", file, "--offline", "--key", Service.Key);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("too long", run.Output, StringComparison.Ordinal);
    }

    private async Task AssertVisibleAsync(int exitCode, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(Visible, run.Output + run.Error, StringComparison.Ordinal);
    }

    private async Task<ToolRun> RunAsync(params string[] arguments)
    {
        var run = await Tool.RunAsync(Service, arguments);
        foreach (var rune in (run.Output + run.Error).Replace("\n", "", StringComparison.Ordinal).EnumerateRunes())
        {
            Assert.False(
                Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator,
                $"U+{rune.Value:X4} is printed by {arguments[0]}");
        }

        return run;
    }
}
