using System.Text.RegularExpressions;
using TrueCopy.Web.Tests.Browser;
using ZXing.Common;
using ZXing.QrCode.Internal;

namespace TrueCopy.Web.Tests;

/// <summary>What a verifier takes along: the receipt, and a report on paper.</summary>
public sealed partial class ReportTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task The_receipt_is_saved_byte_for_byte_under_the_documents_name()
    {
        var document = await _site.IssueAsync("对账单 statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(document, "verified");
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => card.Locator("button.save").ClickAsync());
        Assert.Equal("对账单 statement.pdf.tlog-proof", download.SuggestedFilename);
        await using var saved = await download.CreateReadStreamAsync();
        using var bytes = new MemoryStream();
        await saved.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        Assert.Equal((await _site.ReceiptAsync(document)).Buffer, bytes.ToArray());
    }

    [Theory]
    [InlineData("en-HK", "revoked")]
    [InlineData("zh-HK", "verified")]
    [InlineData("zh-CN", "unknown")]
    public async Task The_report_is_one_sheet_and_its_code_leads_back_to_the_same_check(string language, string state)
    {
        var document = state == "unknown" ? Site.FileOf("statement.pdf", [7]) : await _site.IssueAsync("statement.pdf", new() { ["type"] = "bank-statement", ["expires"] = "2027-12-31T23:59:59+08:00" });
        if (state == "revoked")
            await _site.ActAsync("revoke", document, "issuedInError", $",\"note\":\"{new string('n', 300)}\"");
        await using var visit = await Visit.StartAsync(chromium, _site, language);
        await visit.Page.EvaluateAsync("() => { window.print = () => { window.printed = (window.printed ?? 0) + 1; }; }");
        var card = await visit.CheckAsync(document, state);
        await card.Locator("button.print").ClickAsync();
        Assert.Equal(1, await visit.Page.EvaluateAsync<int>("window.printed"));

        var pdf = await visit.Page.PdfAsync(new() { PreferCSSPageSize = true, PrintBackground = true });
        // Of how many pages is a matter of the machine's fonts: two at most.
        Assert.InRange(PageObject().Count(System.Text.Encoding.Latin1.GetString(pdf)), 1, 2);
        await visit.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(visit.Page.Locator(".report h2")).ToBeVisibleAsync();
        await Expect(visit.Page.Locator("main")).ToBeHiddenAsync();
        await visit.PictureAsync($"report-{state}-{language}");

        var address = await ReadCodeAsync(visit.Page);
        Assert.Equal($"{_site.Address}/#digest=sha-256:{Site.HexOf(document)}", address);
        await using var scanned = await Visit.StartAsync(chromium, _site, language, address[(_site.Address.Length + 1)..]);
        await Expect(scanned.Cards.First).ToHaveAttributeAsync("data-state", state == "unknown" ? "unregistered" : "fingerprint");
        await Expect((await scanned.CheckAsync(document, state)).Locator(".same")).ToHaveCountAsync(1);
    }

    /// <summary>Reads the code from the dark modules that are drawn.</summary>
    private static async Task<string> ReadCodeAsync(IPage page)
    {
        const int Border = 4;
        var code = page.Locator(".report .code");
        var size = int.Parse((await code.GetAttributeAsync("viewBox"))!.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
        var modules = new BitMatrix(size - (2 * Border));
        foreach (Match module in Module().Matches((await code.Locator("path").GetAttributeAsync("d"))!))
            modules[int.Parse(module.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) - Border, int.Parse(module.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture) - Border] = true;
        return new Decoder().decode(modules, null).Text;
    }

    [GeneratedRegex(@"/Type\s*/Page\b")]
    private static partial Regex PageObject();

    [GeneratedRegex(@"M(\d+) (\d+)h1v1h-1z")]
    private static partial Regex Module();
}
