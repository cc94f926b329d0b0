using System.Net;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What a link brings (a key, a digest) is the claim of whoever made the link.</summary>
public sealed class LinkTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_key_that_the_service_names_too_is_that_of_the_register()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: KeyOf(_site));
        var card = await visit.CheckAsync(document, "verified");
        await Expect(card.Locator(".signer").First).ToContainTextAsync("the key in the link");
        await Expect(visit.Page.Locator(".warnings")).ToBeEmptyAsync();
    }

    [Fact]
    public async Task A_key_of_somebody_else_blocks_every_verdict_until_it_is_dropped()
    {
        await using var forger = await Site.StartAsync();
        var forged = await forger.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: KeyOf(forger));
        var alarm = visit.Page.Locator(".warning.alarm");
        await visit.ChooseAsync(forged, await forger.ReceiptAsync(forged));
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "distrusted");
        var genuine = await _site.IssueAsync("genuine.pdf");
        await visit.CheckAsync(genuine, "distrusted");
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(alarm).ToContainTextAsync(words("not the register’s", "不是登記冊的密碼匙", "不是登记簿的公钥"));
            await visit.PictureAsync($"link-blocked-{language}");
        });
        await visit.AccessibleAsync();

        await alarm.Locator(".drop-link").ClickAsync();
        await Expect(alarm).ToHaveCountAsync(0);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
        Assert.DoesNotContain("key=", visit.Page.Url, StringComparison.Ordinal);
        await visit.ChooseAsync(forged, await forger.ReceiptAsync(forged));
        await Expect(visit.Cards).ToHaveCountAsync(3);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "distrusted");
    }

    [Fact]
    public async Task A_key_that_is_not_among_those_which_this_browser_knows_blocks_without_the_network_too()
    {
        await using var forger = await Site.StartAsync();
        var forged = await forger.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        visit.MayFailToConnect = true;
        await visit.CheckAsync(await _site.IssueAsync("genuine.pdf"), "verified");
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.Page.GotoAsync($"{_site.Address}/{KeyOf(forger)}");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not the register’s");
        await visit.ChooseAsync(forged, await forger.ReceiptAsync(forged));
        await Expect(visit.Cards).ToHaveCountAsync(2);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "distrusted");
    }

    [Fact]
    public async Task Where_nothing_is_known_and_nobody_can_be_asked_a_links_key_confirms_nothing_on_screen_or_paper()
    {
        await using var forger = await Site.StartAsync();
        var forged = await forger.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        visit.MayFailToConnect = true;
        await visit.Page.EvaluateAsync("() => { window.print = () => {}; }");
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.Page.GotoAsync($"{_site.Address}/{KeyOf(forger)}");
        await visit.ChooseAsync(forged, await forger.ReceiptAsync(forged));
        var card = visit.Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", "unconfirmed");
        var good = await visit.Page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).getPropertyValue('--good')");
        Assert.NotEqual(good, await card.EvaluateAsync<string>("card => getComputedStyle(card).getPropertyValue('--state')"));
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            var title = words("Signed by an unconfirmed key", "簽署的密碼匙未經確認", "签名公钥未经确认");
            var lead = words("a key that nobody here has confirmed", "從未經任何人確認", "从未经任何人确认");
            await Expect(card.Locator("h3")).ToHaveTextAsync(title);
            await Expect(card.Locator(".lead")).ToContainTextAsync(lead);
            await Expect(card.Locator(".lead")).Not.ToContainTextAsync("示范银行");
            await card.Locator(".account > summary").ClickAsync();
            await Expect(card.Locator(".step.holds")).ToHaveCountAsync(2);
            await Expect(card.Locator(".step.doubted")).ToHaveCountAsync(3);
            await Expect(card.Locator(".step.doubted").Nth(1)).ToContainTextAsync(lead[^3..]);
            await visit.PictureAsync($"unconfirmed-{language}");

            await card.Locator("button.print").ClickAsync();
            await visit.Page.EmulateMediaAsync(new() { Media = Media.Print });
            await Expect(visit.Page.Locator(".report h2")).ToHaveTextAsync(title);
            await Expect(visit.Page.Locator(".report .lead")).ToContainTextAsync(lead);
            await Expect(visit.Page.Locator(".report .checks .step-doubted")).ToHaveCountAsync(3);
            await visit.PictureAsync($"report-unconfirmed-{language}");
            await visit.Page.EmulateMediaAsync(new() { Media = Media.Null });
        });
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task A_link_from_before_a_rotation_is_no_alarm_and_one_from_after_it_is_proven()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var before = KeyOf(_site);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "verified");
        INoteSigner[] fresh = [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()];
        _site.World.SignWith([.. fresh, .. _site.World.Identity.Signers]);
        await _site.IssueAsync("overlap.pdf");
        _site.World.SignWith(fresh);
        await _site.IssueAsync("after.pdf");
        foreach (var link in new[] { KeyOf(_site), before })
        {
            await visit.Page.GotoAsync($"{_site.Address}/{link}");
            await visit.CheckAsync(document, "verified");
            await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task A_link_whose_key_is_damaged_checks_nothing_rather_than_with_another_key()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#key=log.example+00000000+AAAA");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("key cannot be read");
        await visit.CheckAsync(document, "distrusted");
    }

    [Fact]
    public async Task A_digest_alone_is_no_verdict_on_a_document_and_nothing_is_green_before_the_file_is_there()
    {
        var document = await _site.IssueAsync("genuine.pdf");
        var fake = Site.FileOf("fake.pdf", "%PDF-1.7 forged, with the code of a genuine one"u8.ToArray());
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: $"#digest=sha-256:{Site.HexOf(document)}");
        var link = visit.Cards.Last;
        await Expect(link).ToHaveAttributeAsync("data-state", "fingerprint");
        await Expect(link.Locator("button.print")).ToHaveCountAsync(0);
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(link.Locator("h3")).ToHaveTextAsync(words("Your file has not been checked", "您的檔案尚未核實", "您的文件尚未核验"));
            await Expect(link.Locator(".facts dd").First).ToHaveTextAsync(words("Registered and in force", "已登記，現時有效", "已登记，现行有效"));
            await link.Locator(".account > summary").ClickAsync();
            await Expect(link.Locator(".step.holds")).ToHaveCountAsync(5);
            Assert.Empty(await visit.GreenAsync());
            await visit.PictureAsync($"fingerprint-{language}");
        });
        await visit.AccessibleAsync();

        var card = await visit.CheckAsync(fake, "unknown");
        await Expect(card.Locator(".different")).ToBeVisibleAsync();
        await Expect(link).ToHaveClassAsync("card state-fingerprint differs");
        await Expect(link.Locator(".lead")).ToContainTextAsync("fake.pdf");
        Assert.Empty(await visit.GreenAsync());
        await visit.InEachLanguageAsync(async (language, _) =>
        {
            await visit.PictureAsync($"fingerprint-differs-{language}");
        });
        await visit.AccessibleAsync();

        card = await visit.CheckAsync(document, "verified");
        await Expect(card.Locator(".same")).ToBeVisibleAsync();
        await Expect(link).ToHaveClassAsync("card state-fingerprint");
        await Expect(link.Locator(".lead")).ToContainTextAsync("genuine.pdf");
        Assert.NotEmpty(await visit.GreenAsync());
        await visit.InEachLanguageAsync((language, _) => visit.PictureAsync($"fingerprint-same-{language}"));
    }

    [Fact]
    public async Task That_a_file_is_another_than_the_links_is_said_beside_its_verdict_however_many_there_are()
    {
        var document = await _site.IssueAsync("genuine.pdf");
        var others = new List<FilePayload>();
        for (var i = 0; i < 5; i++)
            others.Add(await _site.IssueAsync($"{i}.pdf"));
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: $"#digest=sha-256:{Site.HexOf(document)}");
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "fingerprint");
        await visit.ChooseAsync([.. others]);
        await Expect(visit.Page.Locator(".card[data-state=verified]")).ToHaveCountAsync(5);
        await Expect(visit.Page.Locator(".card[data-state=verified] .different:visible")).ToHaveCountAsync(5);
    }

    private static string KeyOf(Site site) => $"#key={WebUtility.UrlEncode(site.World.Identity.Verifiers[0].ToString())}";
}
