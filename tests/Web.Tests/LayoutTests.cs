using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Small windows, dark rooms, keyboards, and many files.</summary>
public sealed class LayoutTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("en-HK", ColorScheme.Light)]
    [InlineData("zh-HK", ColorScheme.Dark)]
    public async Task Everything_fits_in_360_pixels_and_is_readable_in_the_dark(string language, ColorScheme color)
    {
        var document = await _site.IssueAsync("a-file-with-a-rather-long-name-that-somebody-chose-long-ago-and-nobody-dares-to-change.pdf");
        var revoked = await _site.IssueAsync("revoked.pdf");
        await _site.ActAsync("revoke", revoked, "privilegeWithdrawn", ",\"note\":\"see our letter\"");
        await using var visit = await Visit.StartAsync(chromium, _site, language, width: 360, color: color);
        await visit.FitsAsync();
        await visit.PictureAsync($"narrow-start-{language}-{color}");
        await visit.ChooseAsync(document, revoked, Site.FileOf("nobody.pdf", [1]));
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToBeVisibleAsync();
        await visit.PictureAsync($"narrow-{language}-{color}");
        foreach (var summary in await visit.Page.Locator("summary").AllAsync())
            await summary.ClickAsync();
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        foreach (var view in new[] { "issuer", "log" })
        {
            await visit.Page.GotoAsync($"{_site.Address}/#view={view}");
            await Expect(visit.Page.Locator(".loaded table, .loaded p").First).ToBeVisibleAsync();
            await visit.FitsAsync();
            await visit.AccessibleAsync();
        }
    }

    [Fact]
    public async Task A_page_that_breaks_a_rule_of_accessibility_is_found_out()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.AccessibleAsync();
        await visit.Page.EvaluateAsync("() => document.documentElement.removeAttribute('lang')");
        var complaint = await Assert.ThrowsAsync<Xunit.Sdk.TrueException>(visit.AccessibleAsync);
        Assert.Contains("html-has-lang", complaint.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_language_can_be_changed_in_place_and_is_remembered()
    {
        await using var visit = await Visit.StartAsync(chromium, _site, "fr-FR");
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await visit.CheckAsync(await _site.IssueAsync("statement.pdf"), "verified");
        await visit.Page.Locator("#language").SelectOptionAsync("zh-Hans");
        await Expect(visit.Cards.First.Locator("h3")).ToHaveTextAsync("核验通过");
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-Hans");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator("h1")).ToContainTextAsync("文件");
    }

    // Which language each of the browser's is answered in words.test.ts asks.
    [Fact]
    public async Task The_language_is_the_browsers()
    {
        await using var visit = await Visit.StartAsync(chromium, _site, "yue-HK");
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-Hant");
    }

    [Fact]
    public async Task Everything_can_be_reached_and_done_with_the_keyboard_and_is_announced()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(visit.Page.Locator(".skip")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.Locator("main")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(visit.Page.Locator("#files")).ToBeFocusedAsync();
        var chooser = await visit.Page.RunAndWaitForFileChooserAsync(() => visit.Page.Keyboard.PressAsync("Space"));
        await chooser.SetFilesAsync(await _site.IssueAsync("statement.pdf"));
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
        await Expect(visit.Page.Locator("[role=status].unseen")).ToHaveTextAsync("statement.pdf: Verified");
    }

    [Fact]
    public async Task Many_files_are_asked_about_in_few_requests_and_counted()
    {
        var files = new List<FilePayload>();
        for (var i = 0; i < 5; i++)
            files.Add(await _site.IssueAsync($"{i}.pdf"));
        for (var i = 0; i < 20; i++)
            files.Add(Site.FileOf($"unknown-{i}.pdf", [(byte)i]));
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.ChooseAsync([.. files]);
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToHaveCountAsync(20);
        await Expect(visit.Page.Locator(".totals")).ToContainTextAsync("Verified: 5");
        await Expect(visit.Page.Locator(".totals")).ToContainTextAsync("No record: 20");
        Assert.InRange(visit.Requests.Count(request => request.Method == "POST"), 1, 24);
        await visit.PictureAsync("many");

        await visit.Page.Locator("button.clear").ClickAsync();
        await Expect(visit.Cards).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator(".totals")).ToBeHiddenAsync();
        await Expect(visit.Page.Locator("#files")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_document_dropped_anywhere_on_the_page_is_checked()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.Page.EvaluateAsync("""
            () => {
              const files = new DataTransfer();
              files.items.add(new File(['dropped'], 'dropped.txt'));
              document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
            }
            """);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "unknown");
        await Expect(visit.Cards.First).ToContainTextAsync("dropped.txt");
    }

    [Fact]
    public async Task What_is_registered_under_another_algorithm_only_is_found_on_request()
    {
        var content = "only by SM3"u8.ToArray();
        using var stream = new MemoryStream(content);
        var digests = await StreamDigest.ComputeAsync(stream, [DigestAlgorithm.Sm3], null, TestContext.Current.CancellationToken);
        await _site.UploadAsync("list.sm3", System.Text.Encoding.ASCII.GetBytes($"{digests[0].Hex}  x.txt\n"));
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(Site.FileOf("x.txt", content), "unknown");
        await card.Locator("button.further").ClickAsync();
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
        await Expect(visit.Cards.First.Locator(".step.holds")).ToHaveCountAsync(6);
    }
}
