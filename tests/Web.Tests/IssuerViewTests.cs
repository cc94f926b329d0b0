using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What an institution sees of its own uploads.</summary>
public sealed class IssuerViewTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Uploads_are_told_with_their_state_entries_and_reasons()
    {
        await _site.IssueAsync("2026/11/first.pdf");
        _site.World.Time.Advance(TimeSpan.FromDays(1));
        await _site.UploadAsync("2026/11/SHA256SUMS", "not a digest\n"u8.ToArray());
        var document = await _site.IssueAsync("2026/12/second.pdf");
        await _site.ActAsync("revoke", document, "issuedInError");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=issuer");
        var rows = visit.Page.Locator("tr.upload");
        await Expect(rows).ToHaveCountAsync(4);
        var newest = visit.Page.Locator("tr.upload", new() { HasText = "2026/12/second.pdf" });
        await Expect(newest.Locator("td").Last).ToHaveTextAsync("5");
        var refused = visit.Page.Locator("tr.upload[data-state=rejected]");
        await Expect(refused).ToContainTextAsync("line 1");
        await Expect(visit.Page.Locator(".chart rect")).ToHaveCountAsync(6);
        await Expect(newest.Locator("[data-verdict=revoked]")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator("tr.upload", new() { HasText = "first.pdf" }).Locator("[data-verdict=verified]")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator(".not-revoking")).ToBeVisibleAsync();
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(newest.Locator(".upload-state")).ToHaveTextAsync(words("Registered", "已登記", "已登记"));
            await Expect(refused.Locator(".upload-state")).ToHaveTextAsync(words("Rejected", "被拒絕", "被拒绝"));
            Assert.True(await visit.Page.Locator(".scroll").EvaluateAsync<bool>("region => region.scrollWidth <= region.clientWidth"), "a column of the table is out of sight");
            await visit.PictureAsync($"issuer-{language}");
        });
        await visit.AccessibleAsync();

        await visit.Page.Locator("#prefix").FillAsync("2026/12/");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(rows).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_documents_receipt_is_saved_from_its_row_as_the_register_gives_it_now()
    {
        var document = await _site.IssueAsync("2026/对账单.pdf");
        await _site.ActAsync("suspend", document, "certificateHold");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=issuer");
        var row = visit.Page.Locator("tr.upload", new() { HasText = "对账单.pdf" });
        await Expect(row.Locator("[data-verdict=suspended]")).ToHaveTextAsync("Suspended");
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => row.Locator("button.receipt").ClickAsync());
        Assert.Equal("对账单.pdf.tlog-proof", download.SuggestedFilename);
        Assert.Equal((await _site.ReceiptAsync(document)).Buffer, await BytesAsync(download));
    }

    [Fact]
    public async Task Uploads_are_found_by_state_by_a_part_of_the_name_and_documents_by_their_reference()
    {
        await _site.IssueAsync("2026/Loan-1.pdf", new() { ["reference"] = "HK-4711" });
        await _site.IssueAsync("2026/card-2.pdf");
        await _site.UploadAsync("2026/loans.sha256", "not a digest\n"u8.ToArray());
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=issuer");
        var rows = visit.Page.Locator("tr.upload");
        await Expect(rows).ToHaveCountAsync(3);
        await visit.Page.Locator("#contains").FillAsync("LOAN");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(rows).ToHaveCountAsync(2);
        await visit.Page.Locator("#state").SelectOptionAsync("rejected");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("loans.sha256");

        // The reference is in no name: the document is told of by its digest, with its receipt.
        await visit.Page.Locator("#state").SelectOptionAsync("");
        await visit.Page.Locator("#contains").FillAsync("HK-4711");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(rows).ToHaveCountAsync(0);
        var filed = visit.Page.Locator(".filed");
        await Expect(filed.Locator("[data-verdict=verified]")).ToHaveCountAsync(1);
        await Expect(filed.Locator("button.receipt")).ToHaveCountAsync(1);
        await visit.AccessibleAsync();
        await visit.PictureAsync("issuer-reference");
        await visit.Page.Locator("#contains").FillAsync("HK-471");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(filed).ToContainTextAsync("No document is filed under exactly this reference");
    }

    [Fact]
    public async Task What_was_overwritten_and_not_revoked_is_told_where_it_is_done_with_the_words_that_it_still_stands()
    {
        await _site.IssueAsync("statement.pdf");
        await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=issuer");
        var row = visit.Page.Locator("tr.upload");
        await Expect(row.Locator(".standing")).ToContainTextAsync("An earlier document under this name is gone from here, but still stands");
        await Expect(row.Locator(".standing")).ToContainTextAsync("log entry 3");
        await Expect(row.Locator(".standing")).ToContainTextAsync("Deleting or overwriting is not revoking");
        await visit.AccessibleAsync();
        await visit.PictureAsync("issuer-overwritten");
    }

    [Fact]
    public async Task Many_uploads_come_page_by_page_and_the_table_for_spreadsheets_holds_them_all()
    {
        for (var i = 0; i < 120; i++)
            _site.World.Inbox.Put("issuer-bank", $"waiting/{i:d3}.pdf", [(byte)i]);
        var revoked = await _site.IssueAsync("=HYPERLINK(1),\"x\".pdf");
        await _site.ActAsync("revoke", revoked, "issuedInError");
        await _site.UploadAsync("bad.sha256", "not a digest\n"u8.ToArray());
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=issuer");
        var rows = visit.Page.Locator("tr.upload");
        await Expect(rows).ToHaveCountAsync(100);
        await Expect(visit.Page.Locator(".pages")).ToContainTextAsync("1 to 100 of 123");
        await Expect(visit.Page.Locator("button.newer")).ToBeDisabledAsync();
        await visit.Page.Locator("button.older").ClickAsync();
        await Expect(rows).ToHaveCountAsync(23);
        await Expect(visit.Page.Locator(".pages")).ToContainTextAsync("101 to 123 of 123");
        await Expect(visit.Page.Locator("button.older")).ToBeDisabledAsync();
        await visit.AccessibleAsync();

        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.Locator("button.csv").ClickAsync());
        Assert.Equal("uploads-bank.csv", download.SuggestedFilename);
        var table = await BytesAsync(download);
        Assert.Equal([0xef, 0xbb, 0xbf], table[..3]);
        var text = System.Text.Encoding.UTF8.GetString(table[3..]);
        Assert.Equal(124, text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith("Name,Kind,Uploaded,State,Now,Log entries,Fingerprint,Size,Detail\r\n", text, StringComparison.Ordinal);
        Assert.Equal($"\"'=HYPERLINK(1),\"\"x\"\".pdf\",Document,2026-11-23T09:00:01Z,Registered,Revoked,3,sha-256:{Site.HexOf(revoked)},{revoked.Buffer.Length},", text.Split("\r\n").Single(row => row.Contains("HYPERLINK", StringComparison.Ordinal)));
        Assert.Contains("waiting/119.pdf,Document,", text, StringComparison.Ordinal);
        Assert.Contains(",Rejected,,,,", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_not_proven_is_not_shown_as_the_state_of_any_document()
    {
        await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.RewriteAsync(answer => answer["results"]![0]!["issuer"]!["legalName"] = "Another Bank");
        await visit.Page.GotoAsync($"{_site.Address}/#view=issuer");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("is not proven");
        await Expect(visit.Page.Locator("tr.upload")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator("[data-verdict]")).ToHaveCountAsync(0);
    }

    private static async Task<byte[]> BytesAsync(IDownload download)
    {
        await using var saved = await download.CreateReadStreamAsync();
        using var bytes = new MemoryStream();
        await saved.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        return bytes.ToArray();
    }

    [Fact]
    public async Task Who_may_not_act_for_the_institution_is_led_to_the_sign_in_and_sees_nothing()
    {
        await _site.IssueAsync("confidential.pdf");
        _site.Admits = false;
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=issuer");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Only for the issuer");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToHaveAttributeAsync("href", "/.auth/login/aad?post_login_redirect_uri=%2F%23view%3Dissuer");
        await Expect(visit.Page.Locator("body")).Not.ToContainTextAsync("confidential.pdf");
        await visit.AccessibleAsync();
    }
}
