using System.Text.Json;
using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Who asks for one institution is told the truth about it: that another issued the document, or that there is no such institution.</summary>
public sealed class NamedIssuerTests : ToolTests
{
    public NamedIssuerTests() => Service.World.AddIssuer("registry");

    [Fact]
    public async Task A_document_that_another_institution_issued_is_said_to_be_that_ones()
    {
        var file = await IssuedFileAsync("document");
        var run = await VerifyAsync(file, "--issuer", "registry");
        Assert.Equal(ExitCode.NotVerified, run.ExitCode);
        Assert.StartsWith("? NOT BY registry", run.Output, StringComparison.Ordinal);
        Assert.Contains("Issued by The bank Ltd [HK] (bank), and no entry of registry was shown.", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("No issuer of this log", run.Output, StringComparison.Ordinal);

        var output = JsonDocument.Parse((await VerifyAsync(file, "--issuer", "registry", "--json")).Output).RootElement[0];
        Assert.Equal(("unknown", "registry", "bank"), (output.GetProperty("verdict").GetString(), output.GetProperty("askedIssuer").GetString(), output.GetProperty("issuedByOthers")[0].GetProperty("id").GetString()));

        var table = await VerifyAsync(file, await IssuedFileAsync("other"), "--issuer", "registry");
        Assert.Matches("NOT BY registry +2", table.Output);
        Assert.Contains("issued by The bank Ltd [HK] (bank)", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_nobody_issued_is_unknown_whoever_is_asked_about()
    {
        await IssuedFileAsync("document");
        var run = await VerifyAsync(Folder.File("other"), "--issuer", "registry");
        Assert.Equal(ExitCode.NotVerified, run.ExitCode);
        Assert.Contains("No issuer of this log issued a file with these bytes", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bnak", "did you mean bank (The bank Ltd)?")]
    [InlineData("regestry", "did you mean registry (The registry Ltd)?")]
    [InlineData("The bank Ltd", "did you mean bank (The bank Ltd)?")]
    [InlineData("The Registry", "did you mean registry (The registry Ltd)?")]
    [InlineData("somebody-else", "its issuers are bank, registry")]
    public async Task An_institution_that_there_is_not_is_refused_and_the_near_ones_offered(string name, string hint)
    {
        var file = await IssuedFileAsync("document");
        var run = await VerifyAsync(file, "--issuer", name);
        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Output));
        Assert.Contains($"this log has no issuer with the id {name}", run.Error, StringComparison.Ordinal);
        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_are_told_in_the_users_zone_and_in_UTC_on_request_and_in_JSON()
    {
        var file = await IssuedFileAsync("document");
        var hongKong = TimeZoneInfo.CreateCustomTimeZone("Hong Kong", TimeSpan.FromHours(8), null, null);
        async Task<string> RunAsync(params string[] more) =>
            (await Tool.RunAsync(Service, Tool.KnownIn(Folder), (output, error) => new Terminal(output, error, color: false, interactive: false) { Zone = hongKong }, ["verify", file, "--key", Service.Key, .. more])).Output;
        Assert.Contains("at 2026-11-23 17:00:00+08:00", await RunAsync(), StringComparison.Ordinal);
        Assert.Contains("at 2026-11-23 09:00:00Z", await RunAsync("--utc"), StringComparison.Ordinal);
        Assert.Contains("\"2026-11-23T09:00:00Z\"", await RunAsync("--json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_not_valid_yet_is_valid_from_a_time_and_not_since()
    {
        await Service.IssueAsync([1], metadata: new() { ["validfrom"] = "2030-01-01T00:00:00Z" });
        await Service.IssueAsync([2], metadata: new() { ["expires"] = "2020-01-01T00:00:00Z" });
        var run = await VerifyAsync(Folder.File("later", [1]), Folder.File("over", [2]));
        Assert.Contains("The bank Ltd, from 2030-01-01 00:00:00Z", run.Output, StringComparison.Ordinal);
        Assert.Contains("The bank Ltd, since 2020-01-01 00:00:00Z", run.Output, StringComparison.Ordinal);
    }

    private Task<ToolRun> VerifyAsync(params string[] arguments) => Tool.RunAsync(Service, ["verify", .. arguments, "--key", Service.Key]);
}
