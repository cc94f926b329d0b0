using System.Text.Json;
using TrueCopy.Cli;
using TrueCopy.Cli.Trust;
using TrueCopy.Client.Handovers;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>A holder hands documents over, and an institution takes them in, each by the tool alone.</summary>
public sealed class HandoverCommandTests : ToolTests
{
    private readonly AgeIdentity _identity = AgeIdentity.Create();
    private readonly KnownLogs _holder;
    private readonly KnownLogs _office;
    private readonly string _key;

    public HandoverCommandTests()
    {
        _holder = new KnownLogs(Folder.At("holder/known-logs.json"));
        _office = new KnownLogs(Folder.At("office/known-logs.json"));
        _key = Folder.File("key.txt", System.Text.Encoding.UTF8.GetBytes(_identity.EncodeFile(DateTimeOffset.UnixEpoch)));
        Assert.True(EncryptionKey.TryParse(_identity.Recipient, out var key));
        Service.World.AddReceiver("lender", key);
    }

    [Fact]
    public async Task A_document_is_handed_over_accepted_used_traced_and_withdrawn()
    {
        var link = await HandOverAsync();
        Assert.Contains("  handover    log entry", (await HolderAsync(0, "trace", link)).Output, StringComparison.Ordinal);

        var id = Assert.Single(Json(await OfficeAsync(0, "list", "--json"))).GetProperty("handover").GetString()!;
        var file = Folder.At("package.truecopy");
        await OfficeAsync(0, "fetch", id, "--out", file);
        var opened = Json(await OfficeAsync(0, "open", file, "--identity", _key, "--out", Folder.At("case"), "--json"))[0];
        Assert.Equal(("opened", "credit", true), (opened.GetProperty("state").GetString(), opened.GetProperty("purpose").GetString(), opened.GetProperty("sent").GetBoolean()));
        Assert.Equal(("verified", true), (opened.GetProperty("documents")[0].GetProperty("verdict").GetString(), opened.GetProperty("documents")[0].GetProperty("receiptHolds").GetBoolean()));
        Assert.Equal("statement", await File.ReadAllTextAsync(Folder.At("case/documents/statement"), TestContext.Current.CancellationToken));

        Assert.StartsWith("✔ RECEIVED", (await OfficeAsync(0, "accept", Folder.At("case"))).Output, StringComparison.Ordinal);
        Assert.Contains("for credit", (await OfficeAsync(0, "use", Folder.At("case"), "--purpose", "credit")).Output, StringComparison.Ordinal);
        Assert.Contains("The holder agreed to the purpose credit, and not to employment", (await OfficeAsync(1, "use", Folder.At("case"), "--purpose", "employment")).Error, StringComparison.Ordinal);

        var trace = Json(await HolderAsync(0, "trace", link, "--json"))[0];
        Assert.Equal(["handover", "received", "used"], trace.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("act").GetString()));
        Assert.StartsWith("↷ WITHDRAWN", (await HolderAsync(0, "withdraw", link)).Output, StringComparison.Ordinal);
        Assert.Contains("took the consent back", (await OfficeAsync(1, "use", Folder.At("case"), "--purpose", "credit")).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await OfficeAsync(1, "fetch", id, "--out", Folder.At("again"))).ExitCode);
        Assert.Contains("it was withdrawn", (await OfficeAsync(1, "open", file, "--identity", _key, "--out", Folder.At("again"))).Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(Folder.At("again")));
    }

    [Fact]
    public async Task A_package_that_is_carried_is_opened_by_the_same_checks()
    {
        var file = await IssuedFileAsync("statement");
        var package = Folder.At("package.truecopy");
        var saved = await HandOverAsync(0, file, "--out", package);
        Assert.Contains("✔ SAVED", saved.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("#trace=", saved.Output, StringComparison.Ordinal);
        Assert.Contains("is there already", (await HandOverAsync(2, file, "--out", package)).Error, StringComparison.Ordinal);
        var opened = await OfficeAsync(0, "open", package, "--identity", _key, "--out", Folder.At("case"));
        Assert.Contains("It came another way than by the service", opened.Output, StringComparison.Ordinal);
        Assert.Contains("There is no such handover", (await OfficeAsync(1, "accept", Folder.At("case"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_verified_goes_only_if_the_holder_insists_and_never_alone()
    {
        var (good, bad) = (await IssuedFileAsync("statement"), Folder.File("made up"));
        var refused = await HandOverAsync(1, good, bad);
        Assert.Contains("made up: unknown", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--insist", refused.Error, StringComparison.Ordinal);
        Assert.Contains("None of the documents verifies", (await HandOverAsync(1, bad, "--insist")).Error, StringComparison.Ordinal);
        var package = Folder.At("package.truecopy");
        Assert.Contains("unknown, handed over all the same, without a receipt", (await HandOverAsync(0, good, bad, "--insist", "--out", package)).Error, StringComparison.Ordinal);
        var opened = await OfficeAsync(0, "open", package, "--identity", _key, "--out", Folder.At("case"));
        Assert.Contains("? UNKNOWN  made up", opened.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_agreed_to_is_shown_and_asked()
    {
        var file = await IssuedFileAsync("statement");
        await Service.Handovers.PublishReceiversAsync(TestContext.Current.CancellationToken);
        string[] arguments = ["handover", file, "--service", "http://service.example", "--receiver", "lender", "--purpose", "credit", "--until", "2027-05-31", "--scope", "the last year", "--conditions", "not to be passed on", "--utc"];
        var nobody = await Tool.RunAsync(Service, _holder, arguments);
        Assert.Equal(2, nobody.ExitCode);
        Assert.Contains("--yes agrees without being asked", nobody.Error, StringComparison.Ordinal);
        foreach (var text in (string[])["to          The lender Ltd [HK] (lender)", "for         credit", "until       2027-06-01 00:00:00Z", "scope       the last year", "conditions  not to be passed on", "  statement  9 bytes, verified\n"])
            Assert.Contains(text, nobody.Error, StringComparison.Ordinal);
        var no = await Tool.RunAsync(Service, _holder, (output, error) => new Terminal(output, error, color: false, interactive: true, answers: new StringReader("n\n")), arguments);
        Assert.Equal((2, true), (no.ExitCode, no.Error.EndsWith("Do you agree? [y/N] Nothing was done.\n", StringComparison.Ordinal)));
        var yes = await Tool.RunAsync(Service, _holder, (output, error) => new Terminal(output, error, color: false, interactive: true, answers: new StringReader("y\n")), arguments);
        Assert.Equal(0, yes.ExitCode);
    }

    [Fact]
    public async Task A_receiver_that_does_not_take_it_is_told_before_anything_is_sealed()
    {
        var file = await IssuedFileAsync("statement");
        Assert.Contains("takes no packages for that purpose; it does for credit, employment", (await HandOverAsync(1, file, "--purpose", "legal")).Error, StringComparison.Ordinal);
        Assert.Contains("These do: lender", (await HandOverAsync(1, file, "--receiver", "nobody")).Error, StringComparison.Ordinal);
        Assert.Contains("is over already", (await HandOverAsync(2, file, "--until", "2020-01-01")).Error, StringComparison.Ordinal);
        Assert.Contains("needs --text", (await HandOverAsync(2, file, "--purpose", "other")).Error, StringComparison.Ordinal);
        Assert.Contains("lender  The lender Ltd [HK]", (await HolderAsync(0, "receivers")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_for_somebody_else_is_not_opened_and_one_that_is_declined_is_over()
    {
        var link = await HandOverAsync();
        var id = Json(await OfficeAsync(0, "list", "--json"))[0].GetProperty("handover").GetString()!;
        var file = Folder.At("package.truecopy");
        await OfficeAsync(0, "fetch", id, "--out", file);
        var stranger = Folder.File("other.txt", System.Text.Encoding.UTF8.GetBytes(AgeIdentity.Create().EncodeFile(DateTimeOffset.UnixEpoch)));
        Assert.Contains("sealed to another key", (await OfficeAsync(1, "open", file, "--identity", stranger, "--out", Folder.At("case"))).Error, StringComparison.Ordinal);
        Assert.Contains("line 1 is no X25519 identity", (await OfficeAsync(2, "open", file, "--identity", Folder.File("nonsense"), "--out", Folder.At("case"))).Error, StringComparison.Ordinal);
        Assert.StartsWith("✘ DECLINED", (await OfficeAsync(0, "decline", id, "--reason", "notRequested", "--text", "we did not ask")).Output, StringComparison.Ordinal);
        Assert.Contains("declined    log entry", (await HolderAsync(0, "trace", link)).Output, StringComparison.Ordinal);
        Assert.Contains("notRequested: we did not ask", (await HolderAsync(0, "trace", link)).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await HolderAsync(1, "withdraw", link)).ExitCode);
        Assert.Equal(1, (await HolderAsync(1, "trace", new string('0', 64))).ExitCode);
    }

    [Fact]
    public async Task A_watch_opens_what_comes_once_and_tells_what_was_withdrawn()
    {
        var first = await HandOverAsync();
        var inbox = Folder.At("inbox");
        var run = await OfficeAsync(0, "watch", "--identity", _key, "--out", inbox, "--once", "--json");
        var id = JsonDocument.Parse(run.Output).RootElement.GetProperty("handover").GetString()!;
        Assert.Equal("statement", await File.ReadAllTextAsync(Path.Combine(inbox, id, "documents", "statement"), TestContext.Current.CancellationToken));
        Assert.Equal("", (await OfficeAsync(0, "watch", "--identity", _key, "--out", inbox, "--once", "--json")).Output);
        await OfficeAsync(0, "accept", Path.Combine(inbox, id));
        await HolderAsync(0, "withdraw", first);
        Assert.Contains("\"state\":\"withdrawn\"", (await OfficeAsync(0, "watch", "--identity", _key, "--out", inbox, "--once", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal("", (await OfficeAsync(0, "watch", "--identity", _key, "--out", inbox, "--once", "--json")).Output);

        // What is not to be taken is told once, and does not keep the rest from coming.
        Service.Handovers.ChangePackage = package => [.. package[..^1], (byte)(package[^1] ^ 1)];
        await HandOverAsync();
        Assert.Contains("✘ REFUSED", (await OfficeAsync(1, "watch", "--identity", _key, "--out", inbox, "--once")).Output, StringComparison.Ordinal);
        Service.Handovers.ChangePackage = package => package;
        Assert.Equal("", (await OfficeAsync(0, "watch", "--identity", _key, "--out", inbox, "--once")).Output);
    }

    [Fact]
    public async Task A_receivers_key_is_made_for_its_eyes_alone()
    {
        var path = Folder.At("new.txt");
        var run = await Tool.RunAsync(Service, "handover", "keygen", "--out", path);
        Assert.Equal((0, Assert.Single(AgeIdentity.ParseFile(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))).Recipient + "\n"), (run.ExitCode, run.Output));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Contains("something of that name is there already", (await Tool.RunAsync(Service, "handover", "keygen", "--out", path)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_bundles_documents_with_their_receipts_and_links_that_verify_nothing_by_themselves()
    {
        var (one, two) = (await IssuedFileAsync("one"), await IssuedFileAsync("two"));
        var run = await Tool.RunAsync(Service, _office, "bundle", one, two, "--service", "http://service.example", "--out", Folder.At("bundle"), "--link");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("http://service.example/#digest=sha-256:", run.Output, StringComparison.Ordinal);
        Assert.Equal(["one", "one.tlog-proof", "two", "two.tlog-proof"], Directory.EnumerateFiles(Folder.At("bundle")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(0, (await Tool.RunAsync(Service, _office, "receipt", "check", Path.Combine(Folder.At("bundle"), "one"), "--key", Service.Key)).ExitCode);
        Assert.Equal(0, (await Tool.RunAsync(Service, _office, "bundle", one, "--service", "http://service.example", "--out", Folder.At("bundle.zip"))).ExitCode);
        await using var zip = await System.IO.Compression.ZipFile.OpenReadAsync(Folder.At("bundle.zip"), TestContext.Current.CancellationToken);
        Assert.Equal(["one", "one.tlog-proof"], zip.Entries.Select(entry => entry.FullName));
        var refused = await Tool.RunAsync(Service, _office, "bundle", one, Folder.File("made up"), "--service", "http://service.example", "--out", Folder.At("none"));
        Assert.Equal((1, false), (refused.ExitCode, Path.Exists(Folder.At("none"))));
    }

    private static List<JsonElement> Json(ToolRun run) => [.. JsonDocument.Parse(run.Output).RootElement.EnumerateArray()];

    private async Task<string> HandOverAsync()
    {
        var run = await HandOverAsync(0, await IssuedFileAsync("statement"));
        return run.Output.Split('\n').Single(line => line.Contains("#trace=", StringComparison.Ordinal)).Trim();
    }

    private async Task<ToolRun> HandOverAsync(int exitCode, params string[] arguments)
    {
        await Service.Handovers.PublishReceiversAsync(TestContext.Current.CancellationToken);
        foreach (var (option, value) in new[] { ("--receiver", "lender"), ("--purpose", "credit"), ("--until", "2027-05-31") })
        {
            if (!arguments.Contains(option))
                arguments = [.. arguments, option, value];
        }

        return Expect(exitCode, await Tool.RunAsync(Service, _holder, ["handover", .. arguments, "--yes", "--service", "http://service.example"]));
    }

    private async Task<ToolRun> HolderAsync(int exitCode, string command, params string[] arguments) =>
        Expect(exitCode, await Tool.RunAsync(Service, _holder, ["handover", command, .. arguments, "--service", "http://service.example"]));

    private async Task<ToolRun> OfficeAsync(int exitCode, string command, params string[] arguments) =>
        Expect(exitCode, await Tool.RunAsync(Service, _office, ["handover", "receive", command, .. arguments, "--receiver", "lender", "--service", "http://service.example"]));

    private static ToolRun Expect(int exitCode, ToolRun run)
    {
        Assert.True(exitCode == run.ExitCode, $"exit code {run.ExitCode} and not {exitCode}\n{run.Output}{run.Error}");
        return run;
    }
}
