using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Several institutions issued the same file: none of them speaks for another.</summary>
public sealed class ConflictTests(Chromium chromium) : IAsyncLifetime
{
    private const string Bank = "示范银行 (Demo Bank, Shenzhen)";
    private const string Second = "港灣信貸 (Harbour Credit, Hong Kong)";

    private Site _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        _site.AddIssuer("harbour", Second, "HK");
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_revocation_does_not_disappear_because_another_institution_lists_the_file()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await _site.ActAsync("revoke", document, "issuedInError");
        await _site.ListAsync(document, "harbour");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(document, "conflicting");
        await Expect(card.Locator("button.save")).ToHaveCountAsync(0);
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(card.Locator("h3")).ToHaveTextAsync(words("Institutions disagree", "各機構陳述不一", "各机构陈述不一"));
            await Expect(card.Locator(".institutions .word")).ToHaveTextAsync([words("Revoked", "已撤銷", "已撤销"), words("Verified", "核實無誤", "核验通过")]);
            await Expect(card.Locator(".institutions .who")).ToHaveTextAsync(language == "en-HK" ? [$"{Bank} (bank)", $"{Second} (harbour)"] : [$"{Bank}（bank）", $"{Second}（harbour）"]);
            await Expect(card.Locator("option").First).ToHaveTextAsync(words("not chosen yet", "尚未選擇", "尚未选择"));
            await visit.PictureAsync($"conflicting-{language}");
        });
        await visit.AccessibleAsync();
        await card.Locator(".account > summary").ClickAsync();
        await Expect(card.Locator(".step.holds")).ToHaveCountAsync(17);
    }

    [Fact]
    public async Task Nor_does_an_institution_hurt_anothers_document_by_issuing_and_revoking_it()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await _site.ListAsync(document, "harbour");
        await _site.ActAsync("revoke", document, "issuedInError", issuer: "harbour");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(document, "conflicting");
        await Expect(card.Locator(".institutions .word")).ToHaveTextAsync(["Verified", "Revoked"]);
    }

    [Fact]
    public async Task The_institution_that_the_document_names_can_be_chosen_for_this_document_alone()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await _site.ActAsync("revoke", document, "issuedInError");
        await _site.ListAsync(document, "harbour");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.Page.EvaluateAsync("() => { window.print = () => {}; }");
        var card = await visit.CheckAsync(document, "conflicting");
        await card.Locator("select.choice").SelectOptionAsync("bank");
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "revoked");
        await Expect(visit.Cards.First.Locator(".lead")).ToContainTextAsync(Bank);
        await Expect(visit.Cards.First.Locator(".alone")).ToContainTextAsync("Other institutions that issued the same file say otherwise");
        await Expect(visit.Cards.First.Locator("dl.facts").First).ToContainTextAsync("Revoked on");
        await visit.AccessibleAsync();
        await visit.PictureAsync("conflicting-chosen");

        await visit.Cards.First.Locator("button.print").ClickAsync();
        await Expect(visit.Page.Locator(".report")).ToContainTextAsync("say otherwise");
        await Expect(visit.Page.Locator(".report select")).ToHaveCountAsync(0);

        await visit.CheckAsync(document, "conflicting");
        await visit.Cards.Nth(1).Locator("select.choice").SelectOptionAsync("");
        await Expect(visit.Cards.Nth(1)).ToHaveAttributeAsync("data-state", "conflicting");
    }

    [Fact]
    public async Task The_choice_is_made_with_arrow_keys_and_keeps_the_focus()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await _site.ActAsync("revoke", document, "issuedInError");
        await _site.ListAsync(document, "harbour");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await (await visit.CheckAsync(document, "conflicting")).Locator("select.choice").FocusAsync();
        foreach (var state in new[] { "revoked", "verified" })
        {
            await visit.Page.Keyboard.PressAsync("ArrowDown");
            await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", state);
            await Expect(visit.Cards.First.Locator("select.choice")).ToBeFocusedAsync();
        }
    }

    [Fact]
    public async Task A_conflict_fits_in_360_pixels_and_is_readable_in_the_dark()
    {
        var document = await _site.IssueAsync("a-file-with-a-rather-long-name-that-somebody-chose-long-ago-and-nobody-dares-to-change.pdf");
        await _site.ActAsync("revoke", document, "issuedInError");
        await _site.ListAsync(document, "harbour");
        await using var visit = await Visit.StartAsync(chromium, _site, "zh-HK", $"#digest=sha-256:{Site.HexOf(document)}", 360, ColorScheme.Dark);
        var card = await visit.CheckAsync(document, "conflicting");
        await card.Locator(".account > summary").ClickAsync();
        await visit.FitsAsync();
        await visit.AccessibleAsync();
        await visit.PictureAsync("conflicting-narrow-dark");
    }

    [Fact]
    public async Task Institutions_that_agree_are_named_the_earliest_issuance_first()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await _site.ListAsync(document, "harbour");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(document, "verified");
        await Expect(card.Locator(".lead")).ToContainTextAsync(Bank);
        await card.Locator(".account > summary").ClickAsync();
        await Expect(card.Locator(".others summary").First).ToContainTextAsync($"{Second}: Verified");
    }
}
