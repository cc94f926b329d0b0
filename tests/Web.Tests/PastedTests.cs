using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Fingerprints without a file: no word and no colour may say that a file was checked.</summary>
public sealed class PastedTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_pasted_fingerprint_is_looked_up_and_never_green()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var hex = Site.HexOf(document);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.Page.Locator(".paste summary").ClickAsync();
        await visit.Page.Locator("#pasted").FillAsync($"{hex}  statement.pdf\nSHA-256: {new string('a', 64)}\n");
        await visit.AccessibleAsync();
        await visit.Page.Locator(".paste button").ClickAsync();
        await Expect(visit.Cards).ToHaveCountAsync(2);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "fingerprint");
        await Expect(visit.Cards.Last).ToHaveAttributeAsync("data-state", "unregistered");
        await Expect(visit.Page.Locator("button.print")).ToHaveCountAsync(0);
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(visit.Cards.First.Locator("h3")).ToHaveTextAsync(words("Your file has not been checked", "您的檔案尚未核實", "您的文件尚未核验"));
            await Expect(visit.Cards.Last.Locator("h3")).ToHaveTextAsync(words("Fingerprint not registered", "此指紋未經登記", "此指纹未登记"));
            foreach (var summary in await visit.Page.Locator(".card summary").AllAsync())
                await summary.ClickAsync();
            Assert.Empty(await visit.GreenAsync());
            await visit.PictureAsync($"pasted-{language}");
        });
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task What_is_pasted_anywhere_on_the_page_is_taken_and_a_text_without_a_fingerprint_is_told()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=log");
        await PasteAsync(visit, "good morning");
        await Expect(visit.Page.Locator(".notes")).ToContainTextAsync("There is no fingerprint in this text");
        await PasteAsync(visit, Site.HexOf(document));
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "fingerprint");
        await Expect(visit.Page.Locator(".notes")).ToBeEmptyAsync();

        // The same again is no second question.
        await PasteAsync(visit, Site.HexOf(document));
        await Expect(visit.Cards).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_file_is_compared_with_the_fingerprint_that_was_given_before_or_after_it()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var other = await _site.IssueAsync("other.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await PasteAsync(visit, Site.HexOf(document));
        var pasted = visit.Cards.Last;
        await Expect(pasted).ToHaveAttributeAsync("data-state", "fingerprint");
        var card = await visit.CheckAsync(other, "verified");
        await Expect(card.Locator(".different")).ToBeVisibleAsync();
        await Expect(pasted.Locator("h3")).ToHaveTextAsync("Another document");
        card = await visit.CheckAsync(document, "verified");
        await Expect(card.Locator(".same")).ToBeVisibleAsync();
        await Expect(pasted.Locator("h3")).ToHaveTextAsync("The same document");

        await PasteAsync(visit, Site.HexOf(other));
        await Expect(visit.Cards.First.Locator("h3")).ToHaveTextAsync("The same document");
        await Expect(visit.Cards.First.Locator(".lead")).ToContainTextAsync("other.pdf");
    }

    private static async Task PasteAsync(Visit visit, string text) => await visit.Page.EvaluateAsync(
        """
        (text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', text);
          document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        }
        """,
        text);
}
